-- The flights of the marts are those of the staging model.
select 1 as violation
where (select sum(flights) from {{ ref('delays_by_airport_month') }}) <> (select count(*) from {{ ref('stg_flights') }})
