package duckgen

// Prelude returns the statements that must have run on a connection before a
// program does: macros that the emitted text calls. They may run again. The
// functions of package native must be registered before them.
func Prelude() []string {
	var out []string
	for _, group := range [][]string{timeMacros, numberMacros, textMacros, arrayMacros} {
		for _, m := range group {
			out = append(out, "CREATE OR REPLACE TEMP MACRO "+m)
		}
	}
	return out
}

// A macro uses only those before it. Lambda parameters in them have names without
// digits at the end: the emitter's own are x<identity>.

// timeMacros work on nanoseconds since 1970; DuckDB's own date functions know
// microseconds only.
var timeMacros = []string{
	// Remainder that is never negative: rounds down before 1970 too.
	"tm_fmod(a, n) AS ((a % n) + n) % n",
	"tm_fdiv(a, n) AS (a - tm_fmod(a, n)) // n",
	// Timestamp in whole microseconds, rounded down.
	"tm_us(t) AS make_timestamp(tm_fdiv(epoch_ns(t), 1000))",
	"tm_bin(t, n) AS make_timestamp_ns(epoch_ns(t) - tm_fmod(epoch_ns(t), n))",
	// Weeks start on Monday; the first after 1970-01-01 was the fifth.
	"tm_week(t) AS make_timestamp_ns(epoch_ns(t) - tm_fmod(epoch_ns(t) - 345600000000000, 604800000000000))",
	"tm_positive(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('interval must be positive') AS BIGINT) ELSE n END",
	"tm_add_months(t, k) AS make_timestamp_ns(epoch_ns(CAST(tm_us(t) + to_months(CAST(k AS INTEGER)) AS TIMESTAMP_NS)) + tm_fmod(epoch_ns(t), 1000))",
	"tm_whole_days(n) AS CASE WHEN n % 86400000000000 <> 0 THEN CAST(tm_raise('Cannot add hour, minutes or seconds to a date') AS INTEGER) ELSE CAST(n // 86400000000000 AS INTEGER) END",
}

// numberMacros give the answers of IEEE 754 where DuckDB raises an error, and raise
// one where DuckDB answers NULL.
var numberMacros = []string{
	"tm_div(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a // b END",
	"tm_mod(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a % b END",
	"tm_ln(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE ln(x) END",
	"tm_log2(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE log2(x) END",
	"tm_log10(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE log10(x) END",
	"tm_sqrt(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(x) END",
	// A step of Newton's method puts the last digit right.
	"tm_newton_cbrt(x, r) AS CASE WHEN r = 0 OR isinf(r) OR isnan(r) THEN r ELSE r - (r * r * r - x) / (3 * r * r) END",
	"tm_cbrt(x) AS tm_newton_cbrt(x, cbrt(x))",
	"tm_acos(x) AS CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE acos(x) END",
	"tm_asin(x) AS CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE asin(x) END",
	"tm_cos(x) AS CASE WHEN isinf(x) THEN CAST('NaN' AS DOUBLE) ELSE cos(x) END",
	"tm_sin(x) AS CASE WHEN isinf(x) THEN CAST('NaN' AS DOUBLE) ELSE sin(x) END",
	"tm_tan(x) AS CASE WHEN isinf(x) THEN CAST('NaN' AS DOUBLE) ELSE tan(x) END",
	"tm_sign(x) AS CASE WHEN isnan(x) THEN x ELSE CAST(sign(x) AS DOUBLE) END",
	"tm_positive_bound(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('bound must be positive') AS INTEGER) ELSE n END",
	"tm_nth(k) AS CASE WHEN k <= 0 THEN CAST(tm_raise('Offset must be at least 1') AS BIGINT) ELSE k END",
	// DuckDB's skewness is that of the sample.
	"tm_population_skewness(g, n) AS CASE WHEN n < 3 THEN NULL ELSE g * (n - 2) / sqrt(CAST(n AS DOUBLE) * (n - 1)) END",
}

var textMacros = []string{
	"tm_codepoint(x) AS CASE WHEN length(x) <> 1 THEN CAST(tm_raise('Input string must be a single character string') AS INTEGER) ELSE unicode(x) END",
	"tm_pad_size(n) AS CASE WHEN n < 0 OR n > 1048576 THEN CAST(tm_raise('Target length must be in the range [0..1048576]') AS INTEGER) ELSE CAST(n AS INTEGER) END",
	"tm_pad_text(p) AS CASE WHEN p = '' THEN tm_raise('Padding string must not be empty') ELSE p END",
	`tm_ltrim(x) AS ltrim(x, E' \t\n\v\f\r')`,
	`tm_rtrim(x) AS rtrim(x, E' \t\n\v\f\r')`,
	`tm_trim(x) AS trim(x, E' \t\n\v\f\r')`,
	"tm_delimiter(d) AS CASE WHEN d = '' THEN tm_raise('The delimiter may not be the empty string') ELSE d END",
	"tm_split_limit(parts, d, n) AS CASE WHEN n <= 0 THEN [tm_raise('Limit must be positive')] WHEN len(parts) <= n THEN parts ELSE parts[1:n - 1] || [list_reduce(parts[n:], lambda a, b: a || d || b)] END",
	// Joins texts, of which NULLs are left out, with a delimiter that may differ from row to row.
	"tm_join_texts(parts, d) AS CASE WHEN d IS NULL THEN NULL WHEN len(parts) = 0 THEN '' ELSE list_reduce(parts, lambda a, b: a || d || b) END",
	"tm_join(parts, d) AS tm_join_texts(list_filter(parts, lambda p: p IS NOT NULL), d)",
	"tm_part(parts, n) AS CASE WHEN n < 1 THEN tm_raise('Index must be greater than zero') ELSE parts[n] END",
	"tm_substr(s, st, n) AS CASE WHEN st = 0 OR n <= 0 OR abs(st) > length(s) THEN '' ELSE substr(s, st, least(n, 1073741824)) END",
}

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
	"tm_sequence_months(a, b, m) AS list_transform(tm_sequence(CAST(0 AS BIGINT), CASE WHEN m = 0 THEN 0 ELSE date_sub('month', tm_us(a), tm_us(b)) // m * m END, CAST(m AS BIGINT)), lambda n: tm_add_months(a, n))",
	"tm_slice(a, s, n) AS CASE WHEN s = 0 THEN list_slice(a, CAST(tm_raise('SQL array indices start at 1') AS BIGINT), 1)" +
		" WHEN n < 0 THEN list_slice(a, CAST(tm_raise('length must be greater than or equal to 0') AS BIGINT), 1)" +
		" WHEN n = 0 OR abs(s) > len(a) THEN list_slice(a, 1, 0)" +
		" WHEN s > 0 THEN list_slice(a, s, s + n - 1) ELSE list_slice(a, len(a) + s + 1, len(a) + s + n) END",
}
