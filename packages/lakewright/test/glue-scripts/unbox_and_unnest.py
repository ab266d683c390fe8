"""Messages whose body is a string of JSON."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import Unbox, UnnestFrame
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session

messages = DynamicFrame.fromDF(spark.read.option("header", True).option("quote", "'").csv(args["input"]), glueContext, "messages")
unboxed = Unbox.apply(frame=messages, path="body", format="json")
unboxed.printSchema()
flat = UnnestFrame.apply(frame=unboxed)
flat.printSchema()
flat = flat.resolveChoice(specs=[("`body.price`", "cast:double")])
glueContext.write_dynamic_frame.from_options(flat.coalesce(1), "s3", {"path": args["output"]}, "json")
print("errors", unboxed.errorsCount())
