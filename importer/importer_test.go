package importer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/tsdb"
)

var ref = tsdb.TableRef{Database: "plant", Table: "sensors"}

// base is the time of the test clock.
var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// recorder is a store that notes what it stored: the records left in the source.
type recorder struct {
	*tsdb.DB
	rows []string
}

func (r *recorder) Bulk(ctx context.Context, conn *duckdb.Conn, ref tsdb.TableRef, b tsdb.Bulk) (tsdb.BulkReport, error) {
	report, err := r.DB.Bulk(ctx, conn, ref, b)
	if err != nil {
		return report, err
	}
	text := "SELECT measure, version, epoch_ns(time)"
	for i := range b.Dimensions {
		text += fmt.Sprintf(", d%d", i)
	}
	for i := range b.Measures {
		text += fmt.Sprintf(", v%d", i)
	}
	from := b.Source + " s"
	if b.Series != "" {
		from += " JOIN " + b.Series + " USING (series)"
	}
	rows, err := conn.Query(ctx, text+" FROM "+from+" ORDER BY s."+b.Number)
	if err != nil {
		return report, err
	}
	all, err := rows.All(ctx)
	for _, row := range all {
		line := fmt.Sprintf("%v/%v @%v", row[0], row[1], time.Unix(0, row[2].(int64)).Sub(base))
		for i, name := range b.Dimensions {
			if v := row[3+i]; v != nil {
				line += fmt.Sprintf(" %s:%v", name, v)
			}
		}
		for i, m := range b.Measures {
			if v := row[3+len(b.Dimensions)+i]; v != nil {
				line += fmt.Sprintf(" %s=%v", m.Name, v)
			}
		}
		r.rows = append(r.rows, line)
	}
	return report, err
}

// world is an importer over a real store.
type world struct {
	*Importer
	store  *recorder
	engine *duckdb.Engine
	dir    string
}

func newWorld(t testing.TB, opts Options) *world {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	ctx := context.Background()
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(dir, "hot.db"), AllowedDirs: []string{dir}})
	must(err)
	metadata, err := meta.Open(ctx, filepath.Join(dir, "meta.db"))
	must(err)
	db, err := tsdb.Open(ctx, tsdb.Options{Engine: engine, Meta: metadata, Now: func() time.Time { return base }})
	must(err)
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- db.Run(running) }()
	_, err = db.CreateDatabase(ctx, ref.Database, "", nil)
	must(err)
	_, err = db.CreateTable(ctx, ref, tsdb.TableOptions{})
	must(err)
	w := &world{store: &recorder{DB: db}, engine: engine, dir: dir}
	opts.Engine, opts.Store, opts.Dir = engine, w.store, filepath.Join(dir, "imports")
	w.Importer, err = Open(opts)
	must(err)
	t.Cleanup(func() {
		must(w.Close())
		stop()
		must(<-ended)
		must(db.Close())
		must(engine.Close())
		must(metadata.Close())
	})
	return w
}

// quiet stores without noting what.
func (w *world) quiet() { w.opts.Store = w.store.DB }

