package query

import "testing"

// BenchmarkTexts is a million rows of about 80 bytes through one function each; the
// first line is what it costs to make them.
func BenchmarkTexts(b *testing.B) {
	e := openEngine(b, Options{})
	const rows = "WITH line AS (SELECT '{\"host\": \"web-' || CAST(x * 100 + y AS varchar) || '.eu.example.com\", \"code\": ' || CAST(x AS varchar) || ', \"up\": true, \"load\": [0.5, 1.25]}' AS t" +
		" FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(0, 99)) AS b (y)) "
	for _, c := range []struct{ name, text string }{
		{"rows", "SELECT sum(length(t)) FROM line"},
		{"like-re2", `SELECT count(*) FROM line WHERE regexp_like(t, 'web-\d+5\.eu')`},
		{"like-boundary", `SELECT count(*) FROM line WHERE regexp_like(t, '\bweb-\d+5\.eu\b')`},
		{"like-lookahead", `SELECT count(*) FROM line WHERE regexp_like(t, 'web-(?!1)\d+5\.eu')`},
		{"extract", `SELECT count(regexp_extract(t, 'web-\d+')) FROM line`},
		{"extract-group", `SELECT count(regexp_extract(t, 'web-(\d+)\.', 1)) FROM line`},
		{"extract-all", `SELECT sum(cardinality(regexp_extract_all(t, '\d+'))) FROM line`},
		{"replace", `SELECT sum(length(regexp_replace(t, '\d+', '#'))) FROM line`},
		{"replace-boundary", `SELECT sum(length(regexp_replace(t, '\b\d+', '#'))) FROM line`},
		{"replace-lambda", `SELECT sum(length(regexp_replace(t, '"(\w+)"', x -> upper(x[1])))) FROM line`},
		{"split", `SELECT sum(cardinality(regexp_split(t, '[,:]\s*'))) FROM line`},
		{"json-scalar", "SELECT count(json_extract_scalar(t, '$.code')) FROM line"},
		{"json-nested", "SELECT count(json_extract_scalar(t, '$.load[1]')) FROM line"},
		{"json-extract", "SELECT sum(length(json_extract(t, '$.load'))) FROM line"},
		{"upper", "SELECT sum(length(upper(t))) FROM line"},
		{"trim", "SELECT sum(length(trim(t))) FROM line"},
		{"substr", "SELECT sum(length(substr(t, 5, 10))) FROM line"},
		{"split_part", "SELECT sum(length(split_part(t, '.', 2))) FROM line"},
		{"strpos", "SELECT sum(strpos(t, 'code', -1)) FROM line"},
		{"reverse", "SELECT sum(length(reverse(t))) FROM line"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, e, Request{Text: rows + c.text})
			}
		})
	}
}
