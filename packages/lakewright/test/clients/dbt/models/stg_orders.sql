{{ config(materialized='view') }}
select id as order_id, customer_id, ordered_on, amount, status, note, date_format(ordered_on, '%Y-%m') as month
from {{ ref('orders') }}
