{{ config(materialized='table', partitioned_by=['month']) }}
-- Of each flight the row that changed last, without those that were taken back.
with loaded as (
  select * from {{ source('converted', 'flights') }} where coalesce(change_sequence, '') = ''
),
changed as (
  select
    *,
    row_number() over (partition by flight_id order by change_sequence desc) as place
  from {{ source('converted', 'flights') }}
  where change_sequence <> ''
)
select l.flight_id, l.departed_at, l.delay_minutes, l.distance_miles, l.origin, l.destination, l.month
from loaded l
left join changed c on c.flight_id = l.flight_id and c.place = 1
where c.flight_id is null
union all
select flight_id, departed_at, delay_minutes, distance_miles, origin, destination, month
from changed
where place = 1 and coalesce(op, 'U') <> 'D'
