"""Frames as objects of S3, and the catalog's tables of them.

See https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from typing import Any, Dict, List, Mapping, Optional, Tuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import gluetypes as G
from ._catalog import format_of, table_input
from ._csv import OPTIONS as _CSV
from ._json import json_lines
from ._mapping import drop_nulls
from ._paths import top
from ._refuse import checked, flag, refuse
from ._resolve import cast, selected
from ._schema import has_choice
from ._values import record_maker

SINK_OPTIONS = {
    "path": "where to",
    "partitionKeys": "fields that become folders",
    "compression": "gzip, snappy, zstd …",
    "enableUpdateCatalog": "the catalog's table follows",
    "updateBehavior": "UPDATE_IN_DATABASE or LOG",
    "groupFiles": "for sources",
    "useS3ListImplementation": "for sources",
}
CSV_OPTIONS = {name: _CSV[name] for name in ("separator", "escaper", "quoteChar", "writeHeader")}
_PARQUET = {"compression": "codec", "useGlueParquetWriter": "the same result", "blockSize": "of row groups", "pageSize": "of pages"}


def write_s3(
    frame: Any,
    options: Mapping[str, Any],
    format: Optional[str],
    format_options: Optional[Mapping[str, Any]],
    table: Optional[Tuple[str, str, Optional[str]]] = None,
) -> Any:
    """Adds objects below a path; nothing of a frame without records. With `table`, the catalog follows if that is enabled."""
    known = checked(options, SINK_OPTIONS, "a sink of connection type s3")
    if not known.get("path"):
        raise ValueError('a sink of connection type s3 has a path: connection_options={"path": "s3://bucket/prefix/"}')
    frame.assertErrorThreshold()
    kind = (format or "json").lower()
    keys: List[str] = list(known.get("partitionKeys") or [])
    missing = [key for key in keys if key not in frame.schema().field_map]
    if missing:
        raise ValueError(f"partition key {missing[0]!r} isn't a field: there are {', '.join(frame.schema().field_map)}")
    df, schema = frame._df, frame.schema()
    if kind == "glueparquet":
        df, schema = drop_nulls(df, schema)
    if schema.fields and not df.isEmpty():
        _save(df, schema, kind, dict(format_options or {}), known, keys)
    if table and flag(known.get("enableUpdateCatalog")):
        _follow(frame, df, schema, kind, dict(format_options or {}), known, keys, table)
    return frame


def _save(df: DataFrame, schema: G.StructType, kind: str, given: Dict[str, Any], options: Dict[str, Any], keys: List[str]) -> None:
    compression = options.get("compression")
    if kind == "json":
        checked(given, {}, "a sink of format json")
        writer = (df if not has_choice(schema) else _lines(df, schema, keys)).write.mode("append")
        spark_format = "text" if has_choice(schema) else "json"
    elif kind == "csv":
        written = checked(given, CSV_OPTIONS, "a sink of format csv")
        writer = _plain_csv(df, schema).write.mode("append").option("sep", written.get("separator", ","))
        writer = writer.option("header", str(flag(written.get("writeHeader", True))).lower())
        quote = str(written.get("quoteChar", '"'))
        writer = writer.option("quote", "" if quote == "-1" else quote)
        escape = written.get("escaper", "none")
        writer = writer.option("escape", quote if escape == "none" and quote != "-1" else escape if escape != "none" else "\\")
        spark_format = "csv"
    elif kind in ("parquet", "glueparquet"):
        written = checked(given, _PARQUET, f"a sink of format {kind}")
        compression = compression or written.get("compression")
        writer, spark_format = df.write.mode("append"), "parquet"
        for name, spark_name in (("blockSize", "parquet.block.size"), ("pageSize", "parquet.page.size")):
            if written.get(name):
                writer = writer.option(spark_name, str(written[name]))
    elif kind == "avro":
        written = checked(given, {"version": "logical types"}, "a sink of format avro")
        rows = df if str(written.get("version", "1.7")) == "1.8" else _avro_text(df, schema)
        writer, spark_format = rows.write.mode("append"), "avro"
    elif kind == "orc":
        checked(given, {}, "a sink of format orc")
        writer, spark_format = df.write.mode("append"), "orc"
    else:
        refuse(f"a sink of format {kind!r}", "json, csv, parquet, glueparquet, avro and orc are supported")
    if compression:
        writer = writer.option("compression", str(compression).lower())
    (writer.partitionBy(*keys) if keys else writer).format(spark_format).save(options["path"])


def _lines(df: DataFrame, schema: G.StructType, keys: List[str]) -> DataFrame:
    """Lines of JSON in which a choice's value is the value itself, beside the partition keys."""
    kinds = [field.dataType for field in schema if field.name in keys]
    if any(has_choice(kind) for kind in kinds):
        refuse("a partition key that is a choice", "resolve it with resolveChoice first")

    def lines(rows: Any) -> Any:
        make = record_maker(schema)
        for row in rows:
            record = make(row)
            held = [record.pop(key) for key in keys]
            yield (json_lines(record), *held)

    columns = ["value string", *[f"`{key}` {df.schema[key].dataType.simpleString()}" for key in keys]]
    return df.sparkSession.createDataFrame(df.rdd.mapPartitions(lines), ", ".join(columns))


