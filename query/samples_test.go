package query

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/sql/plan"
	"tidemark/sql/types"
	"tidemark/tsdb"
)

// The files in testdata/samples hold the shapes of the queries that people publish: in the
// developer guide, in dashboards, benchmarks, drivers' tests and programs. Texts, names and
// rows are ours; the end of a title names where the shape was found, if it was. A case is one of a
// golden file, and may have further sections:
//
//	---- params          (values of @names, timestamps: a line `name 2026-01-01 12:00:00` each)
//	---- runs            (instead of rows: the statement only has to run)
//	---- steady          (the answer is the same at every moment of the hour after the clock,
//	                     and in another hour: the end-to-end test asks it too)
//
// Rows were computed by another program over the same data, or by hand.

// openSamples returns an engine over the tables of testdata/samples/data.txt.
func openSamples(t testing.TB) *Engine {
	t.Helper()
	engine := openEngine(t, Options{})
	text, err := os.ReadFile("testdata/samples/data.txt")
	if err != nil {
		t.Fatal(err)
	}
	var ref tsdb.TableRef
	var records []tsdb.Record
	flush := func() {
		if len(records) > 0 {
			write(t, engine, ref, records...)
		}
		records = nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch name, isTable := strings.CutPrefix(line, "table "); {
		case line == "" || strings.HasPrefix(line, "#"):
		case isTable:
			flush()
			ref.Database, ref.Table, _ = strings.Cut(name, ".")
			engine.opt.Store.CreateDatabase(t.Context(), ref.Database, "", nil) // may be there
			options := tsdb.TableOptions{Retention: &tsdb.Retention{MemoryHours: 8000, MagneticDays: 1000}}
			if _, err := engine.opt.Store.CreateTable(t.Context(), ref, options); err != nil {
				t.Fatal(err)
			}
		default:
			records = append(records, parseDatedRecord(t, line))
		}
	}
	flush()
	return engine
}

// parseDatedRecord is parseRecord for a line whose time may have a date: 2025-12-31T18:00:00.
func parseDatedRecord(t testing.TB, line string) tsdb.Record {
	day, rest, dated := strings.Cut(line[:strings.IndexByte(line, ' ')], "T")
	if !dated {
		return parseRecord(t, line)
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	rec := parseRecord(t, rest+line[len(day)+1+len(rest):])
	rec.Time -= noon.Truncate(24 * time.Hour).Sub(at).Nanoseconds()
	return rec
}

// runSample runs a case's statement to its end, with its parameters if it has some.
func runSample(t *testing.T, e *Engine, c *goldenCase) (string, error) {
	t.Helper()
	text, _ := c.section("query")
	values, ok := c.section("params")
	if !ok {
		return runAll(t, e, text)
	}
	params := map[string]*plan.Literal{}
	for line := range strings.Lines(values) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		at, err := time.Parse(time.DateTime, value)
		if err != nil {
			t.Fatal(err)
		}
		params[name] = &plan.Literal{Value: at.UnixNano(), T: types.Of(types.Timestamp)}
	}
	return runWithParams(t.Context(), e, text, params)
}

func runWithParams(ctx context.Context, e *Engine, text string, params map[string]*plan.Literal) (string, error) {
	view := &view{store: e.opt.Store}
	prog, err := e.compile(ctx, text, view, params)
	if err != nil {
		return "", errors.Join(err, view.Close())
	}
	s, err := e.bind(ctx, prog, view, &statement{columns: columnsOf(prog)})
	if err != nil {
		return "", err
	}
	defer s.Close()
	var b strings.Builder
	b.WriteString(headerText(s.columns))
	for {
		rows, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			b.WriteString("\n" + rowText(s.columns, row))
		}
	}
}

// sampleCases calls f with every case of every file.
func sampleCases(t testing.TB, f func(file string, c *goldenCase)) {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.golden.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("sample files: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parseGolden(string(text)) {
			f(strings.TrimSuffix(filepath.Base(file), ".golden.txt"), c)
		}
	}
}

func TestSamples(t *testing.T) {
	engine := openSamples(t)
	sampleCases(t, func(file string, c *goldenCase) {
		t.Run(file+"/"+c.title, func(t *testing.T) {
			text, _ := c.section("query")
			got, err := runSample(t, engine, c)
			if want, ok := c.section("error"); ok {
				if err == nil || err.Error() != want {
					t.Errorf("%s\nerror %v, want %s", text, err, want)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s\nerror %v", text, err)
			}
			if _, ok := c.section("runs"); ok {
				return
			}
			want, ok := c.section("rows")
			if !ok {
				t.Fatal("the case says nothing of the answer")
			}
			if !ordered(text) {
				got, want = sortRows(got), sortRows(want)
			}
			if got != want {
				t.Errorf("%s\ngot\n%s\nwant\n%s", text, got, want)
			}
		})
	})
}

// Every optional rewrite may be off without another answer to a sample.
func TestSamplesSameness(t *testing.T) {
	engine := openSamples(t)
	passes := optionalPasses()
	off := engine.without(passes[len(passes)-1]...)
	sampleCases(t, func(file string, c *goldenCase) {
		if _, ok := c.section("rows"); !ok {
			return
		}
		want, err := runSample(t, engine, c)
		got, errOff := runSample(t, off, c)
		if err == nil && errOff != nil || sortRows(got) != sortRows(want) {
			t.Errorf("%s/%s without rewrites: %v\n%s\nwant\n%s", file, c.title, errOff, got, want)
		}
	})
}

// ordered says whether a statement sorts its rows: an order within parentheses is another's.
func ordered(text string) bool {
	text, depth := strings.ToUpper(text), 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case 'O':
			if depth == 0 && strings.HasPrefix(text[i:], "ORDER BY") {
				return true
			}
		}
	}
	return false
}
