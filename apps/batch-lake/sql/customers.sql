-- Data set: customers with typed columns and the region whose privacy law holds for them.
CREATE TABLE {{datasets}}.customers_{{run}}
WITH (
  format = 'PARQUET',
  write_compression = 'SNAPPY',
  external_location = '{{location}}'
) AS
SELECT
  customer_id,
  first_name,
  last_name,
  email,
  phone,
  CAST(birth_date AS date) AS birth_date,
  CASE WHEN country IN ('US', 'CA') THEN 'NA' ELSE 'EU' END AS region,
  home_airport,
  CAST(miles AS bigint) AS miles,
  CAST(newsletter AS boolean) AS newsletter
FROM {{converted}}.current_customers