// load sends a file in parts of some bytes and waits for the end.
func (w *world) load(t testing.TB, spec Spec, text string, part int) Status {
	t.Helper()
	spec.Table = ref
	id, err := w.Begin(spec)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(text); at += part {
		if _, err := w.Add(t.Context(), id, int64(at), []byte(text[at:min(at+part, len(text))])); err != nil {
			break // the status says why
		}
	}
	if err := w.Finish(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	j, err := w.job(id)
	if err != nil {
		t.Fatal(err)
	}
	w.work.Wait()
	return j.status()
}

// report prints refusals with their lines.
func report(s Status) (list []string) {
	for _, r := range s.Refusals {
		line := fmt.Sprintf("%d %s", r.Count, r.Reason)
		for _, sample := range r.Samples {
			line += fmt.Sprintf(" [%d %s]", sample.Line, sample.Text)
		}
		list = append(list, line)
	}
	return list
}

func ms(offset time.Duration) int64 { return base.Add(offset).UnixMilli() }

func TestFiles(t *testing.T) {
	long := strings.Repeat("x", 2049)
	tests := []struct {
		name, text string
		spec       Spec
		want       []string
		refused    []string
	}{
		{
			name: "types and roles are found",
			text: "time,host,cpu,load,up,note\n2026-03-01 12:00:00,a,1,0.5,true,fine\n2026-03-01T11:59:59.123456789Z,b,2,1,false,\n2026-03-01T12:59:58+01:00,,3,2,true,x\n",
			spec: Spec{Format: CSV, Plan: Plan{Dimensions: []ColumnName{{Source: "host"}}}},
			want: []string{"sensors/1 @0s host:a cpu=1 load=0.5 up=true note=fine", "sensors/1 @-876.543211ms host:b cpu=2 load=1 up=false", "sensors/1 @-2s cpu=3 load=2 up=true note=x"},
		},
		{
			name: "texts are dimensions when nothing is said",
			text: fmt.Sprintf("time,host,cpu\r\n%d,a,1\r\n", ms(0)),
			spec: Spec{Format: CSV}, refused: nil,
			want: []string{"sensors/1 @0s host:a cpu=1"},
		},
		{
			name:    "lines that end in two ways",
			text:    fmt.Sprintf("time,host,n\r\n%d,a,1\n\r\n\n%[1]d,b,2\r\n%[1]d,c,x\n%[1]d,\"d\r\n\",4\r\n%[1]d,e,5\r", ms(0)),
			spec:    Spec{Format: CSV, Plan: Plan{Measures: []ValueColumn{{Source: "n", Type: tsdb.Bigint}}}},
			want:    []string{"sensors/1 @0s host:a n=1", "sensors/1 @0s host:b n=2", "sensors/1 @0s host:d\r\n n=4", "sensors/1 @0s host:e n=5"},
			refused: []string{fmt.Sprintf(`1 The column "n" has a value that is not a BIGINT. [6 %d,c,x]`, ms(0))},
		},
		{
			name: "names, versions and a measure column",
			text: fmt.Sprintf("ts;h;m;ver;x\n%d;a;room;3;7\n", base.Unix()),
			spec: Spec{Format: CSV, CSV: Dialect{Delimiter: ";"}, Plan: Plan{
				Time: "ts", Unit: Seconds, Dimensions: []ColumnName{{"h", "host"}}, Measures: []ValueColumn{{"x", "value", tsdb.Double}}, MeasureColumn: "m", VersionColumn: "ver"}},
			want: []string{"room/3 @0s host:a value=7"},
		},
		{
			name: "single-measure records",
			text: fmt.Sprintf("time,host,x,y\n%d,a,1,\n%d,b,2,3\n", ms(0), ms(0)),
			spec: Spec{Format: CSV, Plan: Plan{Single: true, Dimensions: []ColumnName{{Source: "host"}}}},
			want: []string{"x/1 @0s host:a =1", "x/1 @0s host:b =2", "y/1 @0s host:b =3"},
		},
		{
			name: "every refusal has its line",
			text: "time,host,n,x,s\n" +
				fmt.Sprintf("%d,a,1,1.5,\"two\nlines\"\n\n", ms(0)) +
				fmt.Sprintf("%d,b,1.5,1,s\n", ms(0)) + // line 5: no whole number
				fmt.Sprintf("%d,c,1,nan,s\n", ms(0)) +
				fmt.Sprintf("%d,d,1,-0.0,s\n", ms(0)) +
				fmt.Sprintf("%d,e,1,1,s\n", ms(16*time.Minute)) + // beyond the future limit
				"later,f,1,1,s\n" +
				fmt.Sprintf("%d,g,,,\n", ms(0)) +
				fmt.Sprintf("%d,%s,1,1,s\n", ms(0), long) +
				"1,2\n" +
				fmt.Sprintf("%d,h,2,2,s", ms(0)),
			spec: Spec{Format: CSV, Plan: Plan{Dimensions: []ColumnName{{Source: "host"}}, Measures: []ValueColumn{{Source: "n", Type: tsdb.Bigint}, {Source: "x", Type: tsdb.Double}, {Source: "s"}}}},
			want: []string{"sensors/1 @0s host:a n=1 x=1.5 s=two\nlines", "sensors/1 @0s host:h n=2 x=2 s=s"},
			refused: []string{
				fmt.Sprintf(`1 The column "time" has a value that is not a time. [9 later,f,1,1,s]`),
				fmt.Sprintf(`1 The column "n" has a value that is not a BIGINT. [5 %d,b,1.5,1,s]`, ms(0)),
				fmt.Sprintf("1 The record timestamp is outside the retention of the table, or too far in the future. [8 %d,e,1,1,s]", ms(16*time.Minute)),
				fmt.Sprintf("1 The measure 'x' must be a finite number. [6 %d,c,1,nan,s]", ms(0)),
				fmt.Sprintf("1 The measure 'x' must not be negative zero. [7 %d,d,1,-0.0,s]", ms(0)),
				fmt.Sprintf("1 The record has no measure value. [10 %d,g,,,]", ms(0)),
				fmt.Sprintf("1 The names and values of the record's dimensions exceed 2048 bytes. [11 %s…]", fmt.Sprintf("%d,%s", ms(0), long)[:maxSampled]),
				"1 The row has fewer columns than the header. [12 1,2]",
			},
		},
		{
			name: "line protocol",
			text: fmt.Sprintf("room,host=a,floor=1 t=21.5,n=3i,ok=t,s=\"x\" %d\n# comment\nhall,host=b t=1 %d\nhall,host=b t=1i %[2]d\nhall,host=c n=1i,n=2i %[2]d\nhall host=1 %[2]d\nbroken\nhall,host=d late=1i %d\nroom t=2 %[1]d", ms(0), ms(time.Second), ms(time.Hour)),
			spec: Spec{Format: Lines, Plan: Plan{Unit: Milliseconds}},
			want: []string{"room/1 @0s host:a floor:1 t=21.5 n=3 ok=true s=x", "hall/1 @1s host:b t=1", "room/1 @0s t=2"},
			refused: []string{
				fmt.Sprintf("1 The record timestamp is outside the retention of the table, or too far in the future. [8 hall,host=d late=1i %d]", ms(time.Hour)),
				fmt.Sprintf(`1 The field "t" has another type than before. [4 hall,host=b t=1i %d]`, ms(time.Second)),
				fmt.Sprintf("1 The line has a field twice. [5 hall,host=c n=1i,n=2i %d]", ms(time.Second)),
				fmt.Sprintf(`1 The name "host" cannot be both a dimension and a measure. [6 hall host=1 %d]`, ms(time.Second)),
				"1 The line cannot be read: the line has no field. [7 broken]",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, part := range []int{1 << 20, 7} { // whole, and in small parts cut into small chunks
				w := newWorld(t, Options{ChunkBytes: int64(part)})
				s := w.load(t, test.spec, test.text, part)
				if s.State != Succeeded || s.Stored != int64(len(test.want)) {
					t.Fatalf("parts of %d: state %s, error %v, %d stored; want %d stored", part, s.State, s.Err, s.Stored, len(test.want))
				}
				if diff := cmp.Diff(test.want, w.store.rows); diff != "" && part > 100 {
					t.Errorf("records differ:\n%s", diff)
				}
				got := report(s)
				if diff := cmp.Diff(sorted(test.refused), sorted(got)); diff != "" {
					t.Errorf("parts of %d: refusals differ:\n%s", part, diff)
				}
			}
		})
	}
}

func sorted(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}

// Rows of Parquet are stored some at a time, and named by their number.
func TestParquet(t *testing.T) {
	w := newWorld(t, Options{ChunkRows: 3})
	path := filepath.Join(w.dir, "x.parquet")
	conn, err := w.engine.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = conn.Exec(t.Context(), "COPY (SELECT CASE WHEN i <> 4 THEN TIMESTAMP '2026-03-01 11:00:00' + INTERVAL (i) SECOND END AS time, 'h' || i AS host, i AS n, i * 1.5 AS d FROM range(8) r(i)) TO "+
		duckdb.Quote(path)+" (FORMAT parquet)")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := w.load(t, Spec{Format: Parquet}, string(text), 100)
	if s.State != Succeeded || s.Read != 8 || s.Stored != 7 {
		t.Fatalf("state %s, error %v, %d read, %d stored; want 8 read and 7 stored", s.State, s.Err, s.Read, s.Stored)
	}
	if want := []string{"1 The record has no time. [5 ]"}; !cmp.Equal(want, report(s)) {
		t.Errorf("refusals %q, want %q", report(s), want)
	}
	if got, want := w.store.rows[6], "sensors/1 @-59m53s host:h7 n=7 d=10.5"; got != want {
		t.Errorf("the last record is %q, want %q", got, want)
	}
}

// A file that is none, or lacks what the plan names, fails with a reason and stores nothing.
func TestFailures(t *testing.T) {
	tests := []struct {
		name, text string
		spec       Spec
		want       string
	}{
		{"unknown column", "time,a,b\n1,2,3\n", Spec{Format: CSV, Plan: Plan{Dimensions: []ColumnName{{Source: "host"}}}}, `no column "host". It has time, a, b`},
		{"no time", "t,a\n1,2\n", Spec{Format: CSV}, `no column "time"`},
		{"a name twice", "time,a,a\n1,2,3\n", Spec{Format: CSV}, `"a" is there twice`},
		{"reserved name", "time,ts_x,b\n1,2,3\n", Spec{Format: CSV, Plan: Plan{Dimensions: []ColumnName{{Source: "ts_x"}}}}, "is reserved"},
		{"quote that is not closed", "time,a\n1,\"2\n", Spec{Format: CSV}, "line 2: a quotation mark is not closed"},
		{"wrong delimiter", "time;a\n1;2\n", Spec{Format: CSV}, "is ',' the delimiter?"},
		{"empty", "", Spec{Format: CSV}, "no records"},
		{"carriage return in a value", "time,a\r\n1,2\n3,\r4\r\n", Spec{Format: CSV}, "line 3: a carriage return stands outside quotes"},
		{"no Parquet", "PAR1 or not", Spec{Format: Parquet}, "cannot be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, Options{})
			s := w.load(t, test.spec, test.text, 1<<20)
			if s.State != Failed || s.Err == nil || !strings.Contains(s.Err.Error(), test.want) || s.Stored != 0 {
				t.Errorf("state %s, error %v, %d stored; want a failure that says %q", s.State, s.Err, s.Stored, test.want)
			}
		})
	}
}

