"""New orders of a database, and their sums back into it."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "connection", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

orders = glueContext.create_dynamic_frame.from_options(
    connection_type="postgresql",
    connection_options={
        "useConnectionProperties": "true",
        "connectionName": args["connection"],
        "dbtable": "shop.orders",
        "jobBookmarkKeys": ["id"],
        "jobBookmarkKeysSortOrder": "asc",
        "hashfield": "id",
        "hashpartitions": "2",
    },
    transformation_ctx="orders",
)
orders.printSchema()
print("new orders:", orders.count())
glueContext.write_dynamic_frame.from_options(orders, "s3", {"path": args["output"]}, "json", transformation_ctx="out")
if orders.count() > 0:
    sums = orders.toDF().groupBy("customer").sum("amount").withColumnRenamed("sum(amount)", "amount")
    glueContext.write_dynamic_frame.from_jdbc_conf(
        frame=DynamicFrame.fromDF(sums, glueContext, "sums"),
        catalog_connection=args["connection"],
        connection_options={"dbtable": "shop.sums", "database": "postgres"},
    )
conf = glueContext.extract_jdbc_conf(args["connection"])
print(conf["vendor"], conf["user"])
job.commit()
