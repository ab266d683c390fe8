{% set yesterday = (modules.datetime.datetime.utcnow() - modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d') %}
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='loaded_at', begin=yesterday,
  batch_size='day', partitioned_by=['day'], format='parquet', tags=['daily']) }}
select flight, loaded_at, date_format(loaded_at, '%Y-%m-%d') as day from {{ source('raw', 'flights') }}
