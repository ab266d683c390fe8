"""Records as Python sees them, and the rows that carry them."""

import datetime
import decimal
from typing import Any, Callable, Dict, Optional

from pyspark.sql import Row

from . import gluetypes as G
from ._schema import alternatives, merge


class DynamicRecord(dict):
    """A record: a dictionary whose fields are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]


def record_maker(kind: G.DataType) -> Callable[[Any], Any]:
    """Makes records of rows. A choice's value is the value itself."""
    if isinstance(kind, G.ChoiceType):
        members = [record_maker(choice) for choice in alternatives(kind).values()]

        def chosen(value: Any) -> Any:
            if value is not None:
                for make, held in zip(members, value):
                    if held is not None:
                        return make(held)
            return None

        return chosen
    if isinstance(kind, G.StructType):
        fields = [(field.name, record_maker(field.dataType)) for field in kind]

        def struct(value: Any) -> Any:
            if value is None:
                return None
            return DynamicRecord([(name, make(held)) for (name, make), held in zip(fields, value)])

        return struct
    if isinstance(kind, G.ArrayType):
        make_element = record_maker(kind.elementType)
        return lambda value: None if value is None else [make_element(held) for held in value]
    if isinstance(kind, G.MapType):
        make_value = record_maker(kind.valueType)
        return lambda value: None if value is None else {key: make_value(held) for key, held in value.items()}
    return lambda value: value


def row_maker(kind: G.DataType) -> Callable[[Any], Any]:
    """Makes of records the rows that carry them."""
    if isinstance(kind, G.ChoiceType):
        members = [(name, row_maker(choice)) for name, choice in alternatives(kind).items()]

        def chosen(value: Any) -> Any:
            if value is None:
                return None
            of = chosen_name(value, kind)
            return tuple([make(value) if name == of else None for name, make in members])

        return chosen
    if isinstance(kind, G.StructType):
        fields = [(field.name, row_maker(field.dataType)) for field in kind]
        return lambda value: None if value is None else tuple([make(value.get(name)) for name, make in fields])
    if isinstance(kind, G.ArrayType):
        make_element = row_maker(kind.elementType)
        return lambda value: None if value is None else [make_element(held) for held in value]
    if isinstance(kind, G.MapType):
        make_value = row_maker(kind.valueType)
        return lambda value: None if value is None else {str(key): make_value(held) for key, held in value.items()}
    if isinstance(kind, G.DecimalType):
        unit = decimal.Decimal(1).scaleb(-kind.scale)
        return lambda value: None if value is None else decimal.Decimal(value).quantize(unit)
    if isinstance(kind, G.BinaryType):
        return lambda value: None if value is None else bytearray(value)
    return lambda value: value


def to_record(value: Any, kind: G.DataType) -> Any:
    """One row as a record."""
    return record_maker(kind)(value)


def signature(value: Any) -> Any:
    """Alike for values of one type: cheap to make, so that types are worked out once for each kind of record.

    Raises TypeError for what a record can't hold.
    """
    kind = type(value)
    if kind is str or kind is float or kind is bool or value is None:
        return kind
    if kind is int:
        for bits in (7, 15, 31, 63):
            if -(1 << bits) <= value < 1 << bits:
                return bits
    if isinstance(value, Row):
        value = value.asDict()
    if isinstance(value, dict):
        return tuple([(name, signature(held)) for name, held in value.items()])
    if isinstance(value, (list, tuple, set)):
        return frozenset([signature(held) for held in value])
    return type_of(value)


def chosen_name(value: Any, choice: G.ChoiceType) -> str:
    """Under which of a choice's types a value is kept."""
    own = type_of(value)
    if own.typeName() in choice.choices:
        return own.typeName()
    for name, kind in alternatives(choice).items():
        if fits(value, kind):
            return name
    raise TypeError(f"{value!r} is none of {', '.join(alternatives(choice))}")


def type_of(value: Any, like: Optional[G.DataType] = None) -> G.DataType:
    """The type of a Python value; where it fits the type that the field had, that one."""
    if value is None:
        return G.NullType()
    if like is not None:
        if isinstance(like, G.ChoiceType):
            like = next((kind for kind in alternatives(like).values() if fits(value, kind)), None)
        if like is not None and isinstance(like, G.AtomicType) and fits(value, like):
            return like
    if isinstance(value, Row):
        value = value.asDict()
    if isinstance(value, dict):
        if isinstance(like, G.MapType):
            return G.MapType(_merged(value.values(), like.valueType))
        known: Dict[str, G.Field] = like.field_map if isinstance(like, G.StructType) else {}
        return G.StructType(
            [G.Field(str(name), type_of(held, known[name].dataType if name in known else None)) for name, held in value.items()]
        )
    if isinstance(value, (list, tuple, set)):
        return G.ArrayType(_merged(value, like.elementType if isinstance(like, G.ArrayType) else None))
    if isinstance(value, int) and not isinstance(value, bool):
        if -(2**31) <= value < 2**31:
            return G.IntegerType()
        if -(2**63) <= value < 2**63:
            return G.LongType()
        raise TypeError(f"{value} is too large for a long: make it a Decimal or a string")
    if isinstance(value, decimal.Decimal):
        _, digits, exponent = value.as_tuple()
        scale = max(0, -int(exponent))
        return G.DecimalType(min(38, max(len(digits) + max(0, int(exponent)), scale)), scale)
    for python, glue in _PYTHON:
        if isinstance(value, python):
            return glue()
    raise TypeError(f"a record can't hold {type(value).__name__} {value!r}")


def _merged(values: Any, like: Optional[G.DataType]) -> G.DataType:
    found: G.DataType = G.NullType()
    for held in values:
        found = merge(found, type_of(held, like))
    return like if isinstance(found, G.NullType) and like is not None else found


# bool before int, datetime before date: each is the other's subclass
_PYTHON = [
    (bool, G.BooleanType),
    (float, G.DoubleType),
    (str, G.StringType),
    ((bytes, bytearray), G.BinaryType),
    (datetime.datetime, G.TimestampType),
    (datetime.date, G.DateType),
]
_RANGES = {G.ByteType: 7, G.ShortType: 15, G.IntegerType: 31, G.LongType: 63}


def fits(value: Any, kind: G.DataType) -> bool:
    """Whether a value can be kept as a type without a change."""
    if value is None:
        return True
    if type(kind) in _RANGES:
        bits = _RANGES[type(kind)]
        return isinstance(value, int) and not isinstance(value, bool) and -(2**bits) <= value < 2**bits
    if isinstance(kind, (G.DoubleType, G.FloatType)):
        return isinstance(value, float)
    if isinstance(kind, (G.StringType, G.EnumType)):
        return isinstance(value, str)
    if isinstance(kind, G.BooleanType):
        return isinstance(value, bool)
    if isinstance(kind, G.BinaryType):
        return isinstance(value, (bytes, bytearray))
    if isinstance(kind, G.TimestampType):
        return isinstance(value, datetime.datetime)
    if isinstance(kind, G.DateType):
        return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    if isinstance(kind, G.DecimalType):
        if not isinstance(value, decimal.Decimal):
            return False
        own = type_of(value)
        return own.scale <= kind.scale and own.precision - own.scale <= kind.precision - kind.scale
    if isinstance(kind, (G.StructType, G.MapType)):
        return isinstance(value, dict)
    return isinstance(kind, G.ArrayType) and isinstance(value, (list, tuple))
