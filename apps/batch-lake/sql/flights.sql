-- Converted: one row per flight, by month of departure.
CREATE TABLE {{converted}}.flights_{{run}}
WITH (
  format = 'PARQUET',
  write_compression = 'SNAPPY',
  partitioned_by = ARRAY['month'],
  external_location = '{{location}}'
) AS
SELECT
  flight_id,
  departed_at,
  delay_minutes,
  distance_miles,
  origin,
  destination,
  date_format(departed_at, '%Y-%m') AS month
FROM {{converted}}.current_flights
