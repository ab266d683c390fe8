-- Data set: delays at Seattle's and New York's airports beside the usual weather of the month.
CREATE TABLE {{datasets}}.weather_delay_{{run}}
WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = '{{location}}') AS
WITH climate AS (
  SELECT
    location,
    month(CAST(date AS date)) AS month_of_year,
    round(avg(CAST(precipitation AS double)), 2) AS average_precipitation_mm,
    round(avg(CAST(wind AS double)), 2) AS average_wind_metres_per_second,
    round(100e0 * count_if(weather IN ('rain', 'snow')) / count(*), 1) AS wet_days_percent
  FROM {{raw}}.weather
  GROUP BY location, month(CAST(date AS date))
),
served (location, airport) AS (
  VALUES ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR')
)
SELECT
  s.location,
  s.airport,
  c.month_of_year,
  c.average_precipitation_mm,
  c.average_wind_metres_per_second,
  c.wet_days_percent,
  count(*) AS flights,
  sum(f.delay_minutes) AS total_delay_minutes,
  round(avg(CAST(f.delay_minutes AS double)), 2) AS average_delay_minutes
FROM {{converted}}.flights_{{run}} f
JOIN served s ON s.airport = f.origin
JOIN climate c ON c.location = s.location AND c.month_of_year = month(f.departed_at)
GROUP BY 1, 2, 3, 4, 5, 6
