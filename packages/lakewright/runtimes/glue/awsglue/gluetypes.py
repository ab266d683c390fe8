"""Types of a DynamicFrame's schema: Spark's, and choices between them.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

import json
from typing import Any, Dict, Iterable, Iterator, List, Optional


class DataType:
    """What values of a field look like. Two types are equal if they are written alike."""

    def __init__(self, properties: Optional[Dict[str, Any]] = None) -> None:
        self.properties = properties or {}

    @classmethod
    def typeName(cls) -> str:
        """`int` of IntegerType."""
        return _NAMES[cls]

    def jsonValue(self) -> Dict[str, Any]:
        """The type as plain values."""
        return {"dataType": self.typeName(), "properties": self.properties}

    def json(self) -> str:
        """What `unbox` takes as `withSchema`."""
        return json.dumps(self.jsonValue())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(self.json())

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AtomicType(DataType):
    """A type without parts."""


class BinaryType(AtomicType):
    pass


class BooleanType(AtomicType):
    pass


class ByteType(AtomicType):
    pass


class DateType(AtomicType):
    pass


class DoubleType(AtomicType):
    pass


class FloatType(AtomicType):
    pass


class IntegerType(AtomicType):
    pass


class LongType(AtomicType):
    pass


class NullType(AtomicType):
    """A field that is null in every record."""


class ShortType(AtomicType):
    pass


class StringType(AtomicType):
    pass


class TimestampType(AtomicType):
    pass


class UnknownType(AtomicType):
    pass


class DecimalType(AtomicType):
    """@default precision 10, scale 2"""

    def __init__(self, precision: int = 10, scale: int = 2, properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.precision, self.scale = precision, scale

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}


class ArrayType(DataType):
    def __init__(self, elementType: Optional[DataType] = None, properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.elementType = elementType or UnknownType()

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}


class MapType(DataType):
    """From strings."""

    def __init__(self, valueType: Optional[DataType] = None, properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.valueType = valueType or UnknownType()

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}


class Field:
    """A member of a struct."""

    def __init__(self, name: str, dataType: DataType, properties: Optional[Dict[str, Any]] = None) -> None:
        self.name, self.dataType, self.properties = name, dataType, properties or {}

    def jsonValue(self) -> Dict[str, Any]:
        return {"name": self.name, "container": self.dataType.jsonValue(), "properties": self.properties}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(json.dumps(self.jsonValue()))

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType!r})"


class StructType(DataType):
    def __init__(self, fields: Iterable[Field] = (), properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.fields: List[Field] = list(fields)

    @property
    def field_map(self) -> Dict[str, Field]:
        return {field.name: field for field in self.fields}

    def add(self, field: Field) -> None:
        self.fields.append(field)

    def hasField(self, field: Any) -> bool:
        """By a name, or by a Field's name."""
        return getattr(field, "name", field) in self.field_map

    def getField(self, field: Any) -> Field:
        """@raises KeyError if there is none of this name"""
        return self.field_map[getattr(field, "name", field)]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    def __repr__(self) -> str:
        return f"StructType({self.fields!r})"


class ChoiceType(DataType):
    """The types that a field has in one record or another."""

    def __init__(self, choices: Iterable[DataType] = (), properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.choices: Dict[str, DataType] = {}
        self.merge(choices)

    def add(self, new_choice: DataType) -> None:
        """@raises ValueError if there is one of its kind already"""
        name = new_choice.typeName()
        if name in self.choices:
            raise ValueError(f"Attempting to insert duplicate choice {name}")
        self.choices[name] = new_choice

    def merge(self, new_choices: Iterable[DataType]) -> None:
        """Adds each that isn't there."""
        for choice in [new_choices] if isinstance(new_choices, DataType) else new_choices:
            if choice.typeName() not in self.choices:
                self.choices[choice.typeName()] = choice

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "choices": [self.choices[name].jsonValue() for name in sorted(self.choices)]}

    def __repr__(self) -> str:
        return f"ChoiceType({[self.choices[name] for name in sorted(self.choices)]!r})"


class EnumType(DataType):
    """Strings of a list."""

    def __init__(self, options: Iterable[str] = (), properties: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(properties)
        self.options = list(options)

    def jsonValue(self) -> Dict[str, Any]:
        return {**super().jsonValue(), "options": self.options}


_NAMES = {
    DataType: "data",
    AtomicType: "atomic",
    BinaryType: "binary",
    BooleanType: "boolean",
    ByteType: "byte",
    DateType: "date",
    DecimalType: "decimal",
    DoubleType: "double",
    EnumType: "enum",
    FloatType: "float",
    IntegerType: "int",
    LongType: "long",
    MapType: "map",
    NullType: "null",
    ShortType: "short",
    StringType: "string",
    TimestampType: "timestamp",
    UnknownType: "unknown",
    ArrayType: "array",
    ChoiceType: "choice",
    StructType: "struct",
}
_CLASSES = {name: kind for kind, name in _NAMES.items()}


def from_json(value: Any) -> DataType:
    """The type that `jsonValue()` or `json()` describes."""
    if isinstance(value, str):
        value = json.loads(value)
    kind, properties = _CLASSES[value["dataType"]], value.get("properties") or {}
    if kind is StructType:
        fields = [Field(f["name"], from_json(f["container"]), f.get("properties")) for f in value.get("fields", [])]
        return StructType(fields, properties)
    if kind is ArrayType:
        return ArrayType(from_json(value["elementType"]), properties)
    if kind is MapType:
        return MapType(from_json(value["valueType"]), properties)
    if kind is ChoiceType:
        return ChoiceType([from_json(choice) for choice in value["choices"]], properties)
    if kind is DecimalType:
        return DecimalType(value.get("precision", 10), value.get("scale", 2), properties)
    if kind is EnumType:
        return EnumType(value.get("options", []), properties)
    return kind(properties)
