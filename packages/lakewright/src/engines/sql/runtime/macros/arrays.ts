/** Arrays and maps: three-valued membership, order of first appearance. */
export const arrayMacros: readonly string[] = [
  "lw_distinct(a) AS list_transform(list_filter(list_transform(range(1, len(a) + 1), lambda k: {'k': k, 'e': a[k]}), lambda x: CASE WHEN x.e IS NULL THEN len(list_filter(a[1:x.k - 1], lambda y: y IS NULL)) = 0 ELSE list_position(a, x.e) = x.k END), lambda x: x.e)",
  'lw_in(a, e) AS CASE WHEN e IS NULL THEN list_count(a) < len(a) ELSE list_contains(a, e) END',
  'lw_union(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE lw_distinct(list_concat(a, b)) END',
  // Without anything to take away the array stays as it is, with what comes twice in it.
  'lw_except(a, b) AS CASE WHEN b IS NULL THEN NULL WHEN len(b) = 0 THEN a ELSE lw_distinct(list_filter(a, lambda e: NOT lw_in(b, e))) END',
  // In the order of the longer array, of two equally long ones in that of the first.
  'lw_intersect(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) < len(b) THEN lw_distinct(list_filter(b, lambda e: lw_in(a, e))) ELSE lw_distinct(list_filter(a, lambda e: lw_in(b, e))) END',
  // The same by the `k` of {k: what is compared, e: the element}.
  'lw_in_by(a, x) AS len(list_filter(a, lambda y: y.k IS NOT DISTINCT FROM x)) > 0',
  'lw_distinct_by(a) AS list_transform(list_filter(range(1, len(a) + 1), lambda i: NOT lw_in_by(a[1:i - 1], a[i].k)), lambda i: a[i])',
  'lw_union_by(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE lw_distinct_by(list_concat(a, b)) END',
  'lw_except_by(a, b) AS CASE WHEN b IS NULL THEN NULL WHEN len(b) = 0 THEN a ELSE lw_distinct_by(list_filter(a, lambda e: NOT lw_in_by(b, e.k))) END',
  'lw_intersect_by(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) < len(b) THEN lw_distinct_by(list_filter(b, lambda e: lw_in_by(a, e.k))) ELSE lw_distinct_by(list_filter(a, lambda e: lw_in_by(b, e.k))) END',
  'lw_contains(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END',
  'lw_overlap(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN true WHEN len(a) > 0 AND len(b) > 0 AND (list_count(a) < len(a) OR list_count(b) < len(b)) THEN NULL ELSE false END',
  'lw_any(bs) AS CASE WHEN bs IS NULL THEN NULL WHEN list_contains(bs, true) THEN true WHEN list_count(bs) < len(bs) THEN NULL ELSE false END',
  'lw_all(bs) AS CASE WHEN bs IS NULL THEN NULL WHEN list_contains(bs, false) THEN false WHEN list_count(bs) < len(bs) THEN NULL ELSE true END',
  'lw_eq_list(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) <> len(b) THEN false WHEN list_count(a) = len(a) AND list_count(b) = len(b) THEN a = b WHEN list_contains(list_transform(range(1, len(a) + 1), lambda k: a[k] = b[k]), false) THEN false ELSE NULL END',
  'lw_contains_seq(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(b) = 0 THEN true WHEN len(b) > len(a) THEN false ELSE list_contains(list_transform(range(1, len(a) - len(b) + 2), lambda k: a[k:k + len(b) - 1] IS NOT DISTINCT FROM b), true) END',
  "lw_hist(a) AS CASE WHEN a IS NULL THEN NULL ELSE map_from_entries(list_transform(list_filter(lw_distinct(a), lambda e: e IS NOT NULL), lambda e: {'k': e, 'v': CAST(len(list_filter(a, lambda x: x = e)) AS BIGINT)})) END",
  // DuckDB's array_to_string wants a constant separator.
  "lw_join(a, d) AS CASE WHEN a IS NULL OR d IS NULL THEN NULL WHEN list_count(a) = 0 THEN '' ELSE list_reduce(list_transform(list_filter(a, lambda e: e IS NOT NULL), lambda e: {'t': e, 'q': d}), lambda x, y: {'t': x.t || y.q || y.t, 'q': y.q}).t END",
];
