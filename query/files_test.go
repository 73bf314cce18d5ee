package query

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// openFiles returns an engine over the tables of testdata/data.txt, all of whose rows are
// in files.
func openFiles(t *testing.T) *Engine {
	t.Helper()
	engine := openEngineWith(t, Options{}, duckdb.Options{MemoryLimit: 1 << 30, AllowedDirs: []string{filepath.Join(t.TempDir(), "tables")}})
	for _, ref := range fillDemo(t, engine) {
		if err := engine.opt.Store.Flush(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	return engine
}

// Rows in files give the answers that they gave before they moved there.
func TestGoldenOfFiles(t *testing.T) {
	engine := openFiles(t)
	files, err := filepath.Glob("testdata/*.golden.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parseGolden(string(text)) {
			query, _ := c.section("query")
			want, ok := c.section("rows")
			if !ok || explains(c) {
				continue
			}
			got, err := runAll(t, engine, query)
			if !strings.Contains(strings.ToUpper(query), "ORDER BY") {
				got, want = sortRows(got), sortRows(want)
			}
			if err != nil || got != want {
				t.Errorf("%s\ngot\n%s, %v\nwant\n%s", query, got, err, want)
			}
		}
	}
}

// EXPLAIN tells how files are read for partial results, and an error of a file is no
// fault of the statement.
func TestExplainTellsOfFiles(t *testing.T) {
	engine := openFiles(t)
	const text = "SELECT bin(time, 1h), sum(measure_value::double) FROM demo.sensor GROUP BY 1"
	const line = "Files of Partial demo.sensor: 1, 1 of them summed up straight from their columns"
	if got, err := runAll(t, engine, "EXPLAIN "+text); err != nil || !strings.Contains(got, line) {
		t.Errorf("EXPLAIN gives\n%s, %v\nwant a line\n%s", got, err, line)
	}
	if got, err := runAll(t, engine, "EXPLAIN SELECT bin(time, 1h), max(measure_value::varchar) FROM demo.sensor GROUP BY 1"); err != nil || !strings.Contains(got, "demo.sensor: 1, 0 of them") {
		t.Errorf("EXPLAIN of texts gives\n%s, %v\nwant a file that is not summed up so", got, err)
	}
	files, err := engine.opt.Store.Files(tsdb.TableRef{Database: "demo", Table: "sensor"})
	if err != nil || len(files) != 1 {
		t.Fatalf("Files = %v, %v, want one", files, err)
	}
	whole, err := os.ReadFile(files[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4; i < 1000; i++ {
		whole[i] ^= 0xff
	}
	if err := os.WriteFile(files[0].Path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = runAll(t, engine, text)
	if _, ok := err.(*ExecutionError); ok || err == nil || !strings.Contains(err.Error(), files[0].Path) {
		t.Errorf("a query over a damaged file: %T %v, want an internal error that names it", err, err)
	}
}
