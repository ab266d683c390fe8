"""A sink that makes its table, adds partitions, and follows the schema."""

import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input", "output", "database", "table", "behavior"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

orders = glueContext.create_dynamic_frame.from_options("s3", {"paths": [args["input"]]}, format="json")
sink = glueContext.getSink(
    connection_type="s3",
    path=args["output"],
    enableUpdateCatalog=True,
    updateBehavior=args["behavior"],
    partitionKeys=["year", "month"],
)
sink.setFormat("glueparquet")
sink.setCatalogInfo(catalogDatabase=args["database"], catalogTableName=args["table"])
sink.writeFrame(orders)
job.commit()
