-- Converted: one row per flight, by month of departure.
CREATE TABLE {{converted}}.flights_{{run}}
WITH (
  format = 'PARQUET',
  write_compression = 'SNAPPY',
  partitioned_by = ARRAY['month'],
  external_location = '{{location}}'
) AS
SELECT
  CAST(date AS timestamp) AS departed_at,
  CAST(delay AS integer) AS delay_minutes,
  CAST(distance AS integer) AS distance_miles,
  origin,
  destination,
  date_format(date, '%Y-%m') AS month
FROM {{raw}}.flights
