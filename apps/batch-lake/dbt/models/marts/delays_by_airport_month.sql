-- How late flights leave, by airport and month.
select
  f.origin as airport,
  a.airport_name,
  a.city,
  a.state,
  f.month,
  count(*) as flights,
  sum(f.delay_minutes) as total_delay_minutes,
  round(avg(cast(f.delay_minutes as double)), 2) as average_delay_minutes,
  count_if(f.delay_minutes > 15) as delayed_flights,
  round(100e0 * count_if(f.delay_minutes > 15) / count(*), 2) as delayed_percent
from {{ ref('stg_flights') }} f
left join {{ ref('stg_airports') }} a on a.airport = f.origin
group by f.origin, a.airport_name, a.city, a.state, f.month
