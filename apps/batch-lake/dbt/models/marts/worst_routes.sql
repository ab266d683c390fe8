-- Routes by average delay, those that are flown at least once a day.
with routes as (
  select
    origin,
    destination,
    count(*) as flights,
    max(distance_miles) as distance_miles,
    sum(delay_minutes) as total_delay_minutes,
    round(avg(cast(delay_minutes as double)), 2) as average_delay_minutes,
    max(delay_minutes) as worst_delay_minutes
  from {{ ref('stg_flights') }}
  group by origin, destination
  having count(*) >= 181
)
select
  rank() over (order by average_delay_minutes desc) as route_rank,
  origin,
  destination,
  flights,
  distance_miles,
  total_delay_minutes,
  average_delay_minutes,
  worst_delay_minutes
from routes
