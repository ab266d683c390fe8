"""CSV: strings, or the types of a table; a value that isn't of its column's type makes the column a choice.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html
"""

import csv
from typing import Any, Dict, List, Mapping, Optional, Tuple

from pyspark import RDD
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from . import gluetypes as G
from ._files import File, lines_of
from ._functions import error_record
from ._json import FILE
from ._paths import Part, struct_of, top
from ._refuse import checked, flag, refuse
from ._resolve import selected
from ._schema import to_spark
from ._unite import united

OPTIONS = {
    "separator": "between fields",
    "escaper": "in quoted fields",
    "quoteChar": "around fields, -1 for none",
    "multiline": "a quoted field may have several lines",
    "withHeader": "the first line has the names",
    "writeHeader": "for sinks",
    "skipFirst": "without the first line",
    "optimizePerformance": "another reader on AWS, with the same result",
    "strictCheckForQuoting": "for optimizePerformance",
}
_BAD = "__bad"


def read_csv(
    spark: SparkSession, files: List[File], format_options: Mapping[str, Any], columns: Optional[Dict[str, G.DataType]] = None
) -> Tuple[DataFrame, G.StructType, List[RDD]]:
    """Rows with a column FILE. Files may have different headers. Rows that have more or fewer fields are errors."""
    options = checked(format_options, OPTIONS, "format csv")
    header, skip = flag(options.get("withHeader")), flag(options.get("skipFirst"))
    if header and skip:
        refuse("option 'skipFirst' of format csv together with withHeader", "filter the first record out")
    separator = options.get("separator", ",")
    quote = "" if str(options.get("quoteChar", '"')) == "-1" else options.get("quoteChar", '"')
    reader = (
        spark.read.option("recursiveFileLookup", "true")
        .option("sep", separator)
        .option("quote", quote)
        .option("escape", quote or "\0" if options.get("escaper", "none") == "none" else options["escaper"])
        .option("header", str(header or skip).lower())
        .option("multiLine", str(flag(options.get("multiline"))).lower())
        .option("enforceSchema", "true")
        .option("columnNameOfCorruptRecord", _BAD)
        # a row's fields are counted only if all are read
        .option("columnPruning", "false")
    )
    groups: Dict[Tuple[str, ...], List[File]] = {}
    for file in files:
        groups.setdefault(_names(spark, file, header, columns, separator, quote), []).append(file)
    parts, errors = [], []
    for names, members in groups.items():
        wanted = T.StructType([T.StructField(name, T.StringType()) for name in [*names, _BAD]])
        rows = reader.schema(wanted).csv([file.path for file in members]).withColumn(FILE, F.col("_metadata.file_path"))
        bad = rows.where(top(_BAD).isNotNull()).select(_BAD, FILE).rdd
        errors.append(bad.map(lambda row: error_record("a row has too few or too many fields", "csv reader", "", input=row[0], source=row[1])))
        good = rows.where(top(_BAD).isNull()).select([_text(name) for name in names] + [top(FILE)])
        schema = G.StructType([G.Field(name, G.StringType()) for name in [*names, FILE]])
        parts.append(_typed(good, schema, columns))
    df, schema = united(parts)
    return df, schema, errors


def _names(
    spark: SparkSession, file: File, header: bool, columns: Optional[Dict[str, G.DataType]], separator: str, quote: str
) -> Tuple[str, ...]:
    if columns is not None:
        return tuple(columns)
    quoting: Dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    lines = lines_of(spark, file.path)
    fields = next(csv.reader(lines, delimiter=separator, **quoting), [])
    lines.close()
    names = fields if header else [f"col{at}" for at in range(len(fields))]
    if len(set(names)) != len(names):
        raise ValueError(f"{file.path} has a header with a name twice: {', '.join(names)}")
    return tuple(names)


def _text(name: str) -> Any:
    """A field without quotes and without text is an empty string."""
    return F.coalesce(top(name), F.lit("")).alias(name)


def _typed(df: DataFrame, schema: G.StructType, columns: Optional[Dict[str, G.DataType]]) -> Tuple[DataFrame, G.StructType]:
    typed = {name: kind for name, kind in (columns or {}).items() if not isinstance(kind, G.StringType)}
    if not typed:
        return df, schema
    for name, kind in typed.items():
        if not isinstance(kind, G.AtomicType):
            refuse(f"CSV column {name!r} of type {kind.typeName()}", "CSV has no nested values: declare a string and unbox it")
    mixed = df.agg(*[F.max(_misfit(name, kind)).alias(f"c{at}") for at, (name, kind) in enumerate(typed.items())]).first()
    choices = {name for at, name in enumerate(typed) if mixed[at]}
    parts: Part = []
    for field in schema:
        kind, text = typed.get(field.name), top(field.name)
        if kind is None:
            parts.append((field.name, field.dataType, text))
            continue
        value = _value(field.name, kind)
        if field.name in choices:
            other = F.when(_misfit(field.name, kind), text)
            members: Part = sorted(
                [(kind.typeName(), kind, value), ("string", G.StringType(), other)], key=lambda member: member[0]
            )
            parts.append((field.name, G.ChoiceType([kind, G.StringType()]), struct_of(members, F.coalesce(value.cast("string"), other))))
        else:
            parts.append((field.name, kind, value))
    return selected(df, parts)


def _value(name: str, kind: G.DataType) -> Any:
    text = F.trim(top(name))
    if isinstance(kind, (G.IntegerType, G.LongType, G.ShortType, G.ByteType)):
        # Spark would cut 1.5 to 1
        return F.when(text.rlike(r"^[+-]?\d+$"), text.cast(to_spark(kind)))
    return text.cast(to_spark(kind))


def _misfit(name: str, kind: G.DataType) -> Any:
    return (F.trim(top(name)) != "") & _value(name, kind).isNull()
