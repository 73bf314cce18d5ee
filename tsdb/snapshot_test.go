package tsdb

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// scanRow is one row of the table that the scan tests fill.
type scanRow struct {
	host, region, measure string
	time                  int64
	cpu                   float64
}

// fillForScans writes rows over several segments; some hosts fall silent early, one
// column appears late.
func fillForScans(f *fixture, rng *rand.Rand) []scanRow {
	f.t.Helper()
	f.table()
	var rows []scanRow
	for step := range 40 {
		var records []Record
		for host := range 100 {
			if host > 3 && step > host/2 {
				continue // silent from now on
			}
			row := scanRow{fmt.Sprintf("h%d", host), fmt.Sprintf("r'%d", host%3), fmt.Sprintf("m%d", host%2), at(time.Duration(step) * time.Second), float64(rng.IntN(1000))}
			r := multi(row.host, row.time, 1, double("cpu", row.cpu))
			r.Dimensions[0].Value, r.MeasureName = row.region, row.measure
			if step > 30 {
				r.Measures = append(r.Measures, double("late", 1))
			}
			records, rows = append(records, r), append(rows, row)
		}
		if _, err := f.db.Write(f.t.Context(), demo, records); err != nil {
			f.t.Fatal(err)
		}
	}
	return rows
}

func (r scanRow) values() []any { return []any{r.host, r.region, r.measure, r.time, r.cpu} }

// A relation holds every row that its bounds do not exclude, once; what it holds
// beyond that a filter above it removes. So after the filter it must equal the truth.
func TestRelationHoldsWhatBoundsAllow(t *testing.T) {
	f := newFixture(t, Options{Hot: hot.Options{SegmentRows: 300}})
	rng := rand.New(rand.NewPCG(1, 2))
	rows := fillForScans(f, rng)
	for i := range 60 {
		if i == 30 {
			f.restart()
		}
		scan, keep := randomScan(f, rng)
		want := expectedRows(rows, scan, keep)
		got := slices.DeleteFunc(f.rows(scan, "1", "host", "region", "measure_name", "time", "cpu"), func(v []any) bool {
			return !keep(scanRow{v[0].(string), v[1].(string), v[2].(string), v[3].(int64), v[4].(float64)})
		})
		if scan.Newest {
			got = newestOnly(got)
		}
		slices.SortFunc(got, compareScanned)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("scan %d %+v differs: %s", i, scan, diff)
		}
	}
}

// randomScan returns a scan and the filter that stands above it.
func randomScan(f *fixture, rng *rand.Rand) (Scan, func(scanRow) bool) {
	f.t.Helper()
	s, err := f.db.Snapshot(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	defer s.Close()
	scan := Scan{MinTime: math.MinInt64, MaxTime: math.MaxInt64, Newest: rng.IntN(3) == 0}
	if rng.IntN(2) == 0 {
		scan.MinTime = at(time.Duration(rng.IntN(45)) * time.Second)
	}
	if rng.IntN(3) == 0 {
		scan.MaxTime = at(time.Duration(rng.IntN(45)) * time.Second)
	}
	in := map[string][]string{}
	add := func(column string, values ...string) {
		in[column] = values
		scan.In = append(scan.In, In{columnIndex(f.t, s, demo, column), values})
	}
	switch rng.IntN(5) {
	case 0:
		add("host", fmt.Sprintf("h%d", rng.IntN(110)))
	case 1:
		add("host", "h1", "h1", fmt.Sprintf("h%d", rng.IntN(100)), fmt.Sprintf("h%d", rng.IntN(100)))
	case 2:
		add("region", "r'1")
		add("measure_name", "m0")
	case 3:
		add("measure_name", "m1", "absent")
	}
	return scan, func(r scanRow) bool {
		ok := r.time >= scan.MinTime && r.time <= scan.MaxTime
		for column, values := range in {
			ok = ok && slices.Contains(values, map[string]string{"host": r.host, "region": r.region, "measure_name": r.measure}[column])
		}
		return ok
	}
}

func expectedRows(rows []scanRow, scan Scan, keep func(scanRow) bool) [][]any {
	var want [][]any
	for _, r := range rows {
		if keep(r) {
			want = append(want, r.values())
		}
	}
	if scan.Newest {
		want = newestOnly(want)
	}
	slices.SortFunc(want, compareScanned)
	return want
}

func newestOnly(rows [][]any) [][]any {
	newest := map[any][]any{}
	for _, r := range rows {
		if have, ok := newest[r[0]]; !ok || r[3].(int64) > have[3].(int64) {
			newest[r[0]] = r
		}
	}
	var list [][]any
	for _, r := range newest {
		list = append(list, r)
	}
	return list
}

func compareScanned(a, b []any) int {
	return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[3].(int64), b[3].(int64)))
}

