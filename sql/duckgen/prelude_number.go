package duckgen

// numberMacros give the answers of IEEE 754 where DuckDB raises an error, and raise
// one where DuckDB answers NULL.
var numberMacros = []string{
	"tm_div(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a // b END",
	"tm_mod(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a % CASE WHEN b = -1 THEN 1 ELSE b END END",
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
	"tm_sign(x) AS CASE WHEN isnan(x) OR x = 0 THEN x ELSE CAST(sign(x) AS DOUBLE) END",
	"tm_positive_bound(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('bound must be positive') AS INTEGER) ELSE n END",
}
