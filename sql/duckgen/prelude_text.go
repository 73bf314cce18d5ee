package duckgen

// textMacros give Trino's answers at the edges where DuckDB has its own.
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