// Newest leaves old rows out, or it would be of no use: of 100 series over four
// thousand rows it reads few more than a hundred.
func TestNewestReadsFewRows(t *testing.T) {
	f := newFixture(t, Options{Hot: hot.Options{SegmentRows: 300}})
	all := len(fillForScans(f, rand.New(rand.NewPCG(1, 2))))
	got := len(f.rows(Scan{MinTime: math.MinInt64, MaxTime: math.MaxInt64, Newest: true}, "1", "time"))
	if got < 100 || got > all/4 {
		t.Errorf("Newest reads %d of %d rows, want at least 100 and at most a quarter", got, all)
	}
}

func TestSnapshotKeepsADeletedTable(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ctx := t.Context()
	if _, err := f.db.Write(ctx, demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil {
		t.Fatal(err)
	}
	s, err := f.db.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	text := f.relation(s, Scan{}, "host", "cpu")
	if err := f.db.DeleteTable(ctx, demo); err != nil {
		t.Fatal(err)
	}
	other := TableRef{"demo", "other"} // its commit comes after the deletion was seen
	if _, err := f.db.CreateTable(ctx, other, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.db.Write(ctx, other, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil {
		t.Fatal(err)
	}
	if got := queryText(f, text); fmt.Sprint(got) != "[[a 1]]" {
		t.Errorf("rows of the deleted table %v, want [[a 1]]", got)
	}
	fresh, err := f.db.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	if _, err := fresh.Schema(demo); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Schema in a later snapshot = %v, want not found", err)
	}
	s.Close()
	s.Close()
}

// A row that is replaced after a snapshot was taken stays visible to it, even when
// other segments have been opened meanwhile, and is never there twice.
func TestSnapshotSeesReplacedRowsOnce(t *testing.T) {
	f := newFixture(t, Options{Hot: hot.Options{SegmentRows: 2}})
	f.table()
	write := func(r Record) {
		if _, err := f.db.Write(t.Context(), demo, []Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	write(multi("a", at(0), 1, double("cpu", 1)))
	write(multi("a", at(1), 1, double("cpu", 1)))
	s, err := f.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text := f.relation(s, Scan{}, "time")
	for i := range int64(6) {
		write(multi("a", at(time.Duration(2+i)), 1, double("cpu", 1)))
		write(multi("a", at(0), 2+i, double("cpu", 1), double(fmt.Sprint("new", i), 1)))
	}
	if got := queryText(f, text+" ORDER BY 1"); len(got) != 2 || got[0][0] != at(0) || got[1][0] != at(1) {
		t.Errorf("rows %v, want those at %d and %d", got, at(0), at(1))
	}
}

func queryText(f *fixture, relation string) [][]any {
	f.t.Helper()
	conn, err := f.engine.Connect(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(f.t.Context(), "SELECT * FROM "+relation)
	if err != nil {
		f.t.Fatal(err)
	}
	all, err := rows.All(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

// A checkpoint passes while a query is reading, and neither disturbs the other.
func TestCheckpointUnderAnOpenQuery(t *testing.T) {
	f := newFixture(t, Options{Hot: hot.Options{LogBytes: 1}}) // after every commit
	f.table()
	write := func(from, n int) {
		records := make([]Record, n)
		for i := range records {
			records[i] = multi(fmt.Sprint("h", (from+i)%50), at(time.Duration(from+i)), 1, double("cpu", 1))
		}
		if _, err := f.db.Write(t.Context(), demo, records); err != nil {
			t.Fatal(err)
		}
	}
	write(0, 10_000)
	s, err := f.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := f.engine.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(t.Context(), "SELECT * FROM "+f.relation(s, Scan{}, "time", "host"))
	if err != nil {
		t.Fatal(err)
	}
	n := count(t, rows, 1)
	for i := range 5 {
		write(10_000+i*1000, 1000)
	}
	if n += count(t, rows, math.MaxInt); n != 10_000 {
		t.Errorf("the open query read %d rows, want 10000", n)
	}
	if got := queryText(f, f.relation(s, Scan{}, "time")); len(got) != 15_000 {
		t.Errorf("%d rows afterwards, want 15000", len(got))
	}
}

func count(t *testing.T, rows *duckdb.Rows, chunks int) int {
	t.Helper()
	n := 0
	for range chunks {
		chunk, err := rows.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if chunk == nil {
			return n
		}
		n += chunk.Len()
	}
	return n
}
