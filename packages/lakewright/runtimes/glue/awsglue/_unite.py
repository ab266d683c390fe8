"""Frames with different schemas as one: what records of both have together, a choice where their types differ."""

from typing import Iterable, Tuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from . import gluetypes as G
from ._paths import struct_of, top
from ._schema import alternatives, merge, to_spark


def conform(held: Column, kind: G.DataType, wanted: G.DataType) -> Column:
    """A column of one type as a type that was merged from it."""
    if kind == wanted:
        return held
    if isinstance(kind, (G.NullType, G.UnknownType)):
        return F.lit(None).cast(to_spark(wanted))
    if isinstance(wanted, G.ChoiceType):
        parts = []
        for name, choice in alternatives(wanted).items():
            value = F.lit(None).cast(to_spark(choice))
            if isinstance(kind, G.ChoiceType):
                if name in kind.choices:
                    value = conform(held.getField(name), kind.choices[name], choice)
            elif kind.typeName() == name:
                value = conform(held, kind, choice)
            parts.append((name, choice, value))
        return struct_of(parts, held)
    if isinstance(wanted, G.StructType):
        fields = kind.field_map
        return struct_of(
            [
                (
                    field.name,
                    field.dataType,
                    conform(held.getField(field.name), fields[field.name].dataType, field.dataType)
                    if field.name in fields
                    else F.lit(None).cast(to_spark(field.dataType)),
                )
                for field in wanted
            ],
            held,
        )
    if isinstance(wanted, G.ArrayType):
        return F.transform(held, lambda element: conform(element, kind.elementType, wanted.elementType))
    if isinstance(wanted, G.MapType):
        return F.transform_values(held, lambda _, value: conform(value, kind.valueType, wanted.valueType))
    return held.cast(to_spark(wanted))


def conformed(df: DataFrame, schema: G.StructType, wanted: G.StructType) -> DataFrame:
    """The rows of a frame in a merged schema."""
    fields = schema.field_map
    return df.select(
        [
            (
                conform(top(field.name), fields[field.name].dataType, field.dataType)
                if field.name in fields
                else F.lit(None).cast(to_spark(field.dataType))
            ).alias(field.name)
            for field in wanted
        ]
    )


def united(parts: Iterable[Tuple[DataFrame, G.StructType]]) -> Tuple[DataFrame, G.StructType]:
    """All rows of one frame after another."""
    parts = list(parts)
    schema = parts[0][1]
    for _, other in parts[1:]:
        schema = merge(schema, other)
    df = None
    for part, own in parts:
        rows = part if own == schema else conformed(part, own, schema)
        df = rows if df is None else df.union(rows)
    return df, schema