// Parts come once, in order, and not after the end.
func TestParts(t *testing.T) {
	w := newWorld(t, Options{MaxImports: 1})
	id, err := w.Begin(Spec{Table: ref, Format: CSV})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Begin(Spec{Table: ref, Format: CSV}); fault.KindOf(err) != fault.Throttled {
		t.Errorf("a second import gives %v, want Throttled", err)
	}
	add := func(offset int64, text string, want int64, kind fault.Kind) {
		t.Helper()
		got, err := w.Add(t.Context(), id, offset, []byte(text))
		if got != want || err != nil && fault.KindOf(err) != kind || err == nil && kind != fault.Internal {
			t.Errorf("Add(%d, %q) = %d, %v, want %d, kind %v", offset, text, got, err, want, kind)
		}
	}
	text := fmt.Sprintf("time,h,x\n%d,a,1\n", ms(0))
	add(3, "x", 0, fault.Conflict)
	add(0, text[:5], 5, fault.Internal)
	add(0, text[:5], 5, fault.Internal) // again: the answer was lost
	add(2, text[2:], int64(len(text)), fault.Internal)
	if err := w.Finish(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	add(int64(len(text)), "x", int64(len(text)), fault.Conflict)
	w.work.Wait()
	if s, err := w.Status(id); err != nil || s.State != Succeeded || s.Stored != 1 {
		t.Errorf("Status = %+v, %v, want one record stored", s, err)
	}
	if left, err := os.ReadDir(filepath.Join(w.dir, "imports")); err != nil || len(left) != 0 {
		t.Errorf("%d directories are left, %v", len(left), err)
	}
	if _, err := w.Status("none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Status of no import: %v, want NotFound", err)
	}
}

