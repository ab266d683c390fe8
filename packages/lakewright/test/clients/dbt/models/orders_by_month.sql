{{ config(format='parquet', partitioned_by=['month'], write_compression='snappy') }}
-- a comment after AS, as models begin with one
select order_id, customer_id, amount, status, month from {{ ref('stg_orders') }}
