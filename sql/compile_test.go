package sql

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/sql/plan"
	"tidemark/sql/rewrite"
	"tidemark/sql/types"
)

// demo is a catalog of one table, demo.metrics.
type demo struct{}

func (demo) Table(_ context.Context, database, table string) (*plan.Table, error) {
	switch {
	case database != "demo":
		return nil, plan.ErrDatabaseNotFound
	case table != "metrics":
		return nil, plan.ErrTableNotFound
	}
	t := &plan.Table{Database: database, Name: table}
	for _, name := range []string{"region", "az", "hostname"} {
		t.Columns = append(t.Columns, plan.Column{Name: name, Type: types.Of(types.Varchar), Role: plan.Dimension})
	}
	t.Columns = append(t.Columns,
		plan.Column{Name: "measure_name", Type: types.Of(types.Varchar), Role: plan.MeasureName},
		plan.Column{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time},
		plan.Column{Name: "measure_value::double", Type: types.Of(types.Double), Role: plan.MeasureValue})
	return t, nil
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func relation(_ int, a plan.Access) (string, error) {
	return "(SELECT * FROM " + a.Table.Name + ")", nil
}

func TestSamplesCompile(t *testing.T) {
	for _, text := range samples {
		p, err := Compile(t.Context(), text, demo{}, Options{Now: noon})
		if err != nil {
			t.Errorf("Compile(%s) = %v, want a program", text, err)
			continue
		}
		if p.Meta != nil {
			continue
		}
		if s, err := p.SQL(relation); err != nil || s == "" {
			t.Errorf("SQL of %s = %q, %v", text, s, err)
		}
	}
}

// Every rewrite that may be left out may be left out of every sample.
func TestSamplesCompileWithoutRewrites(t *testing.T) {
	off := map[string]bool{}
	for _, p := range rewrite.Passes {
		off[p.Name] = true
	}
	for _, text := range samples {
		if _, err := Compile(t.Context(), text, demo{}, Options{Now: noon, Off: off}); err != nil {
			t.Errorf("Compile(%s) without rewrites = %v, want a program", text, err)
		}
	}
}

func TestSameTextSameProgram(t *testing.T) {
	for _, text := range samples {
		a, errA := Compile(t.Context(), text, demo{}, Options{Now: noon})
		b, errB := Compile(t.Context(), text, demo{}, Options{Now: noon})
		if errA != nil || errB != nil {
			t.Errorf("Compile(%s) = %v, %v", text, errA, errB)
			continue
		}
		first, _ := a.SQL(relation)
		second, _ := b.SQL(relation)
		if first != second {
			t.Errorf("%s gives\n%s\nand then\n%s", text, first, second)
		}
	}
}

func TestTheClockIsAnArgument(t *testing.T) {
	p, err := Compile(t.Context(), "SELECT hostname FROM demo.metrics WHERE time > ago(1h)", demo{}, Options{Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.TimeRange{Min: noon.Add(-time.Hour).UnixNano() + 1, Max: plan.AllTime.Max}
	if len(p.Scans) != 1 || p.Scans[0].Time != want {
		t.Errorf("scans = %+v, want one bounded by %v", p.Scans, want)
	}
}

func TestErrorsAreTheClients(t *testing.T) {
	for _, text := range []string{"SELECT", "SELECT x", "SELECT 1 FROM a.b", "SELECT 1 FROM demo.x", "SELECT interpolate_linear(1, 2)", "UNLOAD (SELECT 1) TO 'x'"} {
		if _, err := Compile(t.Context(), text, demo{}, Options{Now: noon}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Compile(%q) = %v of kind %v, want invalid", text, err, fault.KindOf(err))
		}
	}
}

func TestParams(t *testing.T) {
	const text = "SELECT min(@scheduled_runtime) AS time FROM demo.metrics WHERE time BETWEEN @scheduled_runtime - 1h AND @scheduled_runtime AND hostname = @host"
	names, err := Params(text)
	if want := []string{"scheduled_runtime", "host"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("Params = %v, %v, want %v", names, err, want)
	}
	given := map[string]*plan.Literal{
		"scheduled_runtime": {Value: noon.UnixNano(), T: types.Of(types.Timestamp)},
		"host":              {Value: "it's", T: types.Of(types.Varchar)},
	}
	p, err := Compile(t.Context(), text, demo{}, Options{Now: noon, Params: given})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.TimeRange{Min: noon.Add(-time.Hour).UnixNano(), Max: noon.UnixNano()}
	if p.Scans[0].Time != want || len(p.Scans[0].In) != 1 || p.Scans[0].In[0].Values[0] != "it's" {
		t.Errorf("scan = %+v, want one bounded by %v and by the host", p.Scans[0], want)
	}
	delete(given, "host")
	const missing = "line 1:139: Parameter '@host' has no value here"
	if _, err := Compile(t.Context(), text, demo{}, Options{Now: noon, Params: given}); err == nil || err.Error() != missing {
		t.Errorf("Compile without a value = %v, want %s", err, missing)
	}
}

// readCorpus reads what earlier fuzzing found.
func readCorpus(t testing.TB) (texts []string) {
	t.Helper()
	file, err := os.ReadFile("testdata/corpus.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		text, err := strconv.Unquote(line)
		if err != nil {
			t.Fatalf("testdata/corpus.txt: %s: %v", line, err)
		}
		texts = append(texts, text)
	}
	return texts
}

func FuzzCompile(f *testing.F) {
	for _, text := range slices.Concat(readSampleQueries(f), samples, readCorpus(f)) {
		f.Add(text)
	}
	tables := readSampleTables(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Compile(t.Context(), text, tables, Options{Now: noon, Params: sampleParams})
		switch {
		case err != nil:
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("Compile(%q) = %v, which is not invalid", text, err)
			}
		case p.Meta == nil:
			if _, err := p.SQL(relation); err != nil {
				t.Fatalf("SQL of %q: %v", text, err)
			}
		}
	})
}

// The goal is below 1 ms for a query of 2 KB.
func BenchmarkCompile(b *testing.B) {
	text := samples[0] + " LIMIT 10"
	long := "WITH q AS (" + samples[0] + ") SELECT a.region, b.p99, a.p99 - b.p99 AS d, " + strings.Repeat("round(a.avg_cpu_utilization * 100 / 3, 2), ", 28) + " 1 FROM q a JOIN q b ON a.hostname = b.hostname WHERE a.az = 'x' ORDER BY d DESC LIMIT 10"
	for _, c := range []struct{ name, text string }{{"Short", text}, {"Long", long}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				if _, err := Compile(b.Context(), c.text, demo{}, Options{Now: noon}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
