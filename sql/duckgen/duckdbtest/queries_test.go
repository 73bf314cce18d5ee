package duckdbtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/sql"
	"tidemark/sql/plan"
	"tidemark/sql/rewrite"
	"tidemark/sql/types"
)

// host is a table of two series a and b, one reading a minute from 10:00.
var host = &plan.Table{Database: "demo", Name: "host", Columns: []plan.Column{
	{Name: "host", Type: types.Of(types.Varchar), Role: plan.Dimension},
	{Name: "measure_name", Type: types.Of(types.Varchar), Role: plan.MeasureName},
	{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time},
	{Name: "cpu", Type: types.Of(types.Double), Role: plan.Multi},
	{Name: "n", Type: types.Of(types.Bigint), Role: plan.Multi},
	{Name: "ok", Type: types.Of(types.Boolean), Role: plan.Multi},
}}

const hostRows = `(VALUES
	('a', 'm', TIMESTAMP_NS '2022-06-17 10:00:00.000000001', 1e0, 1::BIGINT, true),
	('a', 'm', TIMESTAMP_NS '2022-06-17 10:01:00', 2e0, 2::BIGINT, false),
	('a', 'm', TIMESTAMP_NS '2022-06-17 10:02:00', 3e0, NULL, NULL),
	('b', 'm', TIMESTAMP_NS '2022-06-17 10:00:30', 4e0, 4::BIGINT, true),
	('b', 'm', TIMESTAMP_NS '2022-06-17 10:01:30', NULL, 5::BIGINT, true))`

type catalog struct{}

func (catalog) Table(_ context.Context, database, table string) (*plan.Table, error) {
	switch {
	case database != "demo":
		return nil, plan.ErrDatabaseNotFound
	case table != "host":
		return nil, plan.ErrTableNotFound
	}
	return host, nil
}

