-- Data set: routes by average delay, those that are flown at least once a day.
CREATE TABLE {{datasets}}.worst_routes_{{run}}
WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = '{{location}}') AS
WITH routes AS (
  SELECT
    origin,
    destination,
    count(*) AS flights,
    max(distance_miles) AS distance_miles,
    sum(delay_minutes) AS total_delay_minutes,
    round(avg(CAST(delay_minutes AS double)), 2) AS average_delay_minutes,
    max(delay_minutes) AS worst_delay_minutes
  FROM {{converted}}.flights_{{run}}
  GROUP BY origin, destination
  HAVING count(*) >= 181
)
SELECT
  rank() OVER (ORDER BY average_delay_minutes DESC) AS route_rank,
  origin,
  destination,
  flights,
  distance_miles,
  total_delay_minutes,
  average_delay_minutes,
  worst_delay_minutes
FROM routes
