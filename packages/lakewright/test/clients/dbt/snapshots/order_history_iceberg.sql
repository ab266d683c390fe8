{% snapshot order_history_iceberg %}
{{ config(target_schema='shop', unique_key='id', strategy='check', check_cols=['status'], table_type='iceberg') }}
select id, status, amount from {{ ref('orders') }}
{% endsnapshot %}