// relation serves the table as the store does, with exactly the columns, times and
// values that were asked for, so that a wrong permission to skip changes the answer.
func relation(_ int, a plan.Access) (string, error) {
	cols := make([]string, len(a.Columns))
	for i, c := range a.Columns {
		cols[i] = fmt.Sprintf("c%d", c)
	}
	cols = append(cols, partials(a.Groups)...)
	where := fmt.Sprintf("epoch_ns(c2) BETWEEN %d AND %d", max(a.Time.Min, -1<<62), min(a.Time.Max, 1<<62))
	for _, in := range a.In {
		values := make([]string, len(in.Values))
		for i, v := range in.Values {
			values[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
		where += fmt.Sprintf(" AND c%d IN (NULL, %s)", in.Column, strings.Join(append(values, "NULL"), ", "))
	}
	from := hostRows + " AS v(c0, c1, c2, c3, c4, c5)"
	if a.Newest {
		from = "(SELECT * FROM " + from + " WHERE " + where + " QUALIFY row_number() OVER (PARTITION BY c0, c1 ORDER BY c2 DESC) = 1)"
	}
	return "(SELECT " + strings.Join(cols, ", ") + " FROM " + from + " WHERE " + where + ")", nil
}

// partials makes a partial result of every row.
func partials(g *plan.ScanGroups) (cols []string) {
	if g == nil {
		return nil
	}
	if g.Width != 0 {
		cols = append(cols, fmt.Sprintf("make_timestamp_ns(epoch_ns(c2) // %d * %[1]d) AS bucket", g.Width))
	}
	for i, c := range g.Calls {
		text := fmt.Sprintf("c%d", c.Column)
		switch c.Kind {
		case plan.CountRows:
			text = "1"
		case plan.Count:
			text = "CAST(" + text + " IS NOT NULL AS BIGINT)"
		}
		cols = append(cols, fmt.Sprintf("%s AS p%d", text, i))
	}
	return cols
}

// query compiles and runs; rows are joined by | and columns by a blank.
func (d *DB) query(ctx context.Context, text string, off map[string]bool) string {
	p, err := sql.Compile(ctx, text, catalog{}, sql.Options{Now: time.Unix(0, now), Off: off})
	if err != nil {
		return "error: " + err.Error()
	}
	rows, err := d.Rows(ctx, p, relation)
	if err != nil {
		return "error: " + err.Error()
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = strings.Join(r, " ")
	}
	return strings.Join(lines, " | ")
}

type queryCase struct{ text, want string }

// runQueries runs every query with all rewrites and with each one off: the answers are equal.
func runQueries(t *testing.T, cases []queryCase) {
	t.Helper()
	db := open(t)
	for _, c := range cases {
		checkQuery(t, c, "all rewrites", db.query(t.Context(), c.text, nil))
		for _, p := range rewrite.Passes {
			if !p.Required {
				checkQuery(t, c, "without "+p.Name, db.query(t.Context(), c.text, map[string]bool{p.Name: true}))
			}
		}
	}
}

func checkQuery(t *testing.T, c queryCase, how, got string) {
	t.Helper()
	part, isError := strings.CutPrefix(c.want, "error: ")
	ok := got == c.want
	if isError {
		ok = strings.HasPrefix(got, "error: ") && strings.Contains(got, part)
	} else if rest, unordered := strings.CutPrefix(c.want, "any order: "); unordered {
		a, b := strings.Split(got, " | "), strings.Split(rest, " | ")
		slices.Sort(a)
		slices.Sort(b)
		ok = slices.Equal(a, b)
	}
	if !ok {
		t.Errorf("%s (%s)\n got %s\nwant %s", c.text, how, got, c.want)
	}
}

func TestSelect(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT 1, 'it''s', 1.5, NULL, true", "1 it's 1.5 NULL true"},
		{"SELECT host, cpu FROM demo.host WHERE time > '2022-06-17 10:01:00' ORDER BY 1", "a 3.0 | b NULL"},
		{"SELECT time FROM demo.host WHERE time <= '2022-06-17 10:00:00.000000001'", "2022-06-17 10:00:00.000000001"},
		{"SELECT count(*) FROM demo.host WHERE time BETWEEN ago(8h) AND now()", "5"},
		{"SELECT cpu + n FROM demo.host WHERE host = 'a' ORDER BY time", "2.0 | 4.0 | NULL"},
		{"SELECT host AS h, cpu * 2 AS d FROM demo.host WHERE cpu IS NOT NULL ORDER BY d DESC LIMIT 2", "b 8.0 | a 6.0"},
		{"SELECT cpu FROM demo.host ORDER BY cpu DESC NULLS FIRST, time LIMIT 2", "NULL | 4.0"},
		{"SELECT cpu FROM demo.host ORDER BY cpu OFFSET 3 LIMIT 5", "4.0 | NULL"},
		{"SELECT DISTINCT host FROM demo.host ORDER BY host DESC", "b | a"},
		{"SELECT d FROM (SELECT DISTINCT cpu * 2 AS d, host FROM demo.host) ORDER BY d LIMIT 1", "2.0"},
		{"SELECT CASE host WHEN 'a' THEN 1 WHEN 'b' THEN 2 END AS c, CASE WHEN cpu > 3 THEN 'high' ELSE 'low' END FROM demo.host WHERE n IN (1, 4) ORDER BY 1", "1 low | 2 high"},
		{"SELECT host FROM demo.host WHERE host LIKE 'a%' AND NOT cpu > 1", "a"},
		{"SELECT 'a%b' LIKE 'a\\%b', 'a%b' LIKE 'a\\%b' ESCAPE '\\'", "false true"},
		{"SELECT NULL IS DISTINCT FROM 1, 1 IS NOT DISTINCT FROM 1", "true true"},
		{"SELECT * FROM (VALUES (1, 'x'), (2, 'y')) AS t(a, b) ORDER BY a DESC", "2 y | 1 x"},
		{"SELECT host, x FROM (SELECT host, cpu + 1 AS x FROM demo.host) WHERE x > 4", "b 5.0"},
		{"SELECT a FROM (SELECT cpu AS a, n AS b FROM demo.host ORDER BY b) WHERE b > 3 ORDER BY b", "4.0 | NULL"},
		{"SELECT ROW(1, 'a'), ARRAY[1, 2][2], CAST(ROW(1, 2) AS ROW(x BIGINT, y DOUBLE)).y", "(1, a) 2 2.0"},
		{"SELECT ARRAY[1, 2][3]", "error: Array subscript must be less than or equal to array length: 3 > 2"},
		{"SELECT 1 / (n - 4) FROM demo.host WHERE n = 4", "error: Division by zero"},
		{"SELECT TRY(1 / (n - 4)) FROM demo.host WHERE n >= 4 ORDER BY n", "NULL | 1"},
		{"SELECT TRY(1 / (n - (SELECT 4))) FROM demo.host WHERE n >= 4 ORDER BY n", "NULL | 1"},
		{"SELECT TRY((SELECT 8) / (SELECT 4)), TRY(EXISTS (SELECT 1)), TRY(1 IN (SELECT 2)), TRY(TRY(1 / (SELECT 0)) + (SELECT 1))", "2 true false NULL"},
		{"SELECT TRY(sum(n) / (SELECT 0)), TRY(count(*) / (SELECT 1)), TRY_CAST((SELECT 'x') AS BIGINT) FROM demo.host WHERE n = 4", "NULL 1 NULL"},
		{"SELECT n, TRY(n / (SELECT min(i.n) - 4 FROM demo.host i WHERE i.n = o.n)) FROM demo.host o WHERE n >= 4 ORDER BY n", "4 NULL | 5 5"},
		{"SELECT TRY(random()) < 1, TRY(1 / (SELECT TRY(1 / (SELECT 1))))", "true 1"},
		{"SELECT repeat((SELECT 'x'), (SELECT 2)), repeat(NULL, 1), repeat(1, 0), TRY(repeat('x', 10001))", "[x, x] [NULL] [] NULL"},
		{"SELECT count_if(n > 9), count_if(ok) FROM demo.host WHERE n > 9", "0 0"},
		{"SELECT cbrt(x) FROM (VALUES 27, -27, 1000, 0, 0.125) AS t(x)", "3.0 | -3.0 | 10.0 | 0.0 | 0.5"},
	})
}

