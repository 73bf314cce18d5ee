package duckgen

// textMacros give Trino's answers at the edges where DuckDB has its own.
var textMacros = []string{
	"tm_fitting(s, n) AS CASE WHEN length(s) > n THEN CAST(tm_raise('Value ' || s || ' cannot be represented as varchar(' || n || ')') AS VARCHAR) ELSE s END",
	"tm_codepoint(x) AS CASE WHEN length(x) <> 1 THEN CAST(tm_raise('Input string must be a single character string') AS INTEGER) ELSE unicode(x) END",
	// Joins texts, of which NULLs are left out, with a delimiter that may differ from row to row.
	"tm_join(parts, d) AS tm_concat_ws(d, parts)",
	// A NULL argument makes NULL of the empty text, too.
	"tm_substr(s, st, n) AS CASE WHEN st = 0 OR n <= 0 OR st > length(s) OR st < -length(s) THEN substr(s, sign(st), 0 * sign(n)) ELSE substr(s, st, CASE WHEN n > 1073741824 THEN 1073741824 ELSE n END) END",
}
