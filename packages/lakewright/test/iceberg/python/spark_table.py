"""spark_table.py append WRITER COUNT | sql STATEMENT … | read [SNAPSHOT …]: db.shared with Spark, through the REST catalog."""

import json
import os
import sys

from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
settings = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraClassPath": os.environ["ICEBERG_JARS"],
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.lake.type": "rest",
    "spark.sql.catalog.lake.uri": os.environ["ICEBERG_URI"],
    "spark.sql.catalog.lake.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "spark.sql.catalog.lake.s3.access-key-id": "local",
    "spark.sql.catalog.lake.s3.secret-access-key": "local",
    "spark.sql.catalog.lake.cache-enabled": "false",
}
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
action, *arguments = sys.argv[1:]
if action == "append":
    writer, count = arguments[0], int(arguments[1])
    spark.sql("ALTER TABLE lake.db.shared SET TBLPROPERTIES ('commit.retry.num-retries'='50')")
    for number in range(count):
        spark.sql(f"INSERT INTO lake.db.shared VALUES ({number}, '{writer}', {number * 1.5}D)")
    print("appended", count)
elif action == "sql":
    for statement in arguments:
        spark.sql(statement).collect()
    print("done")
else:
    results = {}
    for snapshot in arguments or [None]:
        version = f" VERSION AS OF {snapshot}" if snapshot else ""
        rows = spark.sql(f"SELECT id, writer, value FROM lake.db.shared{version}").collect()
        results[snapshot or "now"] = sorted([list(row) for row in rows], key=json.dumps)
    print(json.dumps(results))
spark.stop()
