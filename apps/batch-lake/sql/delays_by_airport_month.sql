-- Data set: how late flights leave, by airport and month.
CREATE TABLE {{datasets}}.delays_by_airport_month_{{run}}
WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = '{{location}}') AS
SELECT
  f.origin AS airport,
  a.name AS airport_name,
  a.city,
  a.state,
  f.month,
  count(*) AS flights,
  sum(f.delay_minutes) AS total_delay_minutes,
  round(avg(CAST(f.delay_minutes AS double)), 2) AS average_delay_minutes,
  count_if(f.delay_minutes > 15) AS delayed_flights,
  round(100e0 * count_if(f.delay_minutes > 15) / count(*), 2) AS delayed_percent
FROM {{converted}}.flights_{{run}} f
LEFT JOIN {{converted}}.current_airports a ON a.iata = f.origin
GROUP BY f.origin, a.name, a.city, a.state, f.month
