package hot

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tidemark/internal/duckdb"
)

// randomTable commits random rows of many series, batch by batch, while dimensions appear.
func randomTable(t *testing.T, s *Store) *Table {
	t.Helper()
	table, rng, sc := s.Table(1), rand.New(rand.NewPCG(13, 14)), newSchema()
	for batch := range 12 {
		for _, name := range []string{"m", "b", "z", "a"}[:1+batch/3] {
			if _, ok := sc.dimIndex[name+fmt.Sprint(batch/3)]; !ok {
				sc.addDim(name + fmt.Sprint(batch/3))
			}
		}
		sorted := newSchema()
		for _, name := range slices.Sorted(slices.Values(sc.dims)) {
			sorted.addDim(name)
		}
		rows := make([]Row, 700)
		for i := range rows {
			rows[i] = *randomRow(rng, sorted)
			rows[i].Kind, rows[i].Time, rows[i].Version = Bigint, int64(batch), 1
			rows[i].Cells = []Cell{{Name: SingleColumn(Bigint), Type: Bigint}}
		}
		table.resolve(rows)
		if err := s.commit([]*submission{{table: table, rows: rows}}); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

// identities are the texts of all series, by number, with their times.
func identities(st *seriesTable) []string {
	list := make([]string, st.len())
	for n := range list {
		text := st.measureOf(uint32(n))
		for i, d := range st.dims {
			if value, ok := st.dimension(uint32(n), i); ok {
				text += " " + d.name + "=" + value
			}
		}
		list[n] = fmt.Sprint(text, " at ", st.at(uint32(n)).newest)
	}
	return list
}

// What is read from the file is what was in memory: the series, their numbers, how they
// are found and chosen.
func TestRecoverSeries(t *testing.T) {
	s := openHot(t)
	table := randomTable(t, s)
	host := In{Role: DimensionField, Ordinal: 0, Values: []string{"0"}}
	measure := In{Role: MeasureField, Values: []string{"m1"}}
	want, chosen := identities(&table.mu.series), [2][]uint32{table.matching([]In{host}), table.matching([]In{measure, host})}
	uses := table.Measures()
	check := func() {
		t.Helper()
		if got := identities(&table.mu.series); !slices.Equal(got, want) || len(got) < 3000 {
			t.Fatalf("%d series after recovery, %d before, or they differ", len(got), len(want))
		}
		if got := table.Measures(); fmt.Sprint(got) != fmt.Sprint(uses) {
			t.Errorf("measures after recovery %v, before %v", got, uses)
		}
		for i, list := range [][]In{{host}, {measure, host}} {
			if got := table.matching(list); !slices.Equal(got, chosen[i]) {
				t.Errorf("matching(%v) finds %d series after recovery, %d before", list, len(got), len(chosen[i]))
			}
		}
	}
	check()
	if err := table.recover(t.Context(), s.writer.conn); err != nil {
		t.Fatal(err)
	}
	check()
	for _, text := range []string{"CREATE TABLE mixed AS SELECT * FROM t1_d ORDER BY hash(sid)", "DROP TABLE t1_d", "ALTER TABLE mixed RENAME TO t1_d"} {
		if _, err := s.writer.conn.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.recover(t.Context(), s.writer.conn); err != nil {
		t.Fatalf("a dictionary in another order: %v", err)
	}
	check()
	rng, rows := rand.New(rand.NewPCG(13, 14)), 0
	for range 700 { // the rows of the first batch again
		r := randomRow(rng, &schema{dims: []string{"m0"}})
		r.hash = table.mu.series.hash(r)
		if n := table.mu.series.find(r); n == noSeries {
			t.Errorf("row %v has no series after recovery", r)
		} else {
			rows++
		}
	}
	if rows != 700 {
		t.Errorf("%d of 700 rows have a series", rows)
	}
}

// A dictionary that lacks a series is refused, not read with other numbers.
func TestRecoverTornDictionary(t *testing.T) {
	s := openHot(t)
	table := randomTable(t, s)
	if _, err := s.writer.conn.Exec(t.Context(), "DELETE FROM t1_d WHERE sid = 1234"); err != nil {
		t.Fatal(err)
	}
	if err := table.recover(t.Context(), s.writer.conn); err == nil {
		t.Error("a dictionary without series 1234 was read")
	}
}

// BenchmarkRecover opens a store whose dictionary has many series of the TSBS shape.
func BenchmarkRecover(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			engine, err := duckdb.Open(b.Context(), duckdb.Options{Path: filepath.Join(b.TempDir(), "hot.db")})
			if err != nil {
				b.Fatal(err)
			}
			defer engine.Close()
			if s, err := Open(b.Context(), Options{Engine: engine}); err != nil {
				b.Fatal(err)
			} else {
				makeDictionary(b, s.writer.conn, n)
				s.Close()
			}
			b.ResetTimer()
			for b.Loop() {
				before, _ := heap()
				took := spent(func() { benchOpen(b, engine, n) })
				after, _ := heap()
				b.ReportMetric(float64(took.Nanoseconds())/float64(n), "cpu-ns/series")
				b.ReportMetric(float64(after-before)/float64(n), "B/series-left")
			}
		})
	}
}

func benchOpen(b *testing.B, engine *duckdb.Engine, n int) {
	started := time.Now()
	s, err := Open(b.Context(), Options{Engine: engine})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(started).Microseconds())/1000, "open-ms")
	if got := s.Table(1).mu.series.len(); got != n {
		b.Fatalf("%d series, want %d", got, n)
	}
	b.ReportMetric(float64(s.Table(1).mu.series.bytes())/float64(n), "B/series")
	s.Close()
}

func makeDictionary(b *testing.B, conn *duckdb.Conn, n int) {
	names := []string{"arch", "datacenter", "hostname", "os", "rack", "region", "service", "service_environment", "service_version", "team"}
	texts := []string{
		createDictionary(1, len(names)), "INSERT INTO hot_tables (id) VALUES (1)", "INSERT INTO hot_measures VALUES (1, 0, 'cpu', 1)",
		fmt.Sprintf(`INSERT INTO t1_d SELECT i, 'cpu', 'x' || i%%2, 'eu-west-1' || chr((97 + i%%9)::INTEGER), 'host_' || i, 'Ubuntu16.' || i//7%%3, i%%100,
			'eu-west-' || i%%9, i%%20, 'environment' || i//11%%3, i%%2, 'team' || i//13%%4 FROM range(%d) r(i)`, n), "CHECKPOINT",
	}
	for i, name := range names {
		texts = append(texts, fmt.Sprintf("INSERT INTO hot_columns VALUES (1, true, %d, '%s', %d)", i, name, Varchar))
	}
	for _, text := range texts {
		if _, err := conn.Exec(b.Context(), text); err != nil {
			b.Fatalf("%.60s: %v", text, err)
		}
	}
}
