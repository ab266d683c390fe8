"""A small Spark on this machine, as the jobs set it up."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "glue" / "modules"), str(HERE)]

JARS = os.environ.get("LAKEWRIGHT_SPARK_JARS", "")


def start(folder):
    from lakewright_spark.running import session
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        # without the checksum files of Hadoop's own
        .config("spark.hadoop.fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem")
        .config("spark.sql.warehouse.dir", f"{folder}/warehouse")
    )
    if JARS:
        builder = builder.config("spark.jars", JARS)
    builder.getOrCreate()
    spark = session()
    spark.sparkContext.setLogLevel("OFF")
    return spark
