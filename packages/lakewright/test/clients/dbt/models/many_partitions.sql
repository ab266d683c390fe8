{{ config(partitioned_by=['p'], force_batch=true, format='parquet') }}
select n, n % 250 as p from unnest(sequence(1, 1000)) as t (n)