// The model of AWS's batch load makes the records that its guide says.
func TestModel(t *testing.T) {
	const model = `{"TimeColumn":"ts","TimeUnit":"SECONDS","DimensionMappings":[{"SourceColumn":"h","DestinationColumn":"host"}],"MeasureNameColumn":"kind",
		"MixedMeasureMappings":[{"MeasureName":"climate","TargetMeasureName":"air","MeasureValueType":"MULTI","MultiMeasureAttributeMappings":[
		{"SourceColumn":"a","TargetMultiMeasureAttributeName":"temperature","MeasureValueType":"DOUBLE"},{"SourceColumn":"b","MeasureValueType":"BIGINT"}]},
		{"MeasureName":"count","SourceColumn":"b","MeasureValueType":"BIGINT"}]}`
	var p Plan
	if err := ParseModel([]byte(model), &p); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, Options{})
	s := w.load(t, Spec{Format: CSV, Plan: p}, fmt.Sprintf("ts,h,kind,a,b\n%d,x,climate,20.5,4\n%[1]d,x,count,,9\n%[1]d,x,other,1,1\n", base.Unix()), 1<<20)
	want := []string{"air/1 @0s host:x temperature=20.5 b=4", "count/1 @0s host:x =9"}
	if diff := cmp.Diff(want, w.store.rows); diff != "" || s.Read != 3 || s.Refused != 1 {
		t.Errorf("%d read, %d refused (%v); records differ:\n%s", s.Read, s.Refused, s.Err, diff)
	}
	for name, text := range map[string]string{
		"no JSON": `{`, "unknown member": `{"Time":"x"}`, "no dimension": `{"MultiMeasureMappings":{}}`,
		"neither":      `{"DimensionMappings":[{"SourceColumn":"h"}]}`,
		"no name":      `{"DimensionMappings":[{"SourceColumn":"h"}],"MultiMeasureMappings":{"MultiMeasureAttributeMappings":[{"SourceColumn":"x"}]}}`,
		"wrong type":   `{"DimensionMappings":[{"SourceColumn":"h"}],"MultiMeasureMappings":{"TargetMultiMeasureName":"m","MultiMeasureAttributeMappings":[{"SourceColumn":"x","MeasureValueType":"INT"}]}}`,
		"no attribute": `{"DimensionMappings":[{"SourceColumn":"h"}],"MultiMeasureMappings":{"TargetMultiMeasureName":"m"}}`,
	} {
		if err := ParseModel([]byte(text), &Plan{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: ParseModel gives %v, want Invalid", name, err)
		}
	}
}

