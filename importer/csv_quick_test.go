package importer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/internal/duckdb"
	"tidemark/tsdb"
	"tidemark/tsdb/hot"
)

// taker is a store that notes what it is given to store, under the caller's rules only.
type taker struct{ rows []string }

func (*taker) BulkSchema(tsdb.TableRef) (hot.Schema, error) { return hot.Schema{}, nil }

func (k *taker) Bulk(ctx context.Context, conn *duckdb.Conn, _ tsdb.TableRef, b tsdb.Bulk) (report tsdb.BulkReport, err error) {
	bad := "CASE"
	for i, r := range b.Rules {
		bad += fmt.Sprintf(" WHEN %s THEN %d", r.Condition, i)
	}
	if len(b.Rules) == 0 {
		bad += " WHEN false THEN 0"
	}
	columns := []string{bad + " END", "s." + b.Number, "measure", "version", "epoch_ns(time)"}
	for i := range b.Dimensions {
		columns = append(columns, fmt.Sprintf("d%d", i))
	}
	for i, m := range b.Measures {
		columns = append(columns, fmt.Sprintf("v%d", i))
		if m.Type == tsdb.Timestamp {
			columns[len(columns)-1] = fmt.Sprintf("epoch_ns(v%d)", i)
		}
	}
	from := b.Source + " s"
	if b.Series != "" {
		from += " JOIN " + b.Series + " USING (series)"
	}
	rows, err := conn.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+from+" ORDER BY s."+b.Number)
	if err != nil {
		return report, err
	}
	all, err := rows.All(ctx)
	for _, row := range all {
		if rule, refused := row[0].(int32); refused {
			report.Refused = noted(report.Refused, b.Rules[rule].Reason, row[1].(int64))
			continue
		}
		report.Stored++
		line := ""
		for _, v := range row[2:] {
			line += fmt.Sprintf(" %#v", v)
		}
		k.rows = append(k.rows, line)
	}
	return report, err
}

func noted(list []tsdb.BulkRefusal, reason string, number int64) []tsdb.BulkRefusal {
	i := slices.IndexFunc(list, func(r tsdb.BulkRefusal) bool { return r.Reason == reason })
	if i < 0 {
		list, i = append(list, tsdb.BulkRefusal{Reason: reason}), len(list)
	}
	list[i].Count++
	list[i].Sample = append(list[i].Sample, number)
	return list
}

// twoWays are an importer that takes usual records quickly and one that does not.
type twoWays struct {
	stores  [2]taker
	imports [2]*Importer
}

func newTwoWays(t testing.TB, opts Options) *twoWays {
	t.Helper()
	dir := t.TempDir()
	engine, err := duckdb.Open(context.Background(), duckdb.Options{Path: filepath.Join(dir, "hot.db"), AllowedDirs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	w := &twoWays{}
	for i := range w.imports {
		opts.Engine, opts.Store, opts.Dir, opts.plain = engine, &w.stores[i], filepath.Join(dir, fmt.Sprintf("imports%d", i)), i == 0
		if w.imports[i], err = Open(opts); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.imports[i].Close() })
	}
	return w
}

// compare imports a file both ways.
func (w *twoWays) compare(t *testing.T, spec Spec, text string) Status {
	t.Helper()
	var ends [2]Status
	for i, m := range w.imports {
		w.stores[i].rows = nil
		world := &world{Importer: m}
		ends[i] = world.load(t, spec, text, 1<<20)
		ends[i].Started, ends[i].Ended, ends[i].Mapping = ends[i].Started.Truncate(0), ends[i].Started, nil
	}
	if diff := cmp.Diff(outcome(ends[0]), outcome(ends[1])); diff != "" {
		t.Fatalf("%+v of %q: outcomes by DuckDB (-) and quickly (+) differ:\n%s", spec, text, diff)
	}
	if diff := cmp.Diff(w.stores[0].rows, w.stores[1].rows); diff != "" {
		t.Fatalf("%+v of %q: records read by DuckDB (-) and quickly (+) differ:\n%s", spec, text, diff)
	}
	return ends[1]
}

// outcome is what the sender is told.
func outcome(s Status) (list []string) {
	for _, r := range s.Refusals {
		slices.SortFunc(r.Samples, func(a, b Sample) int { return int(a.Line - b.Line) })
	}
	list = report(s)
	slices.Sort(list)
	why := ""
	if s.Err != nil {
		why = s.Err.Error()
	}
	return append(list, fmt.Sprintf("%s %s, %d read, %d stored, %d refused", s.State, why, s.Read, s.Stored, s.Refused))
}

