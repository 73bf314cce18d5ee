package duckgen

// compareMacros compare as Trino does where DuckDB takes NULLs inside of values for values.
var compareMacros = []string{
	"tm_compare(a, b) AS CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END",
	// The order that compare.go computed, unless it depends on a NULL inside.
	"tm_order(n) AS list_transform([n], lambda c: CASE WHEN c = 2 THEN CAST(tm_raise('ARRAY comparison not supported for arrays with null elements') AS INTEGER)" +
		" WHEN c = 3 THEN CAST(tm_raise('ROW comparison not supported for fields with null elements') AS INTEGER) ELSE c END)[1]",
	"tm_like_pattern(p, e) AS CASE WHEN p IS NULL OR e IS NULL THEN NULL WHEN length(e) <> 1 THEN tm_raise('Escape string must be a single character')" +
		" WHEN contains(replace(replace(replace(p, e || e, ''), e || '%', ''), e || '_', ''), e)" +
		" THEN tm_raise('Escape character must be followed by ''%'', ''_'' or the escape character itself') ELSE p END",
}
