{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['day']) }}
select region, count(*) as orders, sum(amount) as revenue, day
from {{ ref('all_orders') }}
group by region, day
