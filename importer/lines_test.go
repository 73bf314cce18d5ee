package importer

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/tsdb"
)

// readLines prints what lines become, row after row, and why the others do not.
func readLines(t testing.TB, text string, plain bool) []string {
	t.Helper()
	f := &lineFile{now: 42, plain: plain, types: map[string]tsdb.ValueType{"known": tsdb.Double}, dims: map[string]bool{"spot": true}}
	f.mapping = &Mapping{Unit: Milliseconds}
	r := &lineReader{place: place{line: 1}, from: bufio.NewReaderSize(strings.NewReader(text), 32)} // less than a line
	b := newLineBatch(f, "", r.place)
	if err := b.fill(r); err != nil {
		t.Fatal(err)
	}
	out := []string{fmt.Sprintf("%d read, %d refused, next line %d", b.tally.read, b.tally.refused, r.line)}
	for _, refusal := range b.tally.refusals {
		out = append(out, fmt.Sprintf("%d %s %v", refusal.Count, refusal.Reason, refusal.Samples))
	}
	b.prune()
	byNumber := map[uint32]*rowSeries{}
	for _, s := range b.series {
		byNumber[s.number] = s
	}
	for row := range b.rows {
		s := byNumber[b.numbers[row]]
		text := fmt.Sprintf("%d: %q", b.lines[row], s.measure)
		for _, tag := range s.tags {
			text += fmt.Sprintf(" %q:%q", b.dims[tag.dim], tag.value)
		}
		out = append(out, text+valueTexts(b, row)+fmt.Sprintf(" @%d", b.times[row]))
	}
	return out
}

func valueTexts(b *lineBatch, row int) (text string) {
	for _, c := range b.values {
		if d := c.data(b.rows); d.Valid == nil || d.Valid.Get(row) {
			switch c.kind {
			case tsdb.Double:
				text += fmt.Sprintf(" %q=%v/%x", c.name, d.Float64s[row], math.Float64bits(d.Float64s[row]))
			case tsdb.Bigint:
				text += fmt.Sprintf(" %q=%di", c.name, d.Int64s[row])
			case tsdb.Boolean:
				text += fmt.Sprintf(" %q=%v", c.name, d.Bools[row])
			case tsdb.Varchar:
				text += fmt.Sprintf(" %q=%q", c.name, d.Texts[row])
			}
		}
	}
	return text
}

// What is taken quickly is what parsing every line as a whole gives.
func compareLines(t *testing.T, text string) {
	t.Helper()
	if diff := cmp.Diff(readLines(t, text, true), readLines(t, text, false)); diff != "" {
		t.Fatalf("%q: parsed as a whole (-) and quickly (+) differ:\n%s", text, diff)
	}
}

// Parts of lines, most of them usual and some of them not.
var (
	lineSeriesTexts = []string{
		"cpu,host=a", "cpu,host=a", "cpu,host=b", "cpu,host=a,rack=1", "cpu,rack=1,host=a", `m\ m,ho\,st=a\ b`, `m,p=C:\dir`, `m,p=a\\`, "disk", "größe,ort=Köln",
		"cpu,host=a,host=b", "cpu,host=", "cpu,host", "cpu,load=1", "cpu,spot=x", ",a=b", "m,ts_x=1", "", " cpu,host=a", "#", "m,p=\xff",
	}
	lineFieldNames  = []string{"n", "n", "n", "load", "load", "ok", "s", "known", "spot", "host", `a\ b`, `c\dir`, "late", "time", "", "x=y", "ö"}
	lineFieldValues = []string{
		"1i", "23i", "-4i", "0i", "-0i", "007i", "+5i", "999999999999999999i", "1234567890123456789i", "9223372036854775808i", "5u", "1.5i", "i", "-i",
		"1", "1.5", "-0.25", "0.1", "-0", "0", "5.", ".5", "1e3", "123456789012345", "1234567890123456", "0.1234567890123456", "123456789.123456", "1.2.3", "-", "NaN", "1e999", "4.35", "0.000001",
		"t", "T", "true", "False", "F", "maybe", `"x"`, `""`, `"a b,c=d"`, `"a\"b"`, `"ü"`, "\"\xff\"", `"open`, "",
	}
	lineTimes = []string{" 1772366400000", " 1772366400000", " 1772366400001", " -5", "", "", " ", " 12 ", "  77", " 1.5", " 9223372036854775807", " 9223372036854775808", " 1 2", "\t", " 5\r", "\r", " x", " 999999999999999999"}
)

