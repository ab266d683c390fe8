"""What came since the last run, from a partitioned table."""

import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "database", "output"])
glueContext = GlueContext(SparkContext())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

events = glueContext.create_dynamic_frame.from_catalog(
    database=args["database"], table_name="events", transformation_ctx="events"
)
print("new records:", events.count())
glueContext.write_dynamic_frame.from_options(
    frame=events, connection_type="s3", connection_options={"path": args["output"]}, format="json", transformation_ctx="copy"
)
if "--fail" in sys.argv:
    raise RuntimeError("before the commit")
job.commit()
