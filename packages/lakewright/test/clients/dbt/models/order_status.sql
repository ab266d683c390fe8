{{ config(materialized='incremental', incremental_strategy='merge', unique_key='order_id', table_type='iceberg',
  format='parquet', partitioned_by=['month(ordered_on)'], on_schema_change='append_new_columns') }}
select order_id, amount, status, ordered_on {{ ", note" if var('with_note', false) }} from {{ ref('stg_orders') }}
