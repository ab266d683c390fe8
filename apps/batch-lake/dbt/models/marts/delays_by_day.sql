{{
  config(
    materialized='incremental',
    incremental_strategy='insert_overwrite',
    partitioned_by=['month'],
  )
}}
-- How late flights leave, by airport and day. A run after the first makes the months anew that had changes since.
with changes as (
  select month, max(change_sequence) as changed_until
  from {{ source('converted', 'flights') }}
  group by month
)
select
  date(f.departed_at) as day,
  f.origin as airport,
  count(*) as flights,
  sum(f.delay_minutes) as total_delay_minutes,
  count_if(f.delay_minutes > 15) as delayed_flights,
  max(c.changed_until) as changed_until,
  f.month
from {{ ref('stg_flights') }} f
join changes c on c.month = f.month
{% if is_incremental() %}
where coalesce(c.changed_until, '') > (select coalesce(max(changed_until), '') from {{ this }})
{% endif %}
group by f.month, date(f.departed_at), f.origin
