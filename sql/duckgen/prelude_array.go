package duckgen

// arrayMacros treat NULL elements as Trino does.
var arrayMacros = []string{
	"tm_index(n, i) AS CASE WHEN i = 0 THEN CAST(tm_raise('SQL array indices start at 1') AS BIGINT)" +
		" WHEN i < 0 THEN CAST(tm_raise('Array subscript is negative: ' || i) AS BIGINT)" +
		" WHEN i > n THEN CAST(tm_raise('Array subscript must be less than or equal to array length: ' || i || ' > ' || n) AS BIGINT) ELSE i END",
	"tm_not_zero(i) AS CASE WHEN i = 0 THEN CAST(tm_raise('SQL array indices start at 1') AS BIGINT) ELSE i END",
	"tm_distinct(a) AS list_filter(a, lambda v, i: list_position(a, v) = i)",
	"tm_intersect(a, b) AS CASE WHEN b IS NULL THEN NULL ELSE tm_distinct(list_filter(a, lambda w: list_position(b, w) IS NOT NULL)) END",
	"tm_except(a, b) AS CASE WHEN b IS NULL THEN NULL ELSE tm_distinct(list_filter(a, lambda w: list_position(b, w) IS NULL)) END",
	"tm_list_max(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_max(a) END",
	"tm_list_min(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_min(a) END",
	"tm_list_position(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL ELSE CAST(coalesce(list_position(a, e), 0) AS BIGINT) END",
	"tm_list_remove(a, e) AS list_filter(a, lambda v: v <> e OR v IS NULL)",
	"tm_overlap(a, b) AS CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL OR list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL ELSE false END",
	"tm_contains(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END",
	"tm_at_most(n) AS CASE WHEN n > 10000 THEN CAST(tm_raise('count argument of repeat function must be less than or equal to 10000') AS BIGINT)" +
		" WHEN n < 0 THEN CAST(tm_raise('count argument of repeat function must be greater than or equal to 0') AS BIGINT) ELSE n END",
	"tm_sequence(a, b, s) AS CASE WHEN s = 0 THEN [CAST(tm_raise('step must not be zero') AS BIGINT)]" +
		" WHEN (s > 0 AND a > b) OR (s < 0 AND a < b) THEN [CAST(tm_raise('sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') AS BIGINT)]" +
		" WHEN (b - a) // s >= 10000 THEN [CAST(tm_raise('result of sequence function must not have more than 10000 entries') AS BIGINT)]" +
		" ELSE generate_series(a, b, s) END",
	"tm_sequence_time(a, b, s) AS list_transform(tm_sequence(epoch_ns(a), epoch_ns(b), s), lambda n: make_timestamp_ns(n))",
	"tm_sequence_months(a, b, m) AS list_transform(tm_sequence(CAST(0 AS BIGINT), CASE WHEN m = 0 THEN 0 ELSE tm_timestamp_difference(-1, a, b) // m * m END, CAST(m AS BIGINT)), lambda n: tm_add_months(a, n))",
	"tm_slice(a, s, n) AS CASE WHEN s = 0 THEN list_slice(a, CAST(tm_raise('SQL array indices start at 1') AS BIGINT), 1)" +
		" WHEN n < 0 THEN list_slice(a, CAST(tm_raise('length must be greater than or equal to 0') AS BIGINT), 1)" +
		" WHEN n = 0 OR abs(s) > len(a) THEN list_slice(a, 1, 0)" +
		" WHEN s > 0 THEN list_slice(a, s, s + n - 1) ELSE list_slice(a, len(a) + s + 1, len(a) + s + n) END",
}
