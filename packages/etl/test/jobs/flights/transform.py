"""Flights as the lake keeps them: delays in hours besides minutes, and none without an origin."""

from pyspark.sql import functions as f


def transform(df, spark):
    return df.where(f.col("origin").isNotNull()).withColumn("delay_hours", f.col("delay") / 60.0)