func TestCasts(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT CAST(cpu AS BIGINT), CAST(cpu AS VARCHAR), CAST(n AS VARCHAR), CAST(time AS VARCHAR), CAST(time AS DATE), CAST(ok AS VARCHAR) FROM demo.host WHERE time = '2022-06-17 10:00:00.000000001'",
			"1 1.0 1 2022-06-17 10:00:00.000000001 2022-06-17 true"},
		{"SELECT CAST(x AS BIGINT) FROM (VALUES 2.5, -2.5, 3.5) AS t(x)", "3 | -3 | 4"},
		{"SELECT CAST(x AS BIGINT) FROM (VALUES '12') AS t(x)", "12"},
		{"SELECT TRY_CAST(x AS BIGINT), TRY_CAST(x AS DOUBLE) FROM (VALUES ' 12', '1.5', 'x', '1e3') AS t(x)", "NULL 12.0 | NULL 1.5 | NULL NULL | NULL 1000.0"},
		{"SELECT CAST(x AS BIGINT) FROM (VALUES 'x') AS t(x)", "error: Cannot cast 'x' to BIGINT"},
		{"SELECT CAST(x AS BOOLEAN) FROM (VALUES 'T', '0', 'false') AS t(x)", "true | false | false"},
		{"SELECT CAST(x AS TIMESTAMP) FROM (VALUES '2022-06-17 10:00:00 +0200', '2022-06-17') AS t(x)", "2022-06-17 08:00:00.000000000 | 2022-06-17 00:00:00.000000000"},
		{"SELECT CAST(x AS DATE), CAST(y AS TIME) FROM (VALUES ('2022-06-17', '10:11')) AS t(x, y)", "2022-06-17 10:11:00.000000000"},
		{"SELECT TRY_CAST(x AS DATE) FROM (VALUES '2022-13-01') AS t(x)", "NULL"},
		{"SELECT CAST(time AS TIME), CAST(CAST(time AS TIME) AS VARCHAR) FROM demo.host WHERE n = 1", "10:00:00.000000001 10:00:00.000000001"},
		{"SELECT CAST(x AS VARCHAR) FROM (VALUES 90m) AS t(x)", "0 01:30:00.000000000"},
		{"SELECT CAST(x AS VARCHAR) FROM (VALUES 31month) AS t(x)", "2-7"},
		{"SELECT CAST(x AS TIMESTAMP) FROM (VALUES DATE '2022-06-17') AS t(x)", "2022-06-17 00:00:00.000000000"},
		{"SELECT CAST(x AS ARRAY(VARCHAR)) FROM (VALUES ARRAY[1.5, 1e7, NULL]) AS t(x)", "[1.5, 1.0E7, NULL]"},
		{"SELECT CAST(x AS ROW(a VARCHAR, b BIGINT)) FROM (SELECT ROW(1.5, 2.5)) AS t(x)", "(1.5, 3)"},
		{"SELECT CAST(x AS INTEGER) FROM (VALUES 3000000000) AS t(x)", "error: "},
	})
}

