-- Delays at Seattle's and New York's airports beside the usual weather of the month.
with climate as (
  select
    location,
    month(day) as month_of_year,
    round(avg(precipitation_mm), 2) as average_precipitation_mm,
    round(avg(wind_metres_per_second), 2) as average_wind_metres_per_second,
    round(100e0 * count_if(weather in ('rain', 'snow')) / count(*), 1) as wet_days_percent
  from {{ ref('stg_weather') }}
  group by location, month(day)
),
served (location, airport) as (
  values ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR')
)
select
  s.location,
  s.airport,
  c.month_of_year,
  c.average_precipitation_mm,
  c.average_wind_metres_per_second,
  c.wet_days_percent,
  count(*) as flights,
  sum(f.delay_minutes) as total_delay_minutes,
  round(avg(cast(f.delay_minutes as double)), 2) as average_delay_minutes
from {{ ref('stg_flights') }} f
join served s on s.airport = f.origin
join climate c on c.location = s.location and c.month_of_year = month(f.departed_at)
group by 1, 2, 3, 4, 5, 6
