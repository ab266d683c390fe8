"""Features of airports for a model: how late flights were that left, and how many left, in each month."""

from pyspark.sql import functions as f


def build(tables, spark):
    by_month = tables["flights"].groupBy("origin", "month").agg(
        f.count(f.lit(1)).alias("flights"),
        f.avg("delay").alias("mean_delay"),
        f.expr("percentile_approx(delay, 0.9)").alias("p90_delay"),
    )
    return {"airport_features": by_month}
