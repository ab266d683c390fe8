"""CSV with money as text: cast, cleaned by a function, nested, written as Parquet."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, Map
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql.functions import udf
from pyspark.sql.types import StringType

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

charges = glueContext.create_dynamic_frame.from_options(
    connection_type="s3",
    connection_options={"paths": [args["input"]], "groupFiles": "inPartition", "exclusions": '["**.bak"]'},
    format="csv",
    format_options={"withHeader": True, "separator": ";"},
)
charges = charges.resolveChoice(specs=[("id", "cast:long")])

chop = udf(lambda text: text[1:].replace(",", ""), StringType())
df = charges.toDF().where("id is not null").withColumn("amount", chop("charge"))
cleaned = DynamicFrame.fromDF(df, glueContext, "cleaned")


def state_of(record):
    record["state"] = record["city"].rsplit(" ", 1)[1]
    record["city"] = record["city"].rsplit(" ", 1)[0]
    return record


mapped = Map.apply(frame=cleaned, f=state_of, transformation_ctx="mapped")
nested = ApplyMapping.apply(
    frame=mapped,
    mappings=[
        ("id", "long", "id", "long"),
        ("city", "string", "place.city", "string"),
        ("state", "string", "place.state", "string"),
        ("amount", "string", "amount", "decimal(10,2)"),
    ],
    transformation_ctx="nested",
)
nested.printSchema()
glueContext.write_dynamic_frame.from_options(
    frame=nested, connection_type="s3", connection_options={"path": args["output"]}, format="glueparquet",
    format_options={"compression": "snappy"}, transformation_ctx="out",
)
job.commit()
