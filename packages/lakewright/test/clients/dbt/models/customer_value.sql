select c.id as customer_id, c.name, c.country, count(o.order_id) as orders, coalesce(sum(o.amount), 0) as value,
  max(o.ordered_on) as last_order, row_number() over (order by coalesce(sum(o.amount), 0) desc) as place
from {{ ref('customers') }} c
left join {{ ref('stg_orders') }} o on o.customer_id = c.id
group by 1, 2, 3
