"""Members of a club, their boats and harbours: joined, filtered, and made relational."""

import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import Join
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "database", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

members = glueContext.create_dynamic_frame.from_catalog(database=args["database"], table_name="members")
boats = glueContext.create_dynamic_frame.from_catalog(database=args["database"], table_name="boats")
harbours = glueContext.create_dynamic_frame.from_catalog(database=args["database"], table_name="harbours")
print("Count: ", members.count())
members.printSchema()

harbours = harbours.drop_fields(["tides"]).rename_field("id", "harbour_id").rename_field("name", "harbour_name")
history = Join.apply(
    harbours, Join.apply(members, boats, "id", "owner"), "harbour_id", "berth"
).drop_fields(["owner", "berth"])
history.printSchema()

tables = history.relationalize("history", args["output"] + "tmp/")
print(sorted(tables.keys()))
for name in tables.keys():
    glueContext.write_dynamic_frame.from_options(
        frame=tables.select(name),
        connection_type="s3",
        connection_options={"path": args["output"] + name},
        format="parquet",
    )
history.toDF().select("harbour_name", "name").repartition(1).write.csv(args["output"] + "berths", header=True)
job.commit()