func randomLines(rng *rand.Rand) string {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	usual := rng.IntN(4) // how many of the last lines' texts come back
	last := pick(lineSeriesTexts) + " n=1i"
	var b strings.Builder
	for range 3 + rng.IntN(40) {
		line := pick(lineSeriesTexts) + " "[:min(1, rng.IntN(20))]
		for i := range rng.IntN(5) {
			line += ","[:min(i, 1)] + pick(lineFieldNames) + "=" + pick(lineFieldValues)
		}
		if line += pick(lineTimes); rng.IntN(5) < usual {
			line = last
		}
		last = line
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestQuickLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		compareLines(t, randomLines(rng))
	}
	for _, name := range lineSeriesTexts {
		for _, field := range lineFieldNames {
			for _, value := range lineFieldValues { // with a line before that makes it known
				line := name + " n=1i,load=2.5,ok=t,s=\"x\",ö=1 5"
				compareLines(t, line+"\n"+line+"\n"+name+" "+field+"="+value+lineTimes[len(value)%len(lineTimes)]+"\n"+line+"\n")
			}
		}
	}
}

// Usual lines are in fact taken quickly.
func TestQuickLinesAreQuick(t *testing.T) {
	f := &lineFile{types: map[string]tsdb.ValueType{}, dims: map[string]bool{}}
	f.mapping = &Mapping{Unit: Nanoseconds}
	b := newLineBatch(f, "", place{})
	b.add([]byte(`cpu,host=a n=1i,x=1.5,ok=t,s="x" 7`), 1)
	b.add([]byte(`disk,host=a n=1i 7`), 2)
	for _, line := range []string{
		`cpu,host=a n=-12i,x=0.001,ok=false,s="a b" 8`, `cpu,host=a s="",n=0i 8`, `cpu,host=a x=3`, `disk,host=a x=3,ok=F -9`, "cpu,host=a n=5i 9\r",
	} {
		if !b.quick([]byte(line), 3) {
			t.Errorf("%q was not taken quickly", line)
		}
	}
	if got := b.rows; got != 7 {
		t.Errorf("%d rows, want 7", got)
	}
}

func FuzzLines(f *testing.F) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		f.Add(randomLines(rng))
	}
	f.Fuzz(func(t *testing.T, text string) { compareLines(t, text) })
}

// A line cannot make a batch so wide that nothing could take it.
func TestWideLines(t *testing.T) {
	var fields, tags strings.Builder
	for i := range maxFields + 2 {
		fmt.Fprintf(&fields, ",f%d=1i", i)
		fmt.Fprintf(&tags, ",t%d=x", i)
	}
	got := readLines(t, "m n=1i 1\nm "+fields.String()[1:]+" 1\nm"+tags.String()+" n=1i 1\nm n=2i 2\n", false)
	if got[0] != "4 read, 2 refused, next line 5" || !strings.Contains(got[1], "more than 2048 fields") || !strings.Contains(got[2], "more than 512 tags") {
		t.Errorf("%.200q, want the second and third line refused", got)
	}
}

// Series that differ only in how they are written are one, and lines beyond the buffer
// are read whole.
func TestLinesOfOneSeries(t *testing.T) {
	w := newWorld(t, Options{})
	long := strings.Repeat("x", 2000)
	text := fmt.Sprintf("m,a=1,b=2 n=1i %d\nm,b=2,a=1 n=2i %[1]d\nm,b=2,a=1 n=3i %d\nm,a=1,b=2 n=4i,s=%q %d\n", ms(0), ms(1e9), long, ms(2e9)) +
		"# " + strings.Repeat("y", 2*lineBuffer) + fmt.Sprintf("\nm,a=1,b=2 n=5i %d\n", ms(3e9))
	s := w.load(t, Spec{Format: Lines, Plan: Plan{Unit: Milliseconds}}, text, 1<<20)
	if s.State != Succeeded || s.Read != 5 || s.Stored != 5 {
		t.Fatalf("%+v, want 5 records stored", s)
	}
	if got := storedRows(t, w); !slices.Equal(got, []string{"1", "3", "4", "5"}) {
		t.Errorf("n is %v, want 1, 3, 4, 5: the first line of an instant counts", got)
	}
}

// storedRows are the values of the store's own tables, by time.
func storedRows(t *testing.T, w *world) (list []string) {
	t.Helper()
	conn, err := w.engine.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	tables, err := conn.Query(t.Context(), "SELECT table_name FROM duckdb_tables() WHERE regexp_full_match(table_name, 't1_r\\d+|t1_s\\d+|t1_\\w\\d+') AND NOT temporary")
	if err != nil {
		t.Fatal(err)
	}
	names, err := tables.All(t.Context())
	if err != nil || len(names) == 0 {
		t.Fatalf("%d tables, %v", len(names), err)
	}
	for _, name := range names {
		rows, err := conn.Query(t.Context(), "SELECT v0::VARCHAR FROM "+name[0].(string)+" ORDER BY time")
		if err != nil {
			t.Fatal(err)
		}
		all, err := rows.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range all {
			list = append(list, row[0].(string))
		}
	}
	return list
}
