"""A DynamicFrame's schema, and the Spark schema that carries it.

Spark's columns have one type each, so a choice is carried as a struct with one member for each of its types, named after
it, of which at most one isn't null: what `toDF` is documented to give.
See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from typing import Dict, List

from pyspark.sql import types as T

from . import gluetypes as G

_ATOMIC = {
    G.BinaryType: T.BinaryType,
    G.BooleanType: T.BooleanType,
    G.ByteType: T.ByteType,
    G.DateType: T.DateType,
    G.DoubleType: T.DoubleType,
    G.FloatType: T.FloatType,
    G.IntegerType: T.IntegerType,
    G.LongType: T.LongType,
    G.NullType: T.NullType,
    G.UnknownType: T.NullType,
    G.ShortType: T.ShortType,
    G.StringType: T.StringType,
    G.EnumType: T.StringType,
    G.TimestampType: T.TimestampType,
}
_FROM_ATOMIC = {
    **{spark: glue for glue, spark in _ATOMIC.items() if glue not in (G.UnknownType, G.EnumType)},
    T.TimestampNTZType: G.TimestampType,
    T.CharType: G.StringType,
    T.VarcharType: G.StringType,
}


def to_spark(kind: G.DataType) -> T.DataType:
    """The Spark type that carries values of a type."""
    if isinstance(kind, G.StructType):
        return T.StructType([T.StructField(field.name, to_spark(field.dataType)) for field in kind])
    if isinstance(kind, G.ChoiceType):
        return T.StructType([T.StructField(name, to_spark(choice)) for name, choice in alternatives(kind).items()])
    if isinstance(kind, G.ArrayType):
        return T.ArrayType(to_spark(kind.elementType))
    if isinstance(kind, G.MapType):
        return T.MapType(T.StringType(), to_spark(kind.valueType))
    if isinstance(kind, G.DecimalType):
        return T.DecimalType(kind.precision, kind.scale)
    return _ATOMIC[type(kind)]()


def from_spark(kind: T.DataType) -> G.DataType:
    """The type of values that Spark holds: a struct stays a struct."""
    if isinstance(kind, T.StructType):
        return G.StructType([G.Field(field.name, from_spark(field.dataType)) for field in kind.fields])
    if isinstance(kind, T.ArrayType):
        return G.ArrayType(from_spark(kind.elementType))
    if isinstance(kind, T.MapType):
        return G.MapType(from_spark(kind.valueType))
    if isinstance(kind, T.DecimalType):
        return G.DecimalType(kind.precision, kind.scale)
    if type(kind) not in _FROM_ATOMIC:
        raise TypeError(f"a DynamicFrame has no type for Spark's {kind.simpleString()}: cast the column first")
    return _FROM_ATOMIC[type(kind)]()


def alternatives(choice: G.ChoiceType) -> Dict[str, G.DataType]:
    """The types of a choice by name, in the order in which everything shows them."""
    return {name: choice.choices[name] for name in sorted(choice.choices)}


def has_choice(kind: G.DataType) -> bool:
    """Whether there is a choice anywhere in a type."""
    if isinstance(kind, G.ChoiceType):
        return True
    if isinstance(kind, G.StructType):
        return any(has_choice(field.dataType) for field in kind)
    if isinstance(kind, G.ArrayType):
        return has_choice(kind.elementType)
    return isinstance(kind, G.MapType) and has_choice(kind.valueType)


def merge(one: G.DataType, other: G.DataType) -> G.DataType:
    """The type of a field that has both types: structs and arrays merge, null gives way, all else is a choice."""
    if one == other or isinstance(other, (G.NullType, G.UnknownType)):
        return one
    if isinstance(one, (G.NullType, G.UnknownType)):
        return other
    if isinstance(one, G.ChoiceType) or isinstance(other, G.ChoiceType):
        choices: Dict[str, G.DataType] = {}
        for kind in [*_choices(one), *_choices(other)]:
            name = kind.typeName()
            choices[name] = merge(choices[name], kind) if name in choices else kind
        return G.ChoiceType(choices.values())
    if isinstance(one, G.StructType) and isinstance(other, G.StructType):
        fields = {field.name: field.dataType for field in one}
        for field in other:
            fields[field.name] = merge(fields[field.name], field.dataType) if field.name in fields else field.dataType
        return G.StructType([G.Field(name, kind) for name, kind in fields.items()])
    if isinstance(one, G.ArrayType) and isinstance(other, G.ArrayType):
        return G.ArrayType(merge(one.elementType, other.elementType))
    if isinstance(one, G.MapType) and isinstance(other, G.MapType):
        return G.MapType(merge(one.valueType, other.valueType))
    if isinstance(one, G.DecimalType) and isinstance(other, G.DecimalType):
        scale = max(one.scale, other.scale)
        return G.DecimalType(min(38, max(one.precision - one.scale, other.precision - other.scale) + scale), scale)
    return G.ChoiceType([one, other])


def _choices(kind: G.DataType) -> List[G.DataType]:
    return list(kind.choices.values()) if isinstance(kind, G.ChoiceType) else [kind]


def tree(schema: G.StructType) -> str:
    """What printSchema prints."""
    lines = ["root"]

    def walk(name: str, kind: G.DataType, depth: int) -> None:
        lines.append(f"{'|    ' * depth}|-- {name}: {_shown(kind)}")
        if isinstance(kind, G.ChoiceType):
            for choice in alternatives(kind).values():
                below = "|    " * (depth + 1)
                lines.append(f"{below}|-- {_shown(choice)}")
                parts(choice, depth + 2)
        else:
            parts(kind, depth + 1)

    def parts(kind: G.DataType, depth: int) -> None:
        if isinstance(kind, G.StructType):
            for field in kind:
                walk(field.name, field.dataType, depth)
        elif isinstance(kind, G.ArrayType):
            walk("element", kind.elementType, depth)
        elif isinstance(kind, G.MapType):
            walk("keyType", G.StringType(), depth)
            walk("valueType", kind.valueType, depth)

    parts(schema, 0)
    return "\n".join(lines)


def _shown(kind: G.DataType) -> str:
    return f"decimal({kind.precision},{kind.scale})" if isinstance(kind, G.DecimalType) else kind.typeName()


_NAMED = {
    "bigint": G.LongType,
    "binary": G.BinaryType,
    "boolean": G.BooleanType,
    "byte": G.ByteType,
    "date": G.DateType,
    "double": G.DoubleType,
    "float": G.FloatType,
    "int": G.IntegerType,
    "integer": G.IntegerType,
    "long": G.LongType,
    "null": G.NullType,
    "short": G.ShortType,
    "smallint": G.ShortType,
    "string": G.StringType,
    "timestamp": G.TimestampType,
    "tinyint": G.ByteType,
}


def named(text: str) -> G.DataType:
    """The type that a script or the Data Catalog writes: `long`, `bigint`, `decimal(10,2)`, `array<struct<a:int>>`.

    Raises ValueError for any other text.
    """
    written = text.strip()
    lower = written.lower()
    if lower in _NAMED:
        return _NAMED[lower]()
    if lower == "decimal":
        return G.DecimalType()
    if lower.startswith(("char(", "varchar(")):
        return G.StringType()
    try:
        return from_spark(T._parse_datatype_string(_spark_words(written)))
    except Exception as error:
        raise ValueError(f"{text!r} isn't a type that awsglue knows") from error


def _spark_words(text: str) -> str:
    """`array<struct<a:long>>` is `array<struct<a:bigint>>` to Spark."""
    import re

    words = {"long": "bigint", "short": "smallint", "byte": "tinyint"}
    return re.sub(r"(?<=[<:,])(long|short|byte)(?=[>,]|$)", lambda match: words[match.group(1)], text)


def to_catalog(kind: G.DataType) -> str:
    """As the Data Catalog writes a type. Raises ValueError for one that it has no word for."""
    if isinstance(kind, G.ChoiceType):
        return to_spark(kind).simpleString()
    if isinstance(kind, (G.NullType, G.UnknownType)):
        raise ValueError("a column that is null in every record has no type in the Data Catalog: drop it with DropNullFields")
    return to_spark(kind).simpleString()
