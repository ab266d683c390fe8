{{ config(table_type='iceberg', s3_data_naming='schema_table_unique', partitioned_by=['bucket(customer_id, 4)']) }}
select order_id, customer_id, amount from {{ ref('stg_orders') }}
