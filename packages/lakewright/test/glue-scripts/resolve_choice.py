"""A column that the catalog calls a number and that has text in two rows, resolved in each way."""

import sys

from awsglue.context import GlueContext
from awsglue.transforms import ResolveChoice
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["database", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())

payments = glueContext.create_dynamic_frame.from_catalog(database=args["database"], table_name="payments")
payments.printSchema()

resolved = {
    "cast": payments.resolveChoice(specs=[("provider id", "cast:long")]),
    "project": payments.resolveChoice(specs=[("provider id", "project:string")]),
    "make_cols": ResolveChoice.apply(frame=payments, choice="make_cols", transformation_ctx="make_cols"),
    "make_struct": ResolveChoice.apply(payments, [("provider id", "make_struct")]),
    "match_catalog": payments.resolveChoice(choice="match_catalog", database=args["database"], table_name="payments"),
}
for name, frame in resolved.items():
    print(name)
    frame.printSchema()
    glueContext.write_dynamic_frame.from_options(
        frame=frame.coalesce(1), connection_type="s3", connection_options={"path": args["output"] + name}, format="json"
    )

df = payments.toDF()
df.createOrReplaceTempView("payments")
many = glueContext.spark_session.sql("SELECT `provider id`.string AS odd FROM payments WHERE `provider id`.string IS NOT NULL")
print(sorted(row.odd for row in many.collect()))
