package duckgen

// arrayMacros treat NULL elements as Trino does. A macro repeats its arguments, and a
// lambda computes its body for each element: what is long and stands in a lambda is
// bound before, as the element of a list of one.
var arrayMacros = []string{
	"tm_index(n, i) AS CASE WHEN i = 0 THEN CAST(tm_raise('SQL array indices start at 1') AS BIGINT)" +
		" WHEN i < 0 THEN CAST(tm_raise('Array subscript is negative: ' || i) AS BIGINT)" +
		" WHEN i > n THEN CAST(tm_raise('Array subscript must be less than or equal to array length: ' || i || ' > ' || n) AS BIGINT) ELSE i END",
	"tm_not_zero(i) AS CASE WHEN i = 0 THEN CAST(tm_raise('SQL array indices start at 1') AS BIGINT) ELSE i END",

	// Sets are lists of {value, side, position} in order, where equal values are
	// neighbours: a list stays linear but for the sorting, however many elements differ.
	"tm_marked(a, side) AS list_transform([a], lambda q: list_transform(q, lambda v, i: {'v': v, 's': side, 'i': i}))[1]",
	// A literal NULL loses its type in list_sort and ||, a bound one does not.
	"tm_sorted(a) AS list_transform([a], lambda q: list_sort(q, 'ASC', 'NULLS LAST'))[1]",
	"tm_joint(a, b) AS list_transform([{'a': a, 'b': b}], lambda q: q.a || q.b)[1]",
	"tm_unmarked(s) AS list_transform(list_sort(list_transform(s, lambda e: {'i': e.i, 'v': e.v})), lambda e: e.v)",
	"tm_distinct(a) AS list_transform([tm_sorted(tm_marked(a, 1))], lambda q: tm_unmarked(list_filter(q, lambda e, j: j = 1 OR q[j - 1].v IS DISTINCT FROM e.v)))[1]",
	// The first of a run of the first array's elements, before which the second's stand.
	"tm_intersect(a, b) AS list_transform([tm_sorted(tm_joint(tm_marked(b, 0), tm_marked(a, 1)))], lambda q:" +
		" tm_unmarked(list_filter(q, lambda e, j: e.s = 1 AND j > 1 AND q[j - 1].s = 0 AND q[j - 1].v IS NOT DISTINCT FROM e.v)))[1]",
	"tm_except(a, b) AS list_transform([tm_sorted(tm_joint(tm_marked(b, 0), tm_marked(a, 1)))], lambda q:" +
		" tm_unmarked(list_filter(q, lambda e, j: e.s = 1 AND (j = 1 OR q[j - 1].v IS DISTINCT FROM e.v))))[1]",

	"tm_list_max(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_max(a) END",
	"tm_list_min(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_min(a) END",
	"tm_list_position(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL ELSE CAST(coalesce(list_position(a, e), 0) AS BIGINT) END",
	"tm_list_position_double(a, e) AS CASE WHEN isnan(e) AND a IS NOT NULL THEN CAST(0 AS BIGINT) ELSE tm_list_position(a, e) END",
	"tm_list_remove(a, e) AS list_transform([{'a': a, 'e': e}], lambda q: CASE WHEN q.e IS NOT NULL THEN list_filter(q.a, lambda v: v <> q.e OR v IS NULL) END)[1]",
	"tm_list_remove_double(a, e) AS CASE WHEN isnan(e) THEN a ELSE tm_list_remove(a, e) END",
	"tm_overlap(a, b) AS CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) = 0 OR len(b) = 0 THEN false" +
		" WHEN list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL ELSE false END",
	"tm_contains(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END",
	"tm_contains_double(a, e) AS CASE WHEN isnan(e) AND a IS NOT NULL THEN CASE WHEN list_count(a) < len(a) THEN NULL ELSE false END ELSE tm_contains(a, e) END",
	"tm_any(l) AS list_transform([l], lambda q: CASE WHEN list_contains(q, true) THEN true WHEN list_count(q) < len(q) THEN NULL WHEN q IS NOT NULL THEN false END)[1]",
	"tm_all(l) AS list_transform([l], lambda q: CASE WHEN list_contains(q, false) THEN false WHEN list_count(q) < len(q) THEN NULL WHEN q IS NOT NULL THEN true END)[1]",
	"tm_joined(parts, text) AS CASE WHEN parts IS NULL THEN NULL ELSE coalesce(text, '') END",
	"tm_replace_null(parts, n) AS list_transform([{'p': parts, 'n': n}], lambda q: CASE WHEN q.n IS NOT NULL THEN list_transform(q.p, lambda t: coalesce(t, q.n)) END)[1]",

	"tm_at_most(n) AS CASE WHEN n > 10000 THEN CAST(tm_raise('count argument of repeat function must be less than or equal to 10000') AS BIGINT)" +
		" WHEN n < 0 THEN CAST(tm_raise('count argument of repeat function must be greater than or equal to 0') AS BIGINT) ELSE n END",
	"tm_sequence_months(a, b, m) AS list_transform(tm_sequence(CAST(0 AS BIGINT), CASE WHEN m = 0 THEN 0 WHEN a <> b AND (b > a) <> (m > 0) THEN -CAST(m AS BIGINT) ELSE tm_timestamp_difference(-1, a, b) // m * m END, CAST(m AS BIGINT)), lambda n: tm_add_months(a, n))",
	"tm_sequence_date(a, b, s) AS list_transform(tm_sequence(CAST(a - DATE '1970-01-01' AS BIGINT), CAST(b - DATE '1970-01-01' AS BIGINT), CAST(s AS BIGINT)), lambda n: DATE '1970-01-01' + CAST(n AS INTEGER))",
	"tm_day_step(n) AS CASE WHEN n % 86400000000000 <> 0 THEN CAST(tm_raise('sequence step must be a day interval if start and end values are dates') AS BIGINT) ELSE n // 86400000000000 END",

	"tm_slice(a, s, n) AS CASE WHEN a IS NULL OR s IS NULL OR n IS NULL THEN NULL WHEN s = 0 THEN list_slice(a, CAST(tm_raise('SQL array indices start at 1') AS BIGINT), 1)" +
		" WHEN n < 0 THEN list_slice(a, CAST(tm_raise('length must be greater than or equal to 0') AS BIGINT), 1)" +
		" WHEN n = 0 OR abs(s) > len(a) THEN list_slice(a, 1, 0)" +
		" WHEN s > 0 THEN list_slice(a, s, s + least(n, len(a)) - 1) ELSE list_slice(a, len(a) + s + 1, len(a) + s + least(n, len(a))) END",
	"tm_trim_array(a, n) AS CASE WHEN a IS NULL THEN NULL WHEN n < 0 THEN list_slice(a, CAST(tm_raise('size must not be negative: ' || n) AS BIGINT), 1)" +
		" WHEN n > len(a) THEN list_slice(a, CAST(tm_raise('size must not exceed array cardinality ' || len(a) || ': ' || n) AS BIGINT), 1) ELSE list_slice(a, 1, len(a) - n) END",
	"tm_gram_size(a, n) AS CASE WHEN a IS NULL THEN NULL WHEN n <= 0 THEN CAST(tm_raise('N must be positive') AS BIGINT) WHEN n > len(a) THEN len(a) ELSE n END",
	"tm_ngrams(a, n) AS list_transform([{'a': a, 'n': tm_gram_size(a, n)}], lambda q: list_transform([q.a], lambda l: list_transform(range(1, len(l) - q.n + 2), lambda i: list_slice(l, i, i + q.n - 1)))[1])[1]",
	// The number of subsets, times their size, is bounded.
	"tm_subsets(n, k) AS list_reduce(range(1, k + 1), lambda c, i: c * (n - k + i) // i, CAST(1 AS HUGEINT))",
	"tm_combinable(a, k) AS CASE WHEN len(a) > 100000 OR len(a) >= k AND tm_subsets(CAST(len(a) AS HUGEINT), k) * k > 100000 THEN" +
		" list_slice(a, CAST(tm_raise('combinations exceed max size') AS BIGINT), 1) ELSE a END",
	"tm_before(c, tie) AS CASE c WHEN -1 THEN true WHEN 0 THEN tie WHEN 1 THEN false ELSE CAST(tm_raise('Lambda comparator must return either -1, 0, or 1') AS BOOLEAN) END",
}
