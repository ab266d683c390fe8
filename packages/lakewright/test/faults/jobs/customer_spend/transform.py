"""What each customer has spent."""

from pyspark.sql import functions as F


def transform(tables, spark):
    spent = tables["orders"].groupBy("customer_id").agg(F.sum("amount").alias("spent"), F.count("*").alias("orders"))
    return tables["customers"].join(spent, "customer_id").select("customer_id", "name", "spent", "orders", "region")
