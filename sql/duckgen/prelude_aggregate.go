package duckgen

// aggregateMacros finish what aggregates and window functions of DuckDB compute, and
// guard what they are given.
var aggregateMacros = []string{
	"tm_extremes(n) AS coalesce(CASE WHEN n <= 0 THEN CAST(tm_raise('second argument of max_n/min_n must be positive') AS BIGINT)" +
		" WHEN n > 10000 THEN CAST(tm_raise('second argument of max_n/min_n must be less than or equal to 10000; found ' || n) AS BIGINT) ELSE n END, 1)",
	"tm_extremes_by(n) AS coalesce(CASE WHEN n <= 0 THEN CAST(tm_raise('third argument of max_by/min_by must be a positive integer') AS BIGINT)" +
		" WHEN n > 10000 THEN CAST(tm_raise('third argument of max_by/min_by must be less than or equal to 10000; found ' || n) AS BIGINT) ELSE n END, 1)",
	"tm_standard_error(e) AS CASE WHEN e >= 0.0040625e0 AND e <= 0.26e0 THEN e WHEN e IS NOT NULL THEN CAST(tm_raise('Standard error must be in [0.0040625, 0.26]: ' || e) AS DOUBLE) END",
	// A number whose square and its sums are far from infinite.
	"tm_tame(x) AS CASE WHEN abs(x) <= 1e150 THEN x END",
	// m is the largest distance from 0, n the number of values, s what the tame ones of them give.
	"tm_spread(m, n, least, s) AS CASE WHEN n < least THEN NULL WHEN m <= 1e150 THEN s WHEN isinf(m) OR isnan(m) THEN CAST('NaN' AS DOUBLE) WHEN n = 1 THEN 0e0 ELSE CAST('Infinity' AS DOUBLE) END",
	"tm_paired(m, s) AS CASE WHEN m <= 1e150 AND isfinite(s) THEN s END",
	"tm_correlation(xy, xx, yy) AS xy / sqrt(xx) / sqrt(yy)",
	"tm_entropy_count(c) AS CASE WHEN c < 0 THEN CAST(tm_raise('Entropy count argument must be non-negative') AS BIGINT) ELSE c END",
	"tm_x_log_x(c) AS CASE WHEN c > 0 THEN c * ln(c) END",
	"tm_entropy(s, l) AS CASE WHEN s > 0 THEN greatest(0e0, (ln(s) - l / s) / ln(2e0)) ELSE 0e0 END",
	"tm_bucket_rows(flat) AS list_transform(range(1, len(flat) // 2 + 1), lambda i: {'field0': flat[2 * i - 1], 'field1': flat[2 * i]})",
	"tm_buckets_of(entries) AS list_transform([list_filter(entries, lambda e: e.v IS NOT NULL AND e.w IS NOT NULL AND e.n IS NOT NULL)], lambda r: CASE WHEN len(r) > 0 THEN" +
		" tm_bucket_rows(tm_numeric_histogram(r[1].n, list_transform(r, lambda e: e.v), list_transform(r, lambda e: e.w))) END)[1]",
	"tm_nth(k) AS CASE WHEN k <= 0 THEN CAST(tm_raise('Offset must be at least 1') AS BIGINT) ELSE k END",
	"tm_distance(k) AS CASE WHEN k < 0 THEN CAST(tm_raise('Offset must be at least 0') AS BIGINT) ELSE least(k, 1099511627776) END",
	"tm_buckets(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('Buckets must be greater than 0') AS BIGINT) ELSE n END",
}
