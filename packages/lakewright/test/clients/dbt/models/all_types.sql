{{ config(ha=true, s3_data_naming='schema_table_unique') }}
select 1 as id, cast('x' as varchar) as v, timestamp '2024-01-01 00:00:00' as ts, date '2024-02-29' as d,
  cast(3.1415927 as real) as r, array[1, 2] as list, map(array['a'], array[1]) as pairs,
  cast(row(1, 'b') as row(x integer, y varchar)) as pair
