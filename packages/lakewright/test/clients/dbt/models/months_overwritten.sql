{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['month'], format='parquet') }}
select order_id, status, month from {{ ref('stg_orders') }}
{% if is_incremental() %} where month >= (select max(month) from {{ this }}) {% endif %}
