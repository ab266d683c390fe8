"""The sample lake's pipeline behind the raw zone, as somebody would write it in one PySpark script: the same checks of each row, the same
SQL, the same tests; no history, no second run, nothing kept if it fails.

python pipeline.py <raw zone> <folder>
"""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.window import Window

raw, out = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "4g")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.sources.partitionOverwriteMode", "dynamic")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def write(frame, name, *keys):
    """Writes a table, and shows it to the SQL after it."""
    writer = frame.write.mode("overwrite").option("compression", "snappy")
    (writer.partitionBy(*keys) if keys else writer).parquet(f"{out}/{name}")
    # months look like dates, and are texts
    spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    spark.read.parquet(f"{out}/{name}").createOrReplaceTempView(name)


def must_be_empty(sql):
    rows = spark.sql(sql).limit(1).collect()
    if rows:
        raise SystemExit(f"a test failed: {sql}: {rows}")


# --- convert
changes = spark.read.option("recursiveFileLookup", "true").parquet(f"{raw}/operations/public/flights")
if "Op" in changes.columns:
    changes = changes.withColumnRenamed("Op", "op")
changes = changes.withColumn("month", F.date_format("departed_at", "yyyy-MM"))
valid = F.lit(True)
for name in ("flight_id", "departed_at", "origin", "destination"):
    valid = valid & F.col(name).isNotNull()
changes.where(~valid).write.mode("overwrite").json(f"{out}/quarantine")
write(changes.where(valid), "flights", "month")

# --- models
spark.read.option("recursiveFileLookup", "true").parquet(f"{raw}/operations/public/airports").createOrReplaceTempView("raw_airports")
spark.read.option("recursiveFileLookup", "true").parquet(f"{raw}/customers").createOrReplaceTempView("raw_customers")
spark.read.option("header", "true").csv(f"{raw}/weather").createOrReplaceTempView("raw_weather")
spark.sql(
    """
CREATE OR REPLACE TEMP VIEW stg_airports AS
SELECT iata AS airport, name AS airport_name, city, state, country, latitude, longitude FROM raw_airports"""
)
spark.sql(
    """
CREATE OR REPLACE TEMP VIEW stg_weather AS
SELECT location, CAST(date AS date) AS day, CAST(precipitation AS double) AS precipitation_mm,
  CAST(wind AS double) AS wind_metres_per_second, weather FROM raw_weather"""
)
write(
    spark.sql(
        """
WITH changed AS (
  SELECT *, row_number() OVER (PARTITION BY flight_id ORDER BY change_sequence DESC) AS place
  FROM flights WHERE change_sequence <> '')
SELECT l.flight_id, l.departed_at, l.delay_minutes, l.distance_miles, l.origin, l.destination, l.month
FROM flights l LEFT JOIN changed c ON c.flight_id = l.flight_id AND c.place = 1
WHERE coalesce(l.change_sequence, '') = '' AND c.flight_id IS NULL
UNION ALL
SELECT flight_id, departed_at, delay_minutes, distance_miles, origin, destination, month FROM changed
WHERE place = 1 AND coalesce(op, 'U') <> 'D'"""
    ),
    "stg_flights",
    "month",
)
write(
    spark.sql(
        """
SELECT customer_id, first_name, last_name, email, phone, CAST(birth_date AS date) AS birth_date,
  CASE WHEN country IN ('US', 'CA') THEN 'NA' ELSE 'EU' END AS region, home_airport,
  CAST(miles AS bigint) AS miles, CAST(newsletter AS boolean) AS newsletter
FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY last_modified DESC) AS place FROM raw_customers)
WHERE place = 1"""
    ),
    "customers",
)
write(
    spark.sql(
        """
SELECT f.origin AS airport, a.airport_name, a.city, a.state, f.month, count(*) AS flights,
  sum(f.delay_minutes) AS total_delay_minutes, round(avg(f.delay_minutes), 2) AS average_delay_minutes,
  count_if(f.delay_minutes > 15) AS delayed_flights,
  round(100 * count_if(f.delay_minutes > 15) / count(*), 2) AS delayed_percent
FROM stg_flights f LEFT JOIN stg_airports a ON a.airport = f.origin
GROUP BY f.origin, a.airport_name, a.city, a.state, f.month"""
    ),
    "delays_by_airport_month",
)
write(
    spark.sql(
        """
SELECT rank() OVER (ORDER BY average_delay_minutes DESC) AS route_rank, * FROM (
  SELECT origin, destination, count(*) AS flights, max(distance_miles) AS distance_miles,
    sum(delay_minutes) AS total_delay_minutes, round(avg(delay_minutes), 2) AS average_delay_minutes,
    max(delay_minutes) AS worst_delay_minutes
  FROM stg_flights GROUP BY origin, destination HAVING count(*) >= 181)"""
    ),
    "worst_routes",
)
write(
    spark.sql(
        """
WITH climate AS (
  SELECT location, month(day) AS m, round(avg(precipitation_mm), 2) AS p, round(avg(wind_metres_per_second), 2) AS w,
    round(100 * count_if(weather IN ('rain', 'snow')) / count(*), 1) AS wet
  FROM stg_weather GROUP BY location, month(day)),
served AS (SELECT * FROM VALUES ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR') AS t(location, airport))
SELECT s.location, s.airport, c.m AS month_of_year, c.p, c.w, c.wet, count(*) AS flights,
  sum(f.delay_minutes) AS total_delay_minutes, round(avg(f.delay_minutes), 2) AS average_delay_minutes
FROM stg_flights f JOIN served s ON s.airport = f.origin JOIN climate c ON c.location = s.location AND c.m = month(f.departed_at)
GROUP BY ALL"""
    ),
    "weather_delay",
)
write(
    spark.sql(
        """
SELECT date(departed_at) AS day, origin AS airport, count(*) AS flights, sum(delay_minutes) AS total_delay_minutes,
  count_if(delay_minutes > 15) AS delayed_flights, month
FROM stg_flights GROUP BY month, date(departed_at), origin"""
    ),
    "delays_by_day",
    "month",
)

