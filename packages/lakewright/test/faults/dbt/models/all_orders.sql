{{ config(materialized='view') }}
select o.order_id, o.amount, c.region, o.day
from {{ source('converted', 'orders') }} o
join {{ source('converted', 'customers') }} c on c.customer_id = o.customer_id
