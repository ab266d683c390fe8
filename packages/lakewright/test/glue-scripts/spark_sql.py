"""DataFrames and SQL between DynamicFrames."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.gluetypes import Field, IntegerType, StringType, StructType
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

args = getResolvedOptions(sys.argv, ["database", "output"])
sc = SparkContext.getOrCreate()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
logger = glueContext.get_logger()

glueContext.create_dynamic_frame.from_catalog(database=args["database"], table_name="events").toDF().createOrReplaceTempView("events")
top = spark.sql("SELECT kind, count(*) AS n FROM events GROUP BY kind").withColumn("share", F.round(F.col("n") / 4, 2))
frame = DynamicFrame.fromDF(glueContext.add_ingestion_time_columns(top, "day"), glueContext, "top")
logger.info("columns " + ",".join(field.name for field in frame.schema()))
local = glueContext.create_dynamic_frame.from_rdd(sc.parallelize([(1, "a"), (2, "b")]), "local", ["id", "name"])
assert local.schema().hasField("id")
assert StructType([Field("a", IntegerType()), Field("b", StringType())]).getField("b").dataType == StringType()
glueContext.write_dynamic_frame.from_options(
    frame.drop_fields(["ingest_year", "ingest_month", "ingest_day"]).coalesce(1), "s3", {"path": args["output"]}, "json"
)