func TestAggregates(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT host, count(*), count(cpu), sum(cpu), avg(cpu), min(cpu), max(n), sum(n) FROM demo.host GROUP BY host ORDER BY host", "a 3 3 6.0 2.0 1.0 2 3 | b 2 1 4.0 4.0 4.0 5 9"},
		{"SELECT count(*), sum(n), max(time) FROM demo.host WHERE host = 'z'", "0 NULL NULL"},
		{"SELECT bin(time, 1m) AS t, avg(cpu) FROM demo.host GROUP BY bin(time, 1m) ORDER BY t", "2022-06-17 10:00:00.000000000 2.5 | 2022-06-17 10:01:00.000000000 2.0 | 2022-06-17 10:02:00.000000000 3.0"},
		{"SELECT bin(time, 1m), count(*) FROM demo.host GROUP BY 1 HAVING count(*) > 1 ORDER BY 1", "2022-06-17 10:00:00.000000000 2 | 2022-06-17 10:01:00.000000000 2"},
		{"SELECT sum(cpu) / count(*) + 1 FROM demo.host", "3.0"},
		{"SELECT count(DISTINCT host), count_if(ok), bool_and(ok), bool_or(ok), every(ok) FROM demo.host", "2 3 false true false"},
		{"SELECT host, max_by(cpu, time), min_by(cpu, time), max_by(n, cpu) FROM demo.host GROUP BY host ORDER BY host", "a 3.0 1.0 NULL | b NULL 4.0 4"},
		{"SELECT max_by(cpu, time, 2), min_by(host, cpu, 2), max(n, 2), min(n, 2) FROM demo.host", "[3.0, NULL] [a, a] [5, 4] [1, 2]"},
		{"SELECT host, max(time) FROM demo.host WHERE measure_name = 'm' AND time > ago(8h) GROUP BY host ORDER BY host", "a 2022-06-17 10:02:00.000000000 | b 2022-06-17 10:01:30.000000000"},
		{"SELECT max(time) FROM demo.host WHERE time < '2022-06-17 10:01:30'", "2022-06-17 10:01:00.000000000"},
		{"SELECT max(time) FROM demo.host WHERE cpu = 2", "2022-06-17 10:01:00.000000000"},
		{"SELECT approx_percentile(cpu, 0.4), approx_percentile(cpu, ARRAY[0.1, 0.9]), approx_percentile(n, 0.5), approx_distinct(host) FROM demo.host", "2.0 [1.0, 4.0] 4 2"},
		{"SELECT geometric_mean(cpu), stddev_pop(cpu), variance(cpu), var_pop(cpu) FROM demo.host", "2.213363839400643 1.118033988749895 1.6666666666666667 1.25"},
		{"SELECT corr(cpu, n), round(covar_pop(cpu, n), 9), round(covar_samp(cpu, n), 9), regr_slope(cpu, n), regr_intercept(cpu, n) FROM demo.host", "1.0 1.555555556 2.333333333 1.0 0.0"},
		{"SELECT stddev(cpu), variance(cpu) FROM demo.host WHERE n = 1", "NULL NULL"},
		{"SELECT skewness(x) FROM (VALUES 1.0, 2.0, 9.0) AS t(x)", "0.6654688661238353"},
		{"SELECT bitwise_and_agg(n), bitwise_or_agg(n) FROM demo.host WHERE n > 3", "4 5"},
		{"SELECT array_agg(n ORDER BY time DESC), arbitrary(host) FROM demo.host WHERE host = 'a'", "[NULL, 2, 1] a"},
		{"SELECT count(*) FILTER (WHERE host = 'a'), sum(n) FILTER (WHERE ok) FROM demo.host", "3 10"},
		{"SELECT host, ok, count(*) FROM demo.host GROUP BY GROUPING SETS ((host), (ok), ()) ORDER BY 1, 2, 3", "a NULL 3 | b NULL 2 | NULL false 1 | NULL true 3 | NULL NULL 1 | NULL NULL 5"},
		{"SELECT host, grouping(host), count(*) FROM demo.host GROUP BY ROLLUP(host) ORDER BY 2, 1", "a 0 3 | b 0 2 | NULL 1 5"},
		{"SELECT 'k' AS k, count(*) FROM demo.host GROUP BY 1", "k 5"},
		{"SELECT count(*) FROM demo.host GROUP BY 5", "error: "},
		{"SELECT sum(n) FROM (VALUES 9223372036854775807, 1) AS t(n)", "error: "},
		{"SELECT host FROM demo.host GROUP BY host ORDER BY sum(n) + 1 DESC", "b | a"},
		{"SELECT sum(time - bin(time, 1m)) FROM demo.host", "0 00:01:00.000000001"},
	})
}

