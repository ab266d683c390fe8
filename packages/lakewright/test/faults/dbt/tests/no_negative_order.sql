select order_id, amount from {{ ref('all_orders') }} where amount < 0
