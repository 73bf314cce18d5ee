package tsdb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// gauges is how many rows the test of partial results has per series; with all series
// more than the store sums up one by one.
const gauges, gaugeHosts = 3000, 30

// fillGauges stores so many rows for every one of some hosts, 12 seconds apart.
func (f *fixture) fillGauges(rows, first, hosts int, measures ...string) {
	f.t.Helper()
	conn := f.connect()
	defer conn.Close()
	for _, measure := range measures {
		text := fmt.Sprintf(`CREATE OR REPLACE TABLE gauges AS SELECT '%s' AS measure, 'host_' || h AS d0, CASE WHEN h %% 3 > 0 THEN 'r' || h %% 3 END AS d1,
			make_timestamp_ns(%d - s * 12000000000) AS "time", 1::BIGINT AS "version",
			CASE WHEN (s + h) %% 5 > 0 THEN 9223372036854775000 - s * h END AS v0, (s * 7 + h) %% 100 / 4::DOUBLE AS v1 FROM range(%d) a(s), range(%d, %d) b(h)`,
			measure, at(-time.Minute), rows, first, first+hosts)
		if _, err := conn.Exec(f.t.Context(), text); err != nil {
			f.t.Fatal(err)
		}
		table, err := f.db.open(demo)
		if err != nil {
			f.t.Fatal(err)
		}
		columns := []hot.Column{{Name: "n", Type: hot.Bigint}, {Name: "x", Type: hot.Double}}
		if _, err := table.hot.Bulk(f.t.Context(), conn, hot.Bulk{Source: "gauges", Dims: []string{"host", "rack"}, Columns: columns, Kind: hot.Multi}); err != nil {
			f.t.Fatal(err)
		}
	}
}

// lateHost comes when there are many series.
const lateHost = 6000