func TestTimeSeries(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT host, create_time_series(time, n) FROM demo.host WHERE n IS NOT NULL GROUP BY host ORDER BY host",
			"a [2022-06-17 10:00:00.000000001=1, 2022-06-17 10:01:00.000000000=2] | b [2022-06-17 10:00:30.000000000=4, 2022-06-17 10:01:30.000000000=5]"},
		{"SELECT create_time_series(time, n) FROM demo.host", "error: the value cannot be null"},
		{"SELECT create_time_series(time, n) FROM demo.host WHERE host = 'z'", "NULL"},
		{"WITH s AS (SELECT host, create_time_series(time, cpu) AS ts FROM demo.host WHERE cpu IS NOT NULL GROUP BY host) SELECT host, t, v FROM s CROSS JOIN UNNEST(ts) AS u(t, v) WHERE host = 'a'",
			"a 2022-06-17 10:00:00.000000001 1.0 | a 2022-06-17 10:01:00.000000000 2.0 | a 2022-06-17 10:02:00.000000000 3.0"},
		{"SELECT cardinality(create_time_series(time, cpu)), filter(create_time_series(time, cpu), x -> x.value > 2) FROM demo.host WHERE host = 'a'", "3 [2022-06-17 10:02:00.000000000=3.0]"},
		{"SELECT reduce(create_time_series(time, cpu), 0.0, (s, x) -> s + x.value * x.value, s -> s) FROM demo.host WHERE host = 'a'", "14.0"},
		{"SELECT transform(ARRAY[1, 2], x -> x + 0.5), reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 10), any_match(ARRAY[1, 2], x -> x = 2), all_match(ARRAY[1, 2], x -> x = 2), none_match(ARRAY[1], x -> x = 2)", "[1.5, 2.5] 60 true false true"},
		{"SELECT filter(ARRAY[ARRAY[1], ARRAY[2, 3]], a -> any_match(a, x -> x > 2))", "[[2, 3]]"},
		{"SELECT reduce(ARRAY[5, 50], CAST(ROW(0, 0) AS ROW(h BIGINT, t BIGINT)), (s, x) -> CAST(ROW(IF(x > 10, s.h + 1, s.h), s.t + 1) AS ROW(h BIGINT, t BIGINT)), s -> IF(s.t = 0, NULL, s.h * 100 / s.t))", "50"},
	})
}

