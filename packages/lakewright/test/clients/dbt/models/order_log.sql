{{ config(materialized='incremental', incremental_strategy='append', format='parquet') }}
select order_id, amount, cast(current_timestamp as timestamp(3)) as loaded_at from {{ ref('stg_orders') }}
{% if is_incremental() %} where order_id > (select max(order_id) from {{ this }}) {% endif %}
