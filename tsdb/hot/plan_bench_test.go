package hot

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tidemark/internal/duckdb"
)

// BenchmarkPlan writes the statement of a question over many files of which nothing is
// remembered.
//
//	go test ./tsdb/hot -run XXX -bench Plan
func BenchmarkPlan(b *testing.B) {
	const files = 2000
	dir := b.TempDir()
	e, err := duckdb.Open(b.Context(), duckdb.Options{Path: filepath.Join(dir, "hot.duckdb"), AllowedDirs: []string{dir}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	s, err := Open(b.Context(), Options{Engine: e})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	conn, err := e.Connect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	path, columns, ids := filepath.Join(dir, "0.parquet"), "", ""
	for i := range 10 {
		columns, ids = columns+fmt.Sprintf(", s %% %d AS c%d", i+7, i), ids+fmt.Sprintf(", c%d: %d", i, i+4)
	}
	// Four row groups, as a day of a million rows has eight.
	if _, err := conn.Exec(b.Context(), `COPY (SELECT (s // 1000)::INTEGER AS ts_series, make_timestamp_ns(s) AS "time", 1 AS ts_version`+columns+` FROM range(8192) a(s)) TO `+duckdb.Quote(path)+
		` (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048, FIELD_IDS {ts_series: 1, "time": 2, ts_version: 3`+ids+`})`); err != nil {
		b.Fatal(err)
	}
	t := s.Table(1)
	t.mu.schema.addColumn("c0", Bigint)
	var list []File
	for i := range files {
		f := File{Path: filepath.Join(dir, fmt.Sprintf("%d.parquet", i+1)), Rows: 8192, MaxTime: 8191, MaxSeries: 8}
		if err := os.Link(path, f.Path); err != nil {
			b.Fatal(err)
		}
		list = append(list, f)
	}
	if err := t.SetFiles(list, map[string]int{SeriesColumn: 1, TimeColumn: 2, VersionColumn: 3, "c0": 4}, 0); err != nil {
		b.Fatal(err)
	}
	sn := s.Snapshot()
	defer sn.Close()
	scan := Scan{Min: 0, Max: 1 << 40, Groups: &Grouping{Calls: []GroupCall{{Sum, Field{Role: ValueField}}}}}
	direct, _, err := sn.View(t).Sums(b.Context(), scan)
	if direct != files || err != nil {
		b.Fatalf("%d of %d files are summed up straight from their columns, %v", direct, files, err)
	}
	for _, state := range []string{"cold", "warm"} {
		b.Run(state, func(b *testing.B) {
			for b.Loop() {
				if state == "cold" {
					s.sums.layouts = layouts{}
				}
				sn.View(t).Relation(scan)
			}
		})
	}
}
