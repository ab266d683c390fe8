"""Records that can't be read or mapped go where people look at them."""

import sys

from awsglue.context import GlueContext
from awsglue.transforms import ErrorsAsDynamicFrame, Map
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())

readings = glueContext.create_dynamic_frame.from_options("s3", {"paths": [args["input"]]}, "json")
print("read", readings.count(), "errors", readings.errorsCount())


def ratio(record):
    record["ratio"] = record["good"] / record["all"]
    return record


ratios = Map.apply(frame=readings, f=ratio, info="ratio of good", stageThreshold=5)
print("mapped", ratios.count(), "stage", ratios.stageErrorsCount(), "total", ratios.errorsCount())
ratios.assertErrorThreshold()
errors = ErrorsAsDynamicFrame.apply(ratios)
glueContext.write_dynamic_frame.from_options(ratios, "s3", {"path": args["output"] + "good"}, "json")
summary = errors.map(lambda record: {"msg": record["error"]["msg"], "where": record["error"]["callsite"]["site"]})
glueContext.write_dynamic_frame.from_options(summary.coalesce(1), "s3", {"path": args["output"] + "bad"}, "json")
try:
    Map.apply(frame=readings, f=ratio, totalThreshold=2).toDF()
except Exception as error:
    print(error)
