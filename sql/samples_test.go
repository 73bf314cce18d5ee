package sql

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/rewrite"
	"tidemark/sql/types"
)

// samples are queries of the kinds that clients of Timestream are known to send:
// the developer guide's sample queries, dashboards, drivers and benchmarks.
var samples = []string{
	// developer guide
	`SELECT region, az, hostname, BIN(time, 15s) AS binned_timestamp, ROUND(AVG(measure_value::double), 2) AS avg_cpu_utilization,
		ROUND(APPROX_PERCENTILE(measure_value::double, 0.9), 2) AS p90_cpu_utilization, ROUND(APPROX_PERCENTILE(measure_value::double, 0.99), 2) AS p99
	FROM demo.metrics WHERE measure_name = 'cpu_utilization' AND hostname = 'host-Hovjv' AND time > ago(2h)
	GROUP BY region, hostname, az, BIN(time, 15s) ORDER BY binned_timestamp ASC`,
	`WITH avg_fleet_utilization AS (
		SELECT COUNT(DISTINCT hostname) AS total_host_count, AVG(measure_value::double) AS fleet_avg_cpu_utilization
		FROM demo.metrics WHERE measure_name = 'cpu_utilization' AND time > ago(2h)
	), avg_per_host_cpu AS (
		SELECT region, az, hostname, AVG(measure_value::double) AS avg_cpu_utilization
		FROM demo.metrics WHERE measure_name = 'cpu_utilization' AND time > ago(2h) GROUP BY region, az, hostname
	)
	SELECT region, az, hostname, avg_cpu_utilization, fleet_avg_cpu_utilization FROM avg_fleet_utilization, avg_per_host_cpu
	WHERE avg_cpu_utilization > 1.1 * fleet_avg_cpu_utilization ORDER BY avg_cpu_utilization DESC`,
	`SELECT BIN(time, 30s) AS binned_timestamp, ROUND(SUM(measure_value::double), 2) FROM demo.metrics GROUP BY hostname, BIN(time, 30s)`,
	`SELECT measure_name, time, RANK() OVER (PARTITION BY measure_name ORDER BY time DESC) AS r FROM demo.metrics WHERE time BETWEEN ago(1d) AND now()`,
	`WITH recency_filter AS (SELECT hostname, MAX(time) AS max_time FROM demo.metrics WHERE time > ago(6h) GROUP BY hostname)
	SELECT a.hostname, a.measure_value::double FROM demo.metrics a INNER JOIN recency_filter b ON a.hostname = b.hostname AND a.time = b.max_time ORDER BY a.hostname`,
	`SELECT CASE WHEN hostname LIKE 'host-%' THEN 'host' ELSE 'other' END AS kind, COUNT(*) FROM demo.metrics GROUP BY CASE WHEN hostname LIKE 'host-%' THEN 'host' ELSE 'other' END`,
	`SELECT hostname FROM demo.metrics WHERE time = (SELECT max(time) FROM demo.metrics WHERE region = 'eu')`,
	`SELECT t.b FROM (VALUES (1, 'a'), (2, 'b')) AS t (a, b) WHERE EXISTS (SELECT 1 FROM (VALUES 1, 2) AS t (c) WHERE t.c = 2)`,
	`SELECT 'x' = ALL (VALUES 'x', 'y'), 5 > SOME (VALUES 1, 9)`,
	`SELECT hostname, create_time_series(time, measure_value::double) AS cpu FROM demo.metrics GROUP BY hostname`,
	`WITH series AS (SELECT hostname, create_time_series(time, measure_value::double) AS s FROM demo.metrics GROUP BY hostname)
	SELECT hostname, time, value FROM series CROSS JOIN UNNEST(s)`,
	`SELECT t.time, t.cpu_util FROM (SELECT create_time_series(time, measure_value::double) AS s FROM demo.metrics) CROSS JOIN UNNEST(s) AS t (time, cpu_util)`,
	`SELECT filter(s, x -> x.value > 70.0) FROM (SELECT create_time_series(time, measure_value::double) AS s FROM demo.metrics)`,
	`SELECT reduce(filter(s, x -> x.value > 70.0), CAST(ROW(0, 0) AS ROW(count_high BIGINT, count_total BIGINT)),
		(st, x) -> CAST(ROW(st.count_high + 1, st.count_total + 1) AS ROW(count_high BIGINT, count_total BIGINT)),
		st -> IF(st.count_total = 0, NULL, CAST(st.count_high AS DOUBLE) / st.count_total))
	FROM (SELECT create_time_series(time, measure_value::double) AS s FROM demo.metrics)`,
	`SELECT bin(TIMESTAMP '2022-06-17 10:15:20', 5m), date_trunc('day', now()), date_add('hour', 9, now()), date_diff('day', now(), ago(1d)), year(now()), day('2022-06-17')`,
	// dashboards
	`SELECT CREATE_TIME_SERIES(time, measure_value::double) AS d FROM "demo"."metrics" WHERE time BETWEEN from_milliseconds(1600000000000) AND from_milliseconds(1600003600000) AND measure_name = 'cpu' GROUP BY hostname`,
	`SELECT bin(time, 60000ms), avg(measure_value::double) FROM demo.metrics WHERE time > from_milliseconds(1600000000000) GROUP BY 1 ORDER BY 1 ASC`,
	`SELECT to_milliseconds(time - LAG(time, 1) OVER (PARTITION BY hostname ORDER BY time)) FROM demo.metrics`,
	`SELECT CASE WHEN count(*) > 0 THEN max(measure_value::double) ELSE (SELECT NULL) END FROM demo.metrics WHERE time > now()-1m`,
	// drivers
	`SELECT INTERVAL '4' YEAR, 2d + 3h, ARRAY[], ARRAY[ARRAY[1], ARRAY[2, 3]], ROW(1, 'a', 2.5), TIME '12:42:13', DATE '2020-08-08', parse_duration('1 day'), 5y, NULL`,
	`SELECT * FROM demo.metrics LIMIT 10`, `SELECT TRUE AND NOT FALSE, 1 = 1, 'a' || 'b'`,
	// benchmarks
	`SELECT DISTINCT ON_TIME.hostname FROM (SELECT hostname, bin(time, 1h) AS t, avg(measure_value::double) AS v FROM demo.metrics GROUP BY 1, 2) ON_TIME WHERE v > 90.0`,
	`WITH latest AS (SELECT hostname, MAX(time) AS latest_time FROM demo.metrics WHERE measure_name = 'cpu' AND time > ago(1h) GROUP BY 1)
	SELECT b.hostname, b.measure_value::double FROM latest a INNER JOIN demo.metrics b ON a.latest_time = b.time AND a.hostname = b.hostname ORDER BY hostname`,
	`SELECT hour, avg(CASE WHEN measure_name = 'usage_user' THEN measure_value::double ELSE NULL END) AS mean_usage_user
	FROM (SELECT date_trunc('hour', time) AS hour, hostname, measure_name, measure_value::double FROM demo.metrics WHERE time >= '2021-01-01 00:00:00' AND time < '2021-01-01 12:00:00 +0000')
	GROUP BY hour, hostname ORDER BY hour, hostname`,
	// sample applications
	`SELECT hostname, time, LAST_VALUE(measure_value::double) IGNORE NULLS OVER (PARTITION BY hostname ORDER BY time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS filled FROM demo.metrics`,
	`SELECT second, hour FROM unnest(sequence(0, 3540, 60)) t(second) cross join unnest(sequence(0, 23)) as t(hour)`,
	`SELECT date_add('second', s.x, ago(1d)) FROM unnest(sequence(0, 60)) s(x) LEFT JOIN demo.metrics m ON m.time = date_add('second', s.x, ago(1d))`,
	`SELECT *, to_nanoseconds(time) as nanoseconds FROM demo.metrics WHERE time BETWEEN '2021-03-25 00:00:00.000000000' AND '2021-03-26'`,
	`SELECT region, COUNT(DISTINCT (az, hostname)) AS hosts, MAX_BY(measure_value::double, time) AS newest, MIN_BY(hostname, time, 3) FROM demo.metrics GROUP BY region`,
	`SELECT hostname, DENSE_RANK() OVER (ORDER BY AVG(measure_value::double) DESC) AS rank FROM demo.metrics GROUP BY hostname ORDER BY rank LIMIT 5`,
	`SELECT region, az, sum(measure_value::double) FROM demo.metrics GROUP BY GROUPING SETS ((region, az), (region), ()) ORDER BY 1, 2`,
	`SELECT hostname FROM demo.metrics WHERE region = 'a' UNION SELECT hostname FROM demo.metrics WHERE region = 'b' EXCEPT SELECT 'host-1'`,
	`SELECT APPROX_DISTINCT(hostname), COUNT_IF(measure_value::double > 1), STDDEV(measure_value::double), CORR(measure_value::double, measure_value::double) FROM demo.metrics`,
	"SHOW DATABASES", "SHOW TABLES FROM demo LIKE 'm%'", "SHOW MEASURES FROM demo.metrics", "DESCRIBE demo.metrics",
}

