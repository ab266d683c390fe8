"""Objects that are deleted.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import csv
import io
import time
from typing import Any, List, Mapping, Optional

from ._files import File, below
from ._refuse import checked
from ._source import matching_values

_OPTIONS = {
    "retentionPeriod": "hours: newer objects stay",
    "partitionPredicate": "only these partitions",
    "manifestFilePath": "where lists of deleted objects go",
}
_REFUSED = {"excludeStorageClasses": "there are no storage classes here"}


def purge_path(ctx: Any, path: str, given: Optional[Mapping[str, Any]], transformation_ctx: str) -> None:
    """Deletes objects below a path that are older than the retention period, 168 hours by default."""
    options = checked(given, {name: text for name, text in _OPTIONS.items() if name != "partitionPredicate"}, "purge_s3_path", _REFUSED)
    _manifest(ctx, options, transformation_ctx, _deleted(ctx, path, options))


def purge_table(
    ctx: Any, database: str, name: str, given: Optional[Mapping[str, Any]], transformation_ctx: str, catalog_id: Optional[str]
) -> None:
    """Deletes a table's old objects, and from the catalog the partitions that have none left."""
    options = checked(given, _OPTIONS, "purge_table", _REFUSED)
    table = ctx._catalog.table(database, name, catalog_id)
    keys, predicate = table.get("PartitionKeys") or [], options.get("partitionPredicate", "")
    if not keys:
        if predicate:
            raise ValueError(f"partitionPredicate {predicate!r}: table {database}.{name} has no partitions")
        _manifest(ctx, options, transformation_ctx, _deleted(ctx, table["StorageDescriptor"]["Location"], options))
        return
    partitions = ctx._catalog.partitions(database, name, "", catalog_id)
    kept = matching_values(ctx, keys, [partition["Values"] for partition in partitions], predicate)
    done, empty = [], []
    for partition in partitions:
        if partition["Values"] in kept:
            location = partition["StorageDescriptor"]["Location"]
            done.extend(_deleted(ctx, location, options))
            if not below(ctx.spark_session, location, True):
                empty.append(partition["Values"])
    ctx._catalog.drop_partitions(database, name, empty, catalog_id)
    _manifest(ctx, options, transformation_ctx, done)


def _deleted(ctx: Any, path: str, options: Mapping[str, Any]) -> List[File]:
    spark = ctx.spark_session
    oldest_kept = (time.time() - float(options.get("retentionPeriod", 168)) * 3600) * 1000
    jvm = spark.sparkContext._jvm
    done = []
    for file in below(spark, path, True):
        if file.modified <= oldest_kept:
            place = jvm.org.apache.hadoop.fs.Path(file.path)
            if not place.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).delete(place, False):
                raise OSError(f"{file.path} could not be deleted")
            done.append(file)
    return done


def _manifest(ctx: Any, options: Mapping[str, Any], transformation_ctx: str, files: List[File]) -> None:
    """Success.csv and Failed.csv; a deletion that fails ends the call, so the latter is empty."""
    if not options.get("manifestFilePath"):
        return
    spark = ctx.spark_session
    jvm = spark.sparkContext._jvm
    folder = "/".join(part for part in (options["manifestFilePath"].rstrip("/"), transformation_ctx) if part)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[file.path] for file in files])
    for name, content in (("Success.csv", text.getvalue()), ("Failed.csv", "")):
        place = jvm.org.apache.hadoop.fs.Path(f"{folder}/{name}")
        stream = place.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).create(place, True)
        try:
            stream.write(bytearray(content.encode()))
        finally:
            stream.close()
