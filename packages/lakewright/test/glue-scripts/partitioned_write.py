"""One frame in several formats, in folders; old output is purged first."""

import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())

glueContext.purge_s3_path(args["output"], options={"retentionPeriod": 0})
sales = glueContext.create_dynamic_frame.from_options(
    "s3", {"paths": [args["input"]], "recurse": True}, "csv", {"withHeader": True}
).apply_mapping(
    [("region", "string", "region", "string"), ("day", "string", "day", "date"), ("amount", "string", "amount", "decimal(8,2)")]
)
for name, options in (("json", {}), ("csv", {"separator": "\t"}), ("parquet", {}), ("orc", {}), ("avro", {"version": "1.8"})):
    glueContext.write_dynamic_frame.from_options(
        frame=sales.repartition(1),
        connection_type="s3",
        connection_options={
            "path": args["output"] + name,
            "partitionKeys": ["region"],
            **({"compression": "gzip"} if name in ("json", "csv") else {}),
        },
        format=name,
        format_options=options,
    )
for name in ("parquet", "orc", "avro"):
    back = glueContext.create_dynamic_frame.from_options(
        "s3", {"paths": [args["output"] + name], "recurse": True}, name, {"version": "1.8"} if name == "avro" else {}
    )
    print(name, sorted((str(row.day), str(row.amount)) for row in back.toDF().collect()))
