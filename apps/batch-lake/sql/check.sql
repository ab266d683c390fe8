-- How many of these hold that must not: nothing is published unless it is 0.
SELECT count(*) AS violations
FROM (
  SELECT 'flights were lost or doubled' AS violation
  WHERE (SELECT count(*) FROM {{converted}}.current_flights) <> (SELECT count(*) FROM {{converted}}.flights_{{run}})
  UNION ALL
  SELECT 'an airport and month is missing or doubled'
  WHERE (SELECT sum(flights) FROM {{datasets}}.delays_by_airport_month_{{run}})
    <> (SELECT count(*) FROM {{converted}}.flights_{{run}})
  UNION ALL
  SELECT 'a route was counted more often than it was flown'
  WHERE (SELECT sum(flights) FROM {{datasets}}.worst_routes_{{run}})
    > (SELECT count(*) FROM {{converted}}.flights_{{run}})
  UNION ALL
  SELECT 'customers were lost or doubled'
  WHERE (SELECT count(*) FROM {{converted}}.current_customers) <> (SELECT count(*) FROM {{datasets}}.customers_{{run}})
  UNION ALL
  SELECT 'no flight met any weather'
  WHERE (SELECT count(*) FROM {{datasets}}.weather_delay_{{run}}) = 0
)
