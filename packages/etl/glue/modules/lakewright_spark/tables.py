"""Tables of the catalog as data frames: files of Parquet, read where the catalog says they are."""

from pyspark.sql import types as t

from .columns import type_of


def read_table(spark, catalog, database, name):
    """A table, with its partition keys as columns."""
    table = catalog.table(database, name)
    if table is None:
        raise RuntimeError(f"NoTable: {database}.{name} isn't in the catalog: make it before, or name another one in reads")
    parameters, descriptor = table.get("Parameters", {}), table["StorageDescriptor"]
    if parameters.get("table_type", "").upper() == "ICEBERG" or "parquet" not in descriptor["SerdeInfo"]["SerializationLibrary"].lower():
        raise RuntimeError(f"NotParquet: {database}.{name} is no table of Parquet files: convert it, or query it by Athena before")
    keys = table.get("PartitionKeys", [])
    fields = [t.StructField(column["Name"], type_of(column["Type"])) for column in [*descriptor["Columns"], *keys]]
    reader = spark.read.schema(t.StructType(fields))
    if not keys:
        return reader.parquet(descriptor["Location"])
    location = descriptor["Location"].rstrip("/") + "/"
    if parameters.get("projection.enabled", "").lower() == "true":
        return reader.option("basePath", location).parquet(location)
    places = [place.rstrip("/") for place in catalog.partition_locations(database, name)]
    outside = [place for place in places if not place.startswith(location)]
    if outside:
        raise RuntimeError(f"PartitionElsewhere: {outside[0]} of {database}.{name} isn't below {location}: move it there")
    if not places:
        return spark.createDataFrame([], t.StructType(fields))
    return reader.option("basePath", location).parquet(*places)


def views(spark, catalog, reads):
    """Each table as a data frame, and as a temporary view of its name."""
    frames = {}
    for each in reads:
        frames[each["table"]] = read_table(spark, catalog, each["database"], each["table"])
        frames[each["table"]].createOrReplaceTempView(each["table"])
    return frames