func TestUnnest(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT x FROM UNNEST(sequence(3, 1)) AS t(x)", "3 | 2 | 1"},
		{"SELECT x, n FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t(x, n)", "a 1 | b 2"},
		{"SELECT x, y FROM UNNEST(ARRAY[1, 2], ARRAY['a']) AS t(x, y)", "1 a | 2 NULL"},
		{"SELECT h, x FROM (VALUES ('p', ARRAY[1, 2]), ('q', ARRAY[])) AS v(h, a) CROSS JOIN UNNEST(a) AS t(x)", "p 1 | p 2"},
		{"SELECT h, x FROM (VALUES ('p', ARRAY[1]), ('q', ARRAY[])) AS v(h, a) LEFT JOIN UNNEST(a) AS t(x) ON true ORDER BY h", "p 1 | q NULL"},
		{"SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t(a, b)", "1 x | 2 y"},
	})
}

func TestWindows(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT host, n, row_number() OVER (PARTITION BY host ORDER BY time), lag(n) OVER (PARTITION BY host ORDER BY time), lead(n, 1, 0) OVER (PARTITION BY host ORDER BY time) FROM demo.host ORDER BY host, time",
			"a 1 1 NULL 2 | a 2 2 1 NULL | a NULL 3 2 0 | b 4 1 NULL 5 | b 5 2 4 0"},
		{"SELECT last_value(n) IGNORE NULLS OVER (PARTITION BY host ORDER BY time) FROM demo.host WHERE host = 'a' ORDER BY time", "1 | 2 | 2"},
		{"SELECT sum(n) OVER (ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM demo.host ORDER BY time", "1 | 5 | 6 | 7 | 5"},
		{"SELECT count(*) OVER (ORDER BY time RANGE BETWEEN 30s PRECEDING AND CURRENT ROW) FROM demo.host ORDER BY time", "1 | 2 | 2 | 2 | 2"},
		{"SELECT rank() OVER (ORDER BY host), dense_rank() OVER (ORDER BY host), ntile(2) OVER (ORDER BY time), percent_rank() OVER (ORDER BY host), cume_dist() OVER (ORDER BY host) FROM demo.host ORDER BY time",
			"1 1 1 0.0 0.6 | 4 2 1 0.75 1.0 | 1 1 1 0.0 0.6 | 4 2 2 0.75 1.0 | 1 1 2 0.0 0.6"},
		{"SELECT host, dense_rank() OVER (ORDER BY avg(cpu) DESC) FROM demo.host GROUP BY host ORDER BY 2", "b 1 | a 2"},
		{"SELECT lag(n) OVER (ORDER BY time ROWS 60 PRECEDING) FROM demo.host WHERE host = 'b' ORDER BY time", "NULL | 4"},
		{"SELECT host, cpu FROM (SELECT host, cpu, row_number() OVER (PARTITION BY host ORDER BY time DESC) AS rn FROM demo.host) WHERE rn = 1 ORDER BY host", "a 3.0 | b NULL"},
		{"SELECT nth_value(n, 2) OVER (ORDER BY time ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM demo.host WHERE host = 'b'", "5 | 5"},
		{"SELECT nth_value(n, 0) OVER (ORDER BY time) FROM demo.host", "error: Offset must be at least 1"},
		{"SELECT to_milliseconds(time - lag(time) OVER (ORDER BY time)) FROM demo.host ORDER BY time", "NULL | 29999 | 30000 | 30000 | 30000"},
	})
}

