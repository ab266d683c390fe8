"""A day's changes over yesterday's state, and both together."""

import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())

source = glueContext.getSource("s3", paths=[args["input"] + "state/"])
source.setFormat("json")
state = source.getFrame()
changes = glueContext.create_dynamic_frame_from_options("s3", {"paths": [args["input"] + "changes/"]}, "json")
merged = state.mergeDynamicFrame(changes, ["id"])
both = state.union(changes)
both.printSchema()
glueContext.write_dynamic_frame.from_options(merged.coalesce(1), "s3", {"path": args["output"] + "merged"}, "json")
glueContext.write_from_options(both.coalesce(1), "s3", {"path": args["output"] + "both"}, "json")
