"""Objects of S3 as records.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from typing import Any, Dict, List, Mapping, Optional, Tuple

from pyspark import RDD
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import gluetypes as G
from ._csv import read_csv
from ._files import File
from ._json import FILE, read_json
from ._paths import top
from ._refuse import checked, refuse
from ._schema import from_spark
from ._unite import united

Read = Tuple[DataFrame, G.StructType, List[RDD]]
_REFUSED = {
    "xml": "use spark.read.format('com.databricks.spark.xml') with its jar, or Spark 4",
    "groklog": "parse lines with Map",
    "ion": "convert the objects first",
    "hudi": "use spark.read with its jar",
    "delta": "use spark.read with its jar",
    "iceberg": "use spark.table or create_data_frame.from_catalog",
}


def read(spark: SparkSession, files: List[File], format: str, format_options: Mapping[str, Any], columns: Optional[Dict[str, G.DataType]] = None) -> Read:  # noqa: E501
    """The records of these objects, with a column FILE that says where each comes from. No objects: no records, no fields."""
    kind = (format or "").lower()
    if kind in _REFUSED:
        refuse(f"format {format!r}", _REFUSED[kind])
    if kind not in ("json", "csv", "parquet", "glueparquet", "orc", "avro"):
        refuse(f"format {format!r}", "csv, json, parquet, avro and orc are supported")
    if not files:
        return nothing(spark)
    if kind == "json":
        df, schema, errors = read_json(spark, files, format_options)
        return df, schema, [errors]
    if kind == "csv":
        return read_csv(spark, files, format_options, columns)
    kind = "parquet" if kind == "glueparquet" else kind
    known = {"version": "logical types"} if kind == "avro" else {}
    options = checked(format_options, {**known, "useGlueParquetWriter": "for sinks", "compression": "for sinks"}, f"format {kind}")
    rows = [_columnar(spark, kind, group) for group in _alike(spark, kind, files)]
    df, schema = united(rows)
    if kind == "avro" and str(options.get("version", "1.7")) != "1.8":
        _only_plain(schema)
    return df, schema, []


def nothing(spark: SparkSession) -> Read:
    """A frame without records and fields."""
    schema = G.StructType([G.Field(FILE, G.StringType())])
    return spark.createDataFrame([], f"`{FILE}` string"), schema, []


def _columnar(spark: SparkSession, kind: str, files: List[File]) -> Tuple[DataFrame, G.StructType]:
    reader = spark.read.format(kind).option("recursiveFileLookup", "true")
    if kind != "avro":
        reader = reader.option("mergeSchema", "true")
    df = reader.load([file.path for file in files])
    df = df.select([top(name) for name in df.columns] + [F.col("_metadata.file_path").alias(FILE)])
    return df, from_spark(df.schema)


def _alike(spark: SparkSession, kind: str, files: List[File]) -> List[List[File]]:
    """Files grouped so that each group is read as one: Spark can't merge a column that has several types."""
    if len(files) == 1:
        return [files]
    if kind != "avro":
        try:
            _columnar(spark, kind, files)
            return [files]
        except AnalysisException:
            raise
        except Exception as error:  # noqa: BLE001: the JVM's SparkException has no class of its own here
            if "merg" not in str(error).lower():
                raise
    groups: Dict[str, List[File]] = {}
    for file in files:
        schema = spark.read.format(kind).load(file.path).schema.json()
        groups.setdefault(schema, []).append(file)
    return list(groups.values())


def _only_plain(schema: G.DataType) -> None:
    """Glue's default Avro reader, version 1.7, gives logical types as numbers and bytes, which Spark's doesn't."""
    kinds = [schema]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, (G.DateType, G.TimestampType, G.DecimalType)):
            refuse(
                f"Avro's logical type {kind.typeName()} by reader version 1.7",
                'give format_options={"version": "1.8"}',
            )
        if isinstance(kind, G.StructType):
            kinds.extend(field.dataType for field in kind)
        if isinstance(kind, G.ArrayType):
            kinds.append(kind.elementType)
        if isinstance(kind, G.MapType):
            kinds.append(kind.valueType)
