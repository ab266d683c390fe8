"""Changes merged into an Iceberg table of the Data Catalog."""

import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "database", "changes"])
glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

table = f"glue_catalog.{args['database']}.stock"
spark.sql(
    f"CREATE TABLE IF NOT EXISTS {table} (sku string, amount int, day date) USING iceberg "
    f"PARTITIONED BY (day) LOCATION 's3://lake/iceberg/stock/'"
)
changes = glueContext.create_dynamic_frame.from_options(
    "s3", {"paths": [args["changes"]]}, "json", transformation_ctx="changes"
).apply_mapping(
    [("sku", "string", "sku", "string"), ("amount", "int", "amount", "int"), ("day", "string", "day", "date"), ("op", "string", "op", "string")]
)
changes.toDF().createOrReplaceTempView("changes")
spark.sql(
    f"""
    MERGE INTO {table} t USING changes c ON t.sku = c.sku
    WHEN MATCHED AND c.op = 'D' THEN DELETE
    WHEN MATCHED THEN UPDATE SET t.amount = c.amount, t.day = c.day
    WHEN NOT MATCHED AND c.op <> 'D' THEN INSERT (sku, amount, day) VALUES (c.sku, c.amount, c.day)
    """
)
stock = glueContext.create_data_frame.from_catalog(database=args["database"], table_name="stock")
print(sorted((row.sku, row.amount, str(row.day)) for row in stock.collect()))
more = spark.createDataFrame([("extra", 9)], "sku string, amount int").selectExpr("sku", "amount", "date '2026-03-01' AS day")
glueContext.write_data_frame.from_catalog(frame=more, database=args["database"], table_name="stock")
print(spark.table(table).count(), spark.sql(f"SELECT count(*) AS n FROM {table}.snapshots").first().n)
job.commit()
