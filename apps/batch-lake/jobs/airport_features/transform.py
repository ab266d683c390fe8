"""What a model that foresees delays learns from: one row per airport and month, for SageMaker."""

from pyspark.sql import functions as F
from pyspark.sql.window import Window


def transform(tables, spark):
    """Late shares of a month beside those of the months before it."""
    by_airport = Window.partitionBy("airport").orderBy("month")
    late = F.col("delayed_flights") / F.col("flights")
    return (
        tables["delays_by_day"]
        .groupBy("airport", "month")
        .agg(F.sum("flights").alias("flights"), F.sum("delayed_flights").alias("delayed_flights"))
        .withColumn("late_share", F.round(late, 6))
        .withColumn("late_share_before", F.lag("late_share").over(by_airport))
        .withColumn("flights_change", F.col("flights") - F.lag("flights").over(by_airport))
        .withColumn("month_of_year", F.substring("month", 6, 2).cast("int"))
        .select(
            "airport",
            "month_of_year",
            "flights",
            "flights_change",
            "late_share",
            "late_share_before",
            "month",
        )
    )
