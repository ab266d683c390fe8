"""Partition keys, and files of a good size."""

from pyspark.sql import functions as f

KEYS = {
    "year": "date_format({}, 'yyyy')",
    "month": "date_format({}, 'yyyy-MM')",
    "day": "date_format({}, 'yyyy-MM-dd')",
    "hour": "date_format({}, 'yyyy-MM-dd-HH')",
    "value": "{}",
}


def with_keys(frame, partitions):
    """Adds the keys, last, as the table has them."""
    for partition in partitions:
        key = f.expr(KEYS[partition["kind"]].format(f"`{partition['column']}`")).alias(partition["name"])
        others = [f.col(f"`{each}`") for each in frame.columns if each != partition["name"]]
        frame = frame.select(*others, key)
    return frame


def write(spark, frame, place, settings):
    """Few and large files in each partition: Spark splits and joins its tasks by the size that they turn out to have."""
    names = [partition["name"] for partition in settings["partitions"]]
    # Python's hint() takes no columns.
    keys = f"({', '.join(f'`{name}`' for name in names)})" if names else ""
    frame = spark.sql(f"SELECT /*+ REBALANCE{keys} */ * FROM {{rows}}", rows=frame)
    spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", str(settings["fileSize"]))
    writer = frame.write.mode("append").option("compression", settings["compression"])
    (writer.partitionBy(*names) if names else writer).parquet(place)