// sampleFiles is where queries of public shapes lie, with the rows that they ask: see the
// package query, which runs them.
const sampleFiles = "../query/testdata/samples"

// sampleTables is the catalog of those queries, and demo's.
type sampleTables map[string]*plan.Table

func (t sampleTables) Table(ctx context.Context, database, table string) (*plan.Table, error) {
	if found := t[database+"."+table]; found != nil {
		return found, nil
	}
	for _, other := range t {
		if other.Database == database {
			return nil, plan.ErrTableNotFound
		}
	}
	return demo{}.Table(ctx, database, table)
}

// readSampleTables derives the tables from the rows of data.txt.
func readSampleTables(t testing.TB) sampleTables {
	t.Helper()
	text, err := os.ReadFile(sampleFiles + "/data.txt")
	if err != nil {
		t.Fatal(err)
	}
	tables := sampleTables{}
	var dimensions, measures []plan.Column
	var table *plan.Table
	end := func() {
		if table != nil {
			table.Columns = append(append(dimensions, plan.Column{Name: "measure_name", Type: types.Of(types.Varchar), Role: plan.MeasureName},
				plan.Column{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time}), measures...)
		}
		dimensions, measures = nil, nil
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case fields[0] == "table":
			end()
			table = &plan.Table{}
			table.Database, table.Name, _ = strings.Cut(fields[1], ".")
			tables[fields[1]] = table
		default:
			dimensions, measures = addColumns(fields[1:], dimensions, measures)
		}
	}
	end()
	return tables
}

