-- Typed columns, and the region whose privacy law holds.
select
  customer_id,
  first_name,
  last_name,
  email,
  phone,
  cast(birth_date as date) as birth_date,
  case when country in ('US', 'CA') then 'NA' else 'EU' end as region,
  home_airport,
  cast(miles as bigint) as miles,
  cast(newsletter as boolean) as newsletter
from {{ source('converted', 'current_customers') }}