func (f *fixture) connect() *duckdb.Conn {
	f.t.Helper()
	conn, err := f.engine.Connect(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return conn
}

// Partial results merge to what the rows give, wherever the rows are.
func TestGroups(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	f.fillGauges(gauges, 0, gaugeHosts, "a", "b")
	f.checkGroups("hot")
	for i := range int64(20) {
		f.write(Record{
			Dimensions: []Dimension{{"host", fmt.Sprintf("host_%d", i)}}, MeasureName: "a", Time: at(-time.Minute - time.Duration(i)*48*time.Second), Version: 2,
			Measures: []Measure{{Name: "n", Value: BigintValue(i)}, {Name: "x", Value: DoubleValue(-1)}}, Multi: true,
		})
	}
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	f.checkGroups("files")
	f.fillGauges(gauges, 500, 2, "a")
	f.checkGroups("files and segments")
	for i := range int64(20) {
		f.write(Record{
			Dimensions: []Dimension{{"host", fmt.Sprintf("host_%d", i*3%gaugeHosts)}, {"rack", "r1"}}, MeasureName: "b", Time: at(-time.Minute - time.Duration(i)*24*time.Second), Version: 3,
			Measures: []Measure{{Name: "n", Value: BigintValue(-i)}, {Name: "x", Value: DoubleValue(7)}}, Multi: true,
		})
	}
	f.checkGroups("overlaid")
	from := base.Add(-6 * time.Hour)
	if _, err := f.db.Delete(t.Context(), demo, Deletion{Dimensions: map[string][]string{"host": {"host_7", "host_22"}}, From: &from}, "test"); err != nil {
		t.Fatal(err)
	}
	f.checkGroups("deleted")
	f.restart()
	f.checkGroups("reopened")
	f.fillGauges(1, 1000, 5000, "a") // the numbers of the next series are large
	f.fillGauges(gauges, lateHost, 1, "a", "b")
	f.checkGroups("sparse")
}

// Files of a bucket are read by DuckDB as long as they have to be fetched, and straight from
// their columns once they are here.
func TestGroupsOfBucket(t *testing.T) {
	f := newFixture(t, Options{Bucket: bucketOf(t, 0)})
	f.table()
	f.fillGauges(gauges, 0, 3, "a")
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	f.compareGroups("files, written", nil, time.Minute, 0, 0)
	f.restart() // which loses what is here
	s, err := f.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text, err := s.Relation(t.Context(), Scan{Ref: demo, MaxTime: at(0), Groups: &Groups{Calls: []GroupCall{{CountRows, 0}}}})
	if err != nil || strings.Contains(text, "tidemark_sums") || !strings.Contains(text, "read_parquet") {
		t.Errorf("a file that is not here is read by %.300s, %v", text, err)
	}
	f.compareGroups("fetched", nil, time.Minute, 0, 0)
	f.compareGroups("files, here again", nil, time.Minute, 0, 0)
}

func (f *fixture) write(r Record) {
	f.t.Helper()
	if _, err := f.db.Write(f.t.Context(), demo, []Record{r}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) checkGroups(state string) {
	f.t.Helper()
	ids := func(list ...int) (hosts []string) {
		for _, i := range list {
			hosts = append(hosts, fmt.Sprintf("host_%d", i))
		}
		return hosts
	}
	for name, hosts := range map[string][]string{"all": nil, "few": ids(20, 22, 23, 29, lateHost), "one": ids(7)} {
		for _, width := range []time.Duration{0, 2 * time.Minute, 25 * time.Minute} {
			f.compareGroups(fmt.Sprintf("%s, %s, by %v", state, name, width), hosts, width, 0, 0)
			f.compareGroups(fmt.Sprintf("%s, %s, by %v, late", state, name, width), hosts, width, 8*time.Hour, 5)
		}
	}
}

// compareGroups merges partial results and sums up rows, all or those of a time past,
// with some more calls or without.
func (f *fixture) compareGroups(name string, hosts []string, width, past time.Duration, fewer int) {
	f.t.Helper()
	s, err := f.db.Snapshot(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	defer s.Close()
	column := func(name string) int { return columnIndex(f.t, s, demo, name) }
	scan := Scan{MinTime: -1 << 63, MaxTime: at(-90 * time.Second)}
	if past > 0 {
		scan.MinTime = at(-past)
	}
	host, measure := column("host"), column("measure_name")
	if hosts != nil {
		scan.In = []In{{Column: host, Values: hosts}}
	}
	n, x, at := column("n"), column("x"), column("time")
	rows := f.relation(s, scan, "host", "measure_name", "time", "n", "x")
	calls := []GroupCall{{CountRows, 0}, {Count, n}, {Sum, n}, {Min, n}, {Max, at}, {Max, n}, {Sum, x}, {Min, x}, {Count, x}, {Min, at}, {Count, at}}
	var merged, direct []string
	for i, c := range calls[:len(calls)-fewer] {
		merged, direct = append(merged, mergedText(c, i)), append(direct, directText(c))
	}
	scan.Groups = &Groups{Width: int64(width), Calls: calls[:len(calls)-fewer]}
	parts := f.relation(s, scan, "host", "measure_name")
	if !strings.HasPrefix(name, "hot") && !strings.HasPrefix(name, "fetched") && !strings.Contains(parts, "tidemark_sums") {
		f.t.Errorf("%s: files are not summed up straight from their columns: %.300s", name, parts)
	}
	bucket := [2]string{"0", fmt.Sprintf("epoch_ns(c%d) // %d * %[2]d", at, max(int64(width), 1))}
	keys := fmt.Sprintf("c%d AS h, c%d AS m, ", host, measure)
	filter := ""
	if hosts != nil {
		filter = fmt.Sprintf(" WHERE c%d IN ('%s')", host, strings.Join(hosts, "', '"))
	}
	want := "SELECT " + keys + bucket[bit(width > 0)] + " AS b, " + strings.Join(direct, ", ") + " FROM " + rows + filter + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
	got := "SELECT " + keys + [2]string{"0", "epoch_ns(bucket)"}[bit(width > 0)] + " AS b, " + strings.Join(merged, ", ") + " FROM " + parts + filter + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
	if a, b := f.texts(got), f.texts(want); !slices.Equal(a, b) {
		f.t.Errorf("%s: %d groups, want %d: %.200s, want %.200s", name, len(a), len(b), first(a, b), first(b, a))
	}
}

var calls = [...]string{CountRows: "count", Count: "count", Sum: "sum", Min: "min", Max: "max"}

func directText(c GroupCall) string {
	if c.Kind == CountRows {
		return "count(*)"
	}
	return fmt.Sprintf("%s(c%d)", calls[c.Kind], c.Column)
}

func mergedText(c GroupCall, i int) string {
	merge := calls[c.Kind]
	if c.Kind <= Count {
		merge = "sum"
	}
	return fmt.Sprintf("%s(p%d)", merge, i)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// first returns the first line of a that b does not have there.
func first(a, b []string) string {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return a[i]
		}
	}
	return "-"
}

func (f *fixture) texts(query string) (lines []string) {
	f.t.Helper()
	conn := f.connect()
	defer conn.Close()
	rows, err := conn.Query(f.t.Context(), query)
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	all, err := rows.All(f.t.Context())
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	for _, row := range all {
		lines = append(lines, fmt.Sprint(row...))
	}
	return lines
}