// Values of columns, most of them usual and some of them not.
var csvTexts = map[string][]string{
	"time": {
		"2026-03-01 12:00:00", "2026-03-01 12:00:00", "2026-03-01T12:00:00Z", "2026-03-01 12:00:00.123456789", "2026-03-01 12:00:00.1", "2026-03-01T12:00:00+01:00", "2026-03-01 12:00:00-05:30",
		"2026-02-29", "2028-02-29", "2026-03-01", "1970-01-01", "2261-12-31 23:59:59.999999999", "1969-12-31", "2026-13-01", "2026-03-01 24:00:00", "2026-03-01 12:60:00", "2026-03-01 12:00:60",
		"2026-03-01 12:00", "2026-03-01 12:00:00.1234567891", "2026-03-01 12:00:00 ", " 2026-03-01 12:00:00", "2026-03-01 12:00:00 UTC", "2026-03-01 12:00:00.", "2026-3-1", "1900-02-29", "2000-02-29", "",
		"2026-03-01 12:00:00+14:00", "2026-03-01 12:00:00+15:00", "2026-03-01 12:00:00+1:00", "2026-03-01 12:00:00z", "2026-03-01t12:00:00", `"2026-03-01 12:00:00"`, "2026/03/01", "infinity", "epoch",
	},
	"number": {"1772366400000", "1772366400000", "1772366400001", "-5", "0", "999999999999999999", "9223372036854775807", "12345678901234567890", "1e3", "1.5", "", "007", "+5", "2026-03-01 12:00:00"},
	"n": {
		"1", "1", "23", "-4", "0", "-0", "007", "+5", "999999999999999999", "1234567890123456789", "9223372036854775807", "9223372036854775808", "1.5", "1.0", "1e3", "", "NA", " 5", "5 ", "0x10", "1_000", "x", `"7"`, `""`, "5-", "٣",
	},
	"x": {
		"1", "1.5", "-0.25", "0.1", "-0", "0", "-0.0", "5.", ".5", "1e3", "1E-5", "1e+5", "123456789012345", "1234567890123456", "0.12345678901234567", "4.35", "1e400", "1e-400", "5e-324", "1e-310", "nan", "inf", "-inf", "1,5",
		"", "NA", " 5", "1_0.5", "1.5.2", "1e", "1e5x", `"2.5"`, "--1", "-", "+1.5", "9007199254740993", "179769313486231580793728971405301199252069012264752390332004544495176179865349768338004270583473493681874097135104.5",
	},
	"ok": {"true", "false", "True", "FALSE", "t", "f", "1", "0", "yes", "no", "T", "F", "", "NA", "2", `"true"`, "tRuE", "y", "N"},
	"s":  {"x", "x", "a b", `"quoted"`, `"with, comma"`, `"with ""quotes"""`, `say "hi"`, "", `""`, "NA", `"NA"`, "ü", "\xff", " lead", "trail ", `"two` + "\n" + `lines"`, "a\x00b", "\t", `"`, `"open`, "a\rb", "'", `\`, `"a"b`, `"a" `},
}

// randomCSV makes a file; part of it is usual.
func randomCSV(rng *rand.Rand, columns []string) string {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	usual := rng.IntN(12)
	end := []string{"\n", "\n", "\r\n"}[rng.IntN(3)]
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + end)
	for range 1 + rng.IntN(12) {
		fields := make([]string, len(columns))
		for i, c := range columns {
			list, ok := csvTexts[c]
			switch {
			case !ok && strings.HasPrefix(c, "number"):
				list = csvTexts["number"]
			case !ok:
				list = csvTexts["s"]
			}
			if fields[i] = list[0]; rng.IntN(12) >= usual {
				fields[i] = pick(list)
			}
		}
		switch rng.IntN(25) {
		case 0:
			fields = fields[:len(fields)-1]
		case 1:
			fields = append(fields, "more")
		case 2:
			fields = []string{""}
		case 3:
			fields = []string{" "}
		}
		b.WriteString(strings.Join(fields, ",") + end)
	}
	return b.String()
}

// csvSpecs are files and plans for them.
var csvSpecs = []struct {
	columns []string
	spec    Spec
}{
	{[]string{"time", "host", "region", "n", "x", "ok", "s"}, Spec{Plan: Plan{Dimensions: []ColumnName{{"host", ""}, {"region", "r"}}, Measures: typedMeasures}}},
	{[]string{"n", "host", "x", "time", "ok", "region", "s", "unused"}, Spec{CSV: Dialect{Null: "NA"}, Plan: Plan{Dimensions: []ColumnName{{"host", ""}, {"region", "r"}}, Measures: typedMeasures}}},
	{[]string{"region", "host", "number", "n", "x", "ok", "s"}, Spec{Plan: Plan{Time: "number", Unit: Seconds, Dimensions: []ColumnName{{"host", ""}, {"region", "r"}}, Measures: typedMeasures, MeasureName: "m"}}},
	{[]string{"kind", "host", "number", "n", "x", "ok", "s", "number2"}, Spec{Plan: Plan{Time: "number", Unit: Nanoseconds, Dimensions: []ColumnName{{"host", ""}}, MeasureColumn: "kind", VersionColumn: "number2", Measures: typedMeasures}}},
	{[]string{"time", "n", "number", "x", "ok", "s"}, Spec{CSV: Dialect{Null: "1"}, Plan: Plan{Unit: Milliseconds, Measures: append(typedMeasures[:len(typedMeasures):len(typedMeasures)], ValueColumn{"number", "at", tsdb.Timestamp})}}},
}

// Delimiters and quotes that are parts of numbers are taken for what they are.
func TestQuickCSVDialects(t *testing.T) {
	w := newTwoWays(t, Options{stretch: 30})
	for _, d := range []Dialect{{Delimiter: "."}, {Delimiter: "-"}, {Delimiter: "e"}, {Delimiter: "5"}, {Delimiter: ";", Quote: "1"}, {Delimiter: "\t", Quote: "'"}, {Null: "5"}, {Null: "-"}, {Null: "e"}} {
		text := strings.ReplaceAll("number,host,n,x\n1772366400000,a,5,1\n1772366400001,a,15,2\n1772366400002,'b',-7,'3'\n1772366400003,5,-,4e2\n", ",", or(d.Delimiter, ","))
		s := w.compare(t, Spec{Format: CSV, CSV: d, Plan: Plan{Time: "number", Unit: Milliseconds, Dimensions: []ColumnName{{"host", ""}},
			Measures: []ValueColumn{{"n", "", tsdb.Bigint}, {"x", "", tsdb.Double}}}}, text)
		if s.Read == 0 && s.Err == nil {
			t.Errorf("%+v: nothing was read", d)
		}
	}
}

var typedMeasures = []ValueColumn{{"n", "", tsdb.Bigint}, {"x", "", tsdb.Double}, {"ok", "", tsdb.Boolean}, {"s", "text", tsdb.Varchar}}

// What is taken quickly is what DuckDB reads.
func TestQuickCSV(t *testing.T) {
	w := newTwoWays(t, Options{stretch: 60})
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 400 {
		c := csvSpecs[i%len(csvSpecs)]
		c.spec.Format = CSV
		w.compare(t, c.spec, randomCSV(rng, c.columns))
	}
}

func FuzzCSV(f *testing.F) {
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 20 {
		text := randomCSV(rng, csvSpecs[i%len(csvSpecs)].columns)
		f.Add(i%len(csvSpecs), text[strings.IndexByte(text, '\n')+1:])
	}
	w := newTwoWays(f, Options{stretch: 40})
	f.Fuzz(func(t *testing.T, i int, text string) {
		if i < 0 || i >= len(csvSpecs) || len(text) > 1000 {
			return
		}
		c := csvSpecs[i]
		c.spec.Format = CSV
		w.compare(t, c.spec, strings.Join(c.columns, ",")+"\n"+text)
	})
}

// Each value is read by itself as DuckDB reads it, in a record that is usual otherwise.
func TestQuickCSVValues(t *testing.T) {
	w := newTwoWays(t, Options{stretch: 1})
	for _, c := range csvSpecs {
		c.spec.Format = CSV
		var b strings.Builder
		b.WriteString(strings.Join(c.columns, ",") + "\n")
		for at := range c.columns {
			for _, list := range csvTexts {
				for _, value := range list {
					if strings.ContainsAny(value, "\",\n\r\xff") {
						continue // ends more than a value; random files have them
					}
					fields := make([]string, len(c.columns))
					for i, name := range c.columns {
						fields[i] = append(csvTexts[strings.TrimSuffix(name, "2")], "a")[0]
					}
					fields[at] = value
					b.WriteString(strings.Join(fields, ",") + "\n")
				}
			}
		}
		if s := w.compare(t, c.spec, b.String()); s.Stored < 100 {
			t.Errorf("%d records stored of %v, want many", s.Stored, c.columns)
		}
	}
}
