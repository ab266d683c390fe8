select * from {{ ref('customer_value') }} where value < 0
