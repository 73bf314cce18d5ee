package query

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/fault"
)

// Whatever a client sends is answered, or refused as its own fault: an Internal error
// would be a program that DuckDB refuses or a bug.
func FuzzQuery(f *testing.F) {
	e := openDemo(f, Options{})
	files, _ := filepath.Glob("testdata/*.golden.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range parseGolden(string(text)) {
			query, _ := c.section("query")
			f.Add(query)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := e.Query(ctx, Request{Text: text, MaxRows: 100})
		if err != nil && ctx.Err() == nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("Query(%q) = %v", text, err)
		}
	})
}