func TestJoinsAndSets(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT a.n, b.n FROM demo.host a JOIN demo.host b ON a.n = b.n - 1 ORDER BY 1", "1 2 | 4 5"},
		{"SELECT a.n, b.n FROM demo.host a LEFT JOIN demo.host b ON a.n = b.n - 1 AND b.time > '2022-06-17 10:01:00' WHERE a.n < 5 ORDER BY 1", "1 NULL | 2 NULL | 4 5"},
		{"SELECT a.n, b.n FROM (SELECT n FROM demo.host WHERE n < 3) a FULL JOIN (SELECT n FROM demo.host WHERE n > 1) b ON a.n = b.n ORDER BY 1, 2", "1 NULL | 2 2 | NULL 4 | NULL 5"},
		{"SELECT n, x FROM demo.host JOIN (VALUES (1, 'one'), (5, 'five')) AS t(n, x) USING (n) ORDER BY n", "1 one | 5 five"},
		{"SELECT count(*) FROM demo.host a, demo.host b, demo.host c", "125"},
		{"SELECT b.host, b.cpu FROM (SELECT max(time) AS time, host FROM demo.host GROUP BY host) a JOIN demo.host b ON a.time = b.time AND a.host = b.host ORDER BY host", "a 3.0 | b NULL"},
		{"WITH l AS (SELECT host, max(time) AS latest FROM demo.host WHERE time > '2022-06-17 10:01:45' GROUP BY host) SELECT b.host, b.cpu FROM l JOIN demo.host b ON l.latest = b.time", "a 3.0"},
		{"WITH l AS (SELECT host, max(time) AS latest FROM demo.host WHERE time > '2022-06-17 10:01:45' GROUP BY host) SELECT b.n, l.host FROM l RIGHT JOIN demo.host b ON l.latest = b.time ORDER BY b.n", "1 NULL | 2 NULL | 4 NULL | 5 NULL | NULL a"},
		{"SELECT x FROM (VALUES 1, 2) AS t(x) UNION SELECT 2.5 UNION ALL SELECT n FROM demo.host WHERE n = 1 ORDER BY 1", "1.0 | 1.0 | 2.0 | 2.5"},
		{"SELECT host, time FROM demo.host WHERE time > '2022-06-17 10:01:30' UNION ALL SELECT 'z', time FROM demo.host WHERE host = 'b' AND time < '2022-06-17 10:01' ORDER BY 1", "a 2022-06-17 10:02:00.000000000 | z 2022-06-17 10:00:30.000000000"},
		{"SELECT t.h FROM (SELECT host AS h, time FROM demo.host UNION ALL SELECT 'z', time FROM demo.host) t WHERE t.time = '2022-06-17 10:02:00' AND h IN ('z', 'b')", "z"},
		{"SELECT host FROM demo.host INTERSECT SELECT 'a'", "a"},
		{"SELECT n FROM demo.host EXCEPT SELECT n FROM demo.host WHERE n < 5 ORDER BY 1", "5 | NULL"},
		{"WITH h AS (SELECT host, n FROM demo.host), m AS (SELECT max(n) AS top FROM h) SELECT h.host, m.top FROM h CROSS JOIN m WHERE h.n = m.top", "b 5"},
		{"WITH w AS (SELECT * FROM demo.host) SELECT (SELECT count(*) FROM w WHERE time > '2022-06-17 10:01:00'), (SELECT count(*) FROM w WHERE time > '2022-06-17 10:01:30' OR host = 'b')", "2 3"},
	})
}

func TestSubqueries(t *testing.T) {
	runQueries(t, []queryCase{
		{"SELECT host FROM demo.host WHERE cpu = (SELECT max(cpu) FROM demo.host)", "b"},
		{"SELECT (SELECT n FROM demo.host)", "error: "},
		{"SELECT (SELECT n FROM demo.host WHERE n = 99)", "NULL"},
		{"SELECT n FROM demo.host WHERE n IN (SELECT n + 1 FROM demo.host) ORDER BY n", "2 | 5"},
		{"SELECT n FROM demo.host WHERE n NOT IN (SELECT n + 1 FROM demo.host)", ""},
		{"SELECT n FROM demo.host a WHERE NOT EXISTS (SELECT 1 FROM demo.host b WHERE b.time > a.time) ", "NULL"},
		{"SELECT host, (SELECT max(b.n) FROM demo.host b WHERE b.host = a.host) FROM demo.host a WHERE cpu IN (1, 4) ORDER BY 1", "a 2 | b 5"},
		{"SELECT 5 > ALL (VALUES 1, 2), 5 = ANY (VALUES 1, 2), 1 <> SOME (VALUES 1, 2), 3 <> ALL (VALUES 1, 2), 1 < ALL (SELECT n FROM demo.host WHERE n > 99)", "true false true true true"},
		{"SELECT x, (SELECT CASE WHEN count(*) > 1 THEN (SELECT NULL) ELSE 'one' END FROM demo.host WHERE n <= x) FROM (VALUES 1, 2) AS t(x) ORDER BY x", "1 one | 2 NULL"},
	})
}
