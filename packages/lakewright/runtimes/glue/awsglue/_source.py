"""Frames of paths and of catalog tables.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
"""

from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

from . import gluetypes as G
from ._catalog import columns_of, format_of, read_options
from ._files import File, below, excluded, fresh, globs
from ._json import FILE
from ._paths import top
from ._read import nothing, read
from ._refuse import checked, flag, refuse
from ._schema import named, to_spark
from .dynamicframe import DynamicFrame

S3_OPTIONS = {
    "paths": "what is read",
    "path": "what is read",
    "exclusions": "globs that take objects out",
    "recurse": "with folders below",
    "boundedFiles": "with bookmarks: so many objects at most",
    "boundedSize": "with bookmarks: so many bytes at most",
    "groupFiles": "speed only",
    "groupSize": "speed only",
    "compressionType": "gzip or bzip2, of objects that are named so",
    "maxBand": "S3 is consistent here",
    "maxFilesInBand": "S3 is consistent here",
    "useS3ListImplementation": "speed only",
    "isFailFast": "fails at the first malformed record",
}
_REFUSED = {
    "excludeStorageClasses": "there are no storage classes here",
    "attachFilename": "use spark.read and _metadata.file_path",
    "attachTimestamp": "use spark.read and _metadata.file_modification_time",
    "mergeSchema": "schemas of objects are merged always",
}


def from_paths(ctx: Any, options: Mapping[str, Any], format: str, format_options: Mapping[str, Any], transformation_ctx: str) -> DynamicFrame:  # noqa: E501
    """The records of objects at paths. Folders like `year=2026` give no fields."""
    known = checked(options, S3_OPTIONS, "connection type s3", _REFUSED)
    paths = known.get("paths") or known.get("path")
    if not paths:
        raise ValueError('connection type s3 reads paths: connection_options={"paths": ["s3://bucket/prefix/"]}')
    files: Dict[str, File] = {}
    for path in [paths] if isinstance(paths, str) else paths:
        for file in below(ctx.spark_session, path, flag(known.get("recurse"))):
            if not excluded(file.path, globs(known.get("exclusions"))):
                files[file.path] = file
    _check_names(known.get("compressionType"), files)
    new = fresh(list(files.values()), transformation_ctx, known)
    df, schema, errors = read(ctx.spark_session, new, format, format_options)
    return _finished(ctx, df, schema, errors, transformation_ctx, known)


def _check_names(compression: Optional[str], paths: Iterable[str]) -> None:
    ending = {"gzip": ".gz", "bzip2": ".bz2", "bzip": ".bz2", "none": "", None: ""}.get(compression)
    if ending is None:
        refuse(f"compressionType {compression!r}", "gzip and bzip2 are supported")
    other = next((path for path in paths if not path.endswith(ending)), None)
    if other:
        refuse(f"compressionType {compression!r} of {other}", f"Spark knows it by the ending {ending}")


def from_table(
    ctx: Any, database: str, table_name: str, predicate: str, options: Mapping[str, Any], transformation_ctx: str, catalog_id: Optional[str]
) -> DynamicFrame:
    """The records of a catalog table, with its partition keys as fields."""
    table = ctx._catalog.table(database, table_name, catalog_id)
    kind = format_of(table)
    known = checked(options, {**S3_OPTIONS, "catalogPartitionPredicate": "asked of the catalog"}, "additional_options", _REFUSED)
    if known.get("compressionType"):
        refuse("option 'compressionType' of additional_options", "objects are known by their endings")
    spark, keys = ctx.spark_session, table.get("PartitionKeys") or []
    if keys:
        expression = known.get("catalogPartitionPredicate", "")
        found = ctx._catalog.partitions(database, table_name, expression, catalog_id)
        places = _matching(ctx, keys, found, predicate)
    elif predicate or known.get("catalogPartitionPredicate"):
        raise Exception(f"User's pushdown predicate: {predicate} can not be resolved against partition columns: []")
    else:
        places = [((), table["StorageDescriptor"]["Location"])]
    owners: Dict[str, Tuple[str, ...]] = {}
    files: List[File] = []
    for values, location in places:
        for file in below(spark, location, flag(known.get("recurse", True))):
            if file.path not in owners and not excluded(file.path, globs(known.get("exclusions"))):
                files.append(file)
                owners[file.path] = values
    new = fresh(files, transformation_ctx, known)
    df, schema, errors = read(spark, new, kind, read_options(table, kind), columns_of(table) if kind == "csv" else None)
    if keys and new:
        df, schema = _with_keys(ctx, df, schema, keys, [(file.uri, *owners[file.path]) for file in new])
    return _finished(ctx, df, schema, errors, transformation_ctx or table_name, known)


def matching_values(ctx: Any, keys: List[Dict[str, str]], values: List[List[str]], predicate: str) -> List[List[str]]:
    """Partitions for which a predicate of Spark SQL is true, with their keys in the table's types."""
    if not predicate or not values:
        return values
    names = ", ".join(f"`{key['Name']}` string" for key in keys)
    rows = ctx.spark_session.createDataFrame([(*own, at) for at, own in enumerate(values)], f"{names}, __at long")
    typed = rows.select(
        [top(key["Name"]).cast(to_spark(named(key.get("Type", "string")))).alias(key["Name"]) for key in keys] + [F.col("__at")]
    )
    try:
        kept = {row["__at"] for row in typed.where(predicate).collect()}
    except AnalysisException as error:
        columns = ", ".join(key["Name"] for key in keys)
        raise Exception(
            f"User's pushdown predicate: {predicate} can not be resolved against partition columns: [{columns}]"
        ) from error
    return [own for at, own in enumerate(values) if at in kept]


def _matching(ctx: Any, keys: List[Dict[str, str]], partitions: List[Dict[str, Any]], predicate: str) -> List[Tuple[Tuple[str, ...], str]]:
    locations = {tuple(partition["Values"]): partition["StorageDescriptor"]["Location"] for partition in partitions}
    kept = matching_values(ctx, keys, [list(values) for values in locations], predicate)
    return [(tuple(values), locations[tuple(values)]) for values in kept]


def _with_keys(ctx: Any, df: Any, schema: G.StructType, keys: List[Dict[str, str]], owners: List[Tuple[str, ...]]) -> Any:
    """Partition keys as fields: what the catalog says of the partition, whatever is in the file."""
    names = [key["Name"] for key in keys]
    lookup = ctx.spark_session.createDataFrame(owners, ", ".join(["__uri string", *[f"`__key_{at}` string" for at in range(len(keys))]]))
    joined = df.join(F.broadcast(lookup), top(FILE) == F.col("__uri"), "left")
    kept = [field for field in schema if field.name.lower() not in [name.lower() for name in names]]
    kinds = [named(key.get("Type", "string")) for key in keys]
    values = [F.col(f"__key_{at}").cast(to_spark(kind)).alias(names[at]) for at, kind in enumerate(kinds)]
    rows = joined.select([top(field.name) for field in kept] + values)
    return rows, G.StructType([*kept, *[G.Field(name, kind) for name, kind in zip(names, kinds)]])


def _finished(ctx: Any, df: Any, schema: G.StructType, errors: Any, name: str, options: Mapping[str, Any]) -> DynamicFrame:
    if flag(options.get("isFailFast")) and any(not one.isEmpty() for one in errors):
        raise Exception("isFailFast: there are malformed records")
    kept = [field for field in schema if field.name != FILE]
    return DynamicFrame(df.select([top(field.name) for field in kept]), ctx, name, G.StructType(kept), errors)