def _plain_csv(df: DataFrame, schema: G.StructType) -> DataFrame:
    """A choice is written as its value's text."""
    parts = []
    for field in schema:
        kind, held = field.dataType, top(field.name)
        if isinstance(kind, G.ChoiceType):
            kind, held = G.StringType(), cast(held, kind, G.StringType(), f"{field.name!r}")
        if isinstance(kind, (G.StructType, G.ArrayType, G.MapType)):
            refuse(f"a sink of format csv for {field.name!r}, which is {kind.typeName()}", "relationalize or unnest the frame first")
        parts.append((field.name, kind, held.cast("string") if isinstance(kind, G.NullType) else held))
    return selected(df, parts)[0]


def _avro_text(df: DataFrame, schema: G.StructType) -> DataFrame:
    """Avro writer 1.7 writes decimals, dates and timestamps as strings."""
    texts = (G.DecimalType, G.DateType, G.TimestampType)
    return df.select(
        [(top(f.name).cast("string") if isinstance(f.dataType, texts) else top(f.name)).alias(f.name) for f in schema]
    )


def _follow(
    frame: Any, df: DataFrame, schema: G.StructType, kind: str, given: Dict[str, Any], options: Dict[str, Any], keys: List[str],
    table: Tuple[str, str, Optional[str]],
) -> None:  # fmt: skip
    database, name, catalog_id = table
    catalog = frame.glue_ctx._catalog
    behavior = options.get("updateBehavior", "UPDATE_IN_DATABASE")
    if behavior not in ("UPDATE_IN_DATABASE", "LOG"):
        raise ValueError(f"updateBehavior {behavior!r}: UPDATE_IN_DATABASE or LOG is expected")
    present = catalog.find_table(database, name, catalog_id)
    location = options["path"].rstrip("/") + "/"
    wanted = table_input(name, schema, keys, location, kind, given)
    if present is not None:
        have = [key["Name"] for key in present.get("PartitionKeys") or []]
        if have != keys:
            raise Exception(f"partitionKeys {keys} of the sink aren't those of table {database}.{name}, {have}")
        wanted["Parameters"] = {**(present.get("Parameters") or {}), **wanted["Parameters"]}
        wanted["StorageDescriptor"]["Location"] = present["StorageDescriptor"].get("Location") or location
    columns = {column["Name"]: column["Type"] for column in wanted["StorageDescriptor"]["Columns"]}
    if behavior == "UPDATE_IN_DATABASE":
        if schema.fields and _changed(present, wanted):
            catalog.put_table(database, wanted, present is not None, catalog_id)
    elif present is None:
        return
    else:
        declared = {column["Name"]: column.get("Type") for column in present["StorageDescriptor"].get("Columns", [])}
        if any(declared.get(column) != kind for column, kind in columns.items()):
            return
    if keys and schema.fields:
        catalog.add_partitions(database, name, _partitions(df, keys, location, wanted), catalog_id)


def _changed(present: Optional[Dict[str, Any]], wanted: Dict[str, Any]) -> bool:
    if present is None:
        return True
    have = [(column["Name"], column.get("Type")) for column in present["StorageDescriptor"].get("Columns", [])]
    return have != [(column["Name"], column["Type"]) for column in wanted["StorageDescriptor"]["Columns"]]


def _partitions(df: DataFrame, keys: List[str], location: str, table: Dict[str, Any]) -> List[Dict[str, Any]]:
    escape = df.sparkSession.sparkContext._jvm.org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils.escapePathName
    empty = "__HIVE_DEFAULT_PARTITION__"
    found = []
    for row in df.select([top(key).cast("string") for key in keys]).distinct().orderBy(*[F.col(f"`{key}`") for key in keys]).collect():
        values = [empty if value in (None, "") else value for value in row]
        folders = "/".join(f"{escape(key)}={escape(value)}" for key, value in zip(keys, values))
        found.append({"Values": values, "StorageDescriptor": {**table["StorageDescriptor"], "Location": f"{location}{folders}/"}})
    return found


def write_table(frame: Any, database: str, name: str, options: Mapping[str, Any], catalog_id: Optional[str]) -> Any:
    """Adds to a catalog table's objects, in its format and with its partition keys."""
    table = frame.glue_ctx._catalog.table(database, name, catalog_id)
    kind = format_of(table)
    keys = [key["Name"] for key in table.get("PartitionKeys") or []]
    known = {"partitionKeys": keys, **(options or {})}
    known["path"] = table["StorageDescriptor"]["Location"]
    given = {}
    if kind == "csv":
        serde = (table["StorageDescriptor"].get("SerdeInfo") or {}).get("Parameters") or {}
        lines = (table.get("Parameters") or {}).get("skip.header.line.count", "0")
        given = {"separator": serde.get("separatorChar") or serde.get("field.delim") or ",", "writeHeader": int(lines) == 1}
    return write_s3(frame, known, kind, given, (database, name, catalog_id))


def write_sample(frame: Any, path: str, options: Mapping[str, Any]) -> None:
    """What a spigot lets out."""
    known = checked(options, {"topk": "the first so many", "prob": "each with this probability"}, "spigot")
    df = frame._df
    if "prob" in known:
        df = df.sample(float(known["prob"]))
    if "topk" in known:
        df = df.limit(int(known["topk"]))
    _save(df, frame.schema(), "json", {}, {"path": path}, [])
