"""Records made by Python functions, and the errors of those that fail."""

import traceback
from typing import Any, Callable, Dict, Iterable, Iterator, Optional, Tuple

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, SparkSession

from . import gluetypes as G
from ._schema import has_choice, merge, to_spark
from ._values import record_maker, row_maker, signature, type_of


def from_records(spark: SparkSession, records: RDD, like: Optional[G.DataType] = None) -> Tuple[DataFrame, G.StructType]:
    """A frame of dictionaries: a pass over them finds the schema. `like` says the types of fields that keep their values' kind."""
    found = schema_of(records, like)
    schema = _known(found, like) if like is not None else found
    return rows_of(spark, records, schema), schema


def schema_of(records: RDD, like: Optional[G.DataType] = None) -> G.StructType:
    """What the records are, all together."""
    found = G.StructType()
    for part in records.mapPartitions(lambda rows: [_type_of_all(rows, like)]).collect():
        found = merge(found, part)
    return found


def rows_of(spark: SparkSession, records: RDD, schema: G.StructType) -> DataFrame:
    """Records of a schema as Spark's rows."""

    def rows(part: Iterable[Any]) -> Iterator[Any]:
        return map(row_maker(schema), part)

    return spark.createDataFrame(records.mapPartitions(rows), to_spark(schema), verifySchema=False)


def _known(found: G.DataType, like: G.DataType) -> G.DataType:
    """A field that is null in every record keeps the type that it had."""
    if isinstance(found, G.NullType):
        return like
    if isinstance(found, G.StructType) and isinstance(like, G.StructType):
        types = like.field_map
        return G.StructType(
            [G.Field(f.name, _known(f.dataType, types[f.name].dataType) if f.name in types else f.dataType) for f in found]
        )
    if isinstance(found, G.ArrayType) and isinstance(like, G.ArrayType):
        return G.ArrayType(_known(found.elementType, like.elementType))
    return found


_KINDS = 10_000


def _type_of_all(rows: Iterable[Any], like: Optional[G.DataType]) -> G.StructType:
    """One record of each kind says the types of all of them."""
    found: G.DataType = G.StructType()
    kinds: Dict[Any, Any] = {}

    def types(so_far: G.DataType) -> G.DataType:
        for row in kinds.values():
            so_far = merge(so_far, type_of(row, like))
        kinds.clear()
        return so_far

    for row in rows:
        kinds.setdefault(signature(row), row)
        if len(kinds) > _KINDS:
            found = types(found)
    return types(found)


def error_record(message: str, site: str, info: str, stack: str = "", **more: Any) -> Dict[str, Any]:
    """An error as errorsAsDynamicFrame shows it."""
    error = {"callsite": {"site": site, "info": info}, "msg": message, "stackTrace": stack}
    return {"error": {**error, "input": None, "bytesread": None, "source": None, "dynamicRecord": None, **more}}


def applied(
    df: DataFrame, schema: G.StructType, f: Callable[[Any], Any], keeps: bool, info: str
) -> Tuple[DataFrame, G.StructType, RDD]:
    """`map`, or `filter` if it keeps rows as they are: the frame, its schema, the errors. Each record is given to `f` once."""
    site = "filter" if keeps else "map"

    def run(rows: Iterator[Any]) -> Iterator[Tuple[bool, Any]]:
        make = record_maker(schema)
        for row in rows:
            record = make(row)
            try:
                made = f(record)
                if keeps:
                    if made:
                        yield True, tuple(row)
                    continue
                if not isinstance(made, dict):
                    raise TypeError(f"a record is expected of the mapping function, it gave {type(made).__name__}")
                signature(made)
                yield True, dict(made)
            except Exception as error:
                stack = traceback.format_exc()
                yield False, error_record(str(error), site, info, stack, dynamicRecord=make(row))

    spark = df.sparkSession
    outcome = df.rdd.mapPartitions(run).persist(StorageLevel.MEMORY_AND_DISK)
    good = outcome.filter(lambda pair: pair[0]).map(lambda pair: pair[1])
    errors = outcome.filter(lambda pair: not pair[0]).map(lambda pair: pair[1])
    if not keeps:
        return (*from_records(spark, good, schema), errors)
    kept = spark.createDataFrame(good, to_spark(schema), verifySchema=False)
    if has_choice(schema):
        # a type that no record has any more is no choice
        return (*tightened(kept, schema), errors)
    return kept, schema, errors


def tightened(df: DataFrame, schema: G.StructType) -> Tuple[DataFrame, G.StructType]:
    """The frame without the alternatives of choices that no record has."""
    records = df.rdd.mapPartitions(lambda rows: map(record_maker(schema), rows))
    narrow = _narrow(schema, schema_of(records, schema))
    return (df, schema) if narrow == schema else (rows_of(df.sparkSession, records, narrow), narrow)


def _narrow(kind: G.DataType, found: G.DataType) -> G.DataType:
    if isinstance(found, G.NullType):
        return kind
    if isinstance(kind, G.ChoiceType):
        return found
    if isinstance(kind, G.StructType) and isinstance(found, G.StructType):
        types = found.field_map
        return G.StructType(
            [G.Field(f.name, _narrow(f.dataType, types[f.name].dataType) if f.name in types else f.dataType) for f in kind]
        )
    if isinstance(kind, G.ArrayType) and isinstance(found, G.ArrayType):
        return G.ArrayType(_narrow(kind.elementType, found.elementType))
    return kind
