package duckgen

// mathMacros give Java's answers where those of C differ.
var mathMacros = []string{
	"tm_power(x, p) AS CASE WHEN isnan(p) OR isinf(p) AND abs(x) = 1 THEN CAST('NaN' AS DOUBLE) ELSE pow(x, p) END",
	// A double has no decimal places beyond 400 on either side.
	"tm_digits(d) AS CASE WHEN d > 400 THEN 400 WHEN d < -400 THEN -400 ELSE CAST(d AS INTEGER) END",
	// From 2^52 on a double is whole. Java has no power of ten below the 323rd.
	"tm_round(x, d) AS CASE WHEN d >= 0 AND abs(x) >= 4503599627370496e0 OR isinf(x) OR isnan(x) THEN x WHEN d < -323 THEN x * CAST('NaN' AS DOUBLE) ELSE round(x, d) END",
	"tm_distance_up(a, b) AS CASE WHEN a >= b THEN CAST(tm_raise('start value must be less than stop value') AS HUGEINT) ELSE b - a END",
}