// addColumns adds the columns that a row has and the table did not have before.
func addColumns(fields []string, dimensions, measures []plan.Column) (d, m []plan.Column) {
	named := false // the measure's name was there
	for _, field := range fields {
		name, value, pair := strings.Cut(field, "=")
		switch {
		case pair && !named:
			dimensions = addColumn(dimensions, plan.Column{Name: name, Type: types.Of(types.Varchar), Role: plan.Dimension})
		case pair:
			measures = addColumn(measures, plan.Column{Name: name, Type: types.Of(sampleKind(value)), Role: plan.Multi})
		case !named:
			named = true
		default:
			kind := sampleKind(name)
			measures = addColumn(measures, plan.Column{Name: "measure_value::" + types.Of(kind).String(), Type: types.Of(kind), Role: plan.MeasureValue})
		}
	}
	return dimensions, measures
}

func addColumn(columns []plan.Column, c plan.Column) []plan.Column {
	for _, have := range columns {
		if have.Name == c.Name {
			return columns
		}
	}
	return append(columns, c)
}

func sampleKind(value string) types.Kind {
	_, notInt := strconv.ParseInt(value, 10, 64)
	switch {
	case value[0] == '"':
		return types.Varchar
	case value[0] == '@':
		return types.Timestamp
	case value == "true" || value == "false":
		return types.Boolean
	case notInt == nil:
		return types.Bigint
	}
	return types.Double
}

// readSampleQueries returns the queries of the files that have rows.
func readSampleQueries(t testing.TB) (queries []string) {
	t.Helper()
	files, err := filepath.Glob(sampleFiles + "/*.golden.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("sample files: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq("\n"+string(text), "\n# ") {
			_, rest, _ := strings.Cut(part, "\nquery\n")
			if query, _, _ := strings.Cut(rest, "\n---- "); strings.Contains(rest, "\n---- rows\n") {
				queries = append(queries, query)
			}
		}
	}
	return queries
}

var sampleParams = map[string]*plan.Literal{"scheduled_runtime": {Value: noon.UnixNano(), T: types.Of(types.Timestamp)}}

// Every query of the files compiles, with and without the rewrites that may be left out,
// and to the same program each time.
func TestSampleFilesCompile(t *testing.T) {
	tables, queries := readSampleTables(t), readSampleQueries(t)
	if len(queries) < 250 {
		t.Fatalf("%d queries, want at least 250", len(queries))
	}
	off := map[string]bool{}
	for _, p := range rewrite.Passes {
		off[p.Name] = true
	}
	for _, text := range queries {
		first, err := Compile(t.Context(), text, tables, Options{Now: noon, Params: sampleParams})
		if err != nil {
			t.Errorf("Compile(%s) = %v, want a program", text, err)
			continue
		}
		if _, err := Compile(t.Context(), text, tables, Options{Now: noon, Params: sampleParams, Off: off}); err != nil {
			t.Errorf("Compile(%s) without rewrites = %v, want a program", text, err)
		}
		if first.Meta != nil {
			continue
		}
		second, err := Compile(t.Context(), text, tables, Options{Now: noon, Params: sampleParams})
		if err != nil {
			t.Fatal(err)
		}
		a, errA := first.SQL(relation)
		b, errB := second.SQL(relation)
		if errA != nil || errB != nil || a != b {
			t.Errorf("%s gives\n%s\nand then\n%s\n%v, %v", text, a, b, errA, errB)
		}
	}
}