func TestLastRecord(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a": 0, "a\n": 2, "a\nb": 2, "a\n\"x\ny": 2, "a\n\"x\ny\"": 2, "\"a\nb\"\nc": 6, "\"a\nb": 0, "a,\"b\"\"c\"\nd\n": 11, "\"a\"\n\"b\n\",\"": 4,
	} {
		if got := lastRecord([]byte(text), '"'); got != want {
			t.Errorf("lastRecord(%q) = %d, want %d", text, got, want)
		}
	}
}

// plainly removes carriage returns before line feeds, and reports whether none stands
// alone, outside quotes.
func plainly(text []byte) (out []byte, ok bool) {
	inside := false
	for i, c := range text {
		if c == '"' {
			inside = !inside
		}
		if c == '\r' && !inside {
			if i+1 < len(text) && text[i+1] != '\n' {
				return nil, false
			}
			continue
		}
		out = append(out, c)
	}
	return out, true
}

// Wherever parts end, the same records come out, whole, and with plain ends.
func FuzzSpool(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n2,z"), 3)
	f.Add([]byte("a,b\r\n1,\"x\r\ny\"\r\n\r\n2,\"\r\"\n3,z\r"), 4)
	f.Fuzz(func(t *testing.T, text []byte, part int) {
		if part < 1 || len(text) > 1000 || bytes.Count(text, []byte{'"'})%2 == 1 {
			return
		}
		want, ok := plainly(text)
		if !ok {
			return
		}
		s := spool{dir: t.TempDir(), cut: lastRecord, quote: '"', ends: true, bytes: 10, lines: 2, line: 1}
		var out []byte
		take := func() {
			c, err := s.take()
			if err != nil {
				t.Fatal(err)
			}
			if c.bytes > 0 {
				text, err := os.ReadFile(c.path)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Count(text, []byte{'"'})%2 == 1 {
					t.Errorf("the chunk %q ends in quotes", text)
				}
				out = append(out, text...)
			}
			s.taken()
		}
		for rest := text; len(rest) > 0; {
			n := min(part, len(rest))
			if s.full() {
				take()
			}
			if err := s.add(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		take()
		if got, want := bytes.TrimSpace(out), bytes.TrimSpace(want); !bytes.Equal(got, want) {
			t.Errorf("%q in parts of %d came out as %q", text, part, got)
		}
	})
}
