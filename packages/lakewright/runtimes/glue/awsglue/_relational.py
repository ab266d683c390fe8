"""Nested records as flat ones.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Relationalize.html
"""

from typing import Dict, List, Tuple

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from . import gluetypes as G
from ._paths import Part, top
from ._refuse import refuse
from ._resolve import Frame, selected
from ._schema import alternatives


def unnest(df: DataFrame, schema: G.StructType) -> Frame:
    """Members of structs as fields of their own, named with dots; arrays and choices stay.

    See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-UnnestFrame.html
    """
    return selected(df, _flat(schema, choices=False))


def _flat(schema: G.StructType, choices: bool) -> Part:
    out: Part = []

    def walk(name: str, kind: G.DataType, held: Column) -> None:
        if isinstance(kind, G.StructType):
            for field in kind:
                walk(f"{name}.{field.name}", field.dataType, held.getField(field.name))
        elif isinstance(kind, G.ChoiceType) and choices:
            for member, choice in alternatives(kind).items():
                walk(f"{name}.{member}", choice, held.getField(member))
        else:
            out.append((name, kind, held))

    for field in schema:
        walk(field.name, field.dataType, top(field.name))
    return out


def relationalize(df: DataFrame, schema: G.StructType, root: str) -> Dict[str, Frame]:
    """The root table, and one table for each array.

    An array's column holds a key; its table `<root>_<column>` has `id` (that key), `index` (from 0) and `<column>.val`, or
    `<column>.val.<member>` for structs. Keys count from 1 in each run.
    """
    tables: Dict[str, Frame] = {}
    _pivot(root, root, df, schema, tables)
    return tables


def _pivot(root: str, name: str, df: DataFrame, schema: G.StructType, tables: Dict[str, Frame]) -> None:
    flat, flat_schema = selected(df, _flat(schema, choices=True))
    arrays = [field for field in flat_schema if isinstance(field.dataType, G.ArrayType)]
    for field in flat_schema:
        if isinstance(field.dataType, G.MapType):
            refuse(f"relationalize of {field.name!r}, which is a map", "drop the field, or make an array of it with Map")
    if not arrays:
        tables[name] = (flat, flat_schema)
        return
    keyed = _keyed(flat, arrays)
    rows: Part = [
        (field.name, G.LongType(), F.col(_key(arrays, field)))
        if field in arrays
        else (field.name, field.dataType, top(field.name))
        for field in flat_schema
    ]
    tables[name] = selected(keyed, rows)
    for field in arrays:
        pivoted = keyed.where(F.col(_key(arrays, field)).isNotNull()).select(
            F.col(_key(arrays, field)).alias("id"), F.posexplode(top(field.name)).alias("index", "__value")
        )
        value = f"{field.name}.val"
        parts: Part = [
            ("id", G.LongType(), F.col("id")),
            ("index", G.IntegerType(), F.col("index")),
            (value, field.dataType.elementType, F.col("__value")),
        ]
        child, child_schema = selected(pivoted, parts)
        _pivot(root, f"{root}_{field.name}", child, child_schema, tables)


def _key(arrays: List[G.Field], field: G.Field) -> str:
    return f"__key_{arrays.index(field)}"


def _keyed(df: DataFrame, arrays: List[G.Field]) -> DataFrame:
    """With a key for each array that a row has: computed once, so that every table sees the same."""
    numbered = df.withColumn("__row", F.monotonically_increasing_id())
    so_far = Window.orderBy("__row").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    for field in arrays:
        present = top(field.name).isNotNull()
        count = F.sum(F.when(present, 1).otherwise(0)).over(so_far).cast("long")
        numbered = numbered.withColumn(_key(arrays, field), F.when(present, count))
    return numbered.localCheckpoint()