# --- tests
for table, columns in {
    "stg_flights": ("flight_id", "departed_at", "origin", "destination"),
    "stg_airports": ("airport",),
    "delays_by_airport_month": ("airport", "flights"),
    "customers": ("customer_id",),
    "delays_by_day": ("day",),
}.items():
    for column in columns:
        must_be_empty(f"SELECT {column} FROM {table} WHERE {column} IS NULL")
for table, column in {"stg_flights": "flight_id", "stg_airports": "airport", "customers": "customer_id"}.items():
    must_be_empty(f"SELECT {column} FROM {table} GROUP BY {column} HAVING count(*) > 1")
must_be_empty("SELECT region FROM customers WHERE region NOT IN ('NA', 'EU')")
must_be_empty("SELECT origin FROM worst_routes LEFT ANTI JOIN stg_airports ON airport = origin")
must_be_empty(
    "SELECT 1 WHERE (SELECT sum(flights) FROM delays_by_airport_month) <> (SELECT count(*) FROM stg_flights)"
)

# --- data sets and features
for name in ("customers", "delays_by_airport_month", "weather_delay", "worst_routes"):
    write(spark.table(name), f"datasets_{name}")
by_airport = Window.partitionBy("airport").orderBy("month")
features = (
    spark.table("delays_by_day")
    .groupBy("airport", "month")
    .agg(F.sum("flights").alias("flights"), F.sum("delayed_flights").alias("delayed_flights"))
    .withColumn("late_share", F.round(F.col("delayed_flights") / F.col("flights"), 6))
    .withColumn("late_share_before", F.lag("late_share").over(by_airport))
    .withColumn("flights_change", F.col("flights") - F.lag("flights").over(by_airport))
)
write(features, "airport_features", "month")
print(spark.table("airport_features").count(), spark.table("stg_flights").count())
