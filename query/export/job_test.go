package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"tidemark/fault"
	"tidemark/objects"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// shelf keeps objects in memory, and fails when told to.
type shelf struct {
	objects map[string][]byte // by URL
	order   []string          // of commits
	open    int
	fail    func(operation, key string) error // nil never fails
}

func newShelf() *shelf { return &shelf{objects: map[string][]byte{}} }

func (s *shelf) failure(operation, key string) error {
	if s.fail == nil {
		return nil
	}
	return s.fail(operation, key)
}

func (s *shelf) Check(_ context.Context, t objects.Target) error { return s.failure("check", t.Key) }

func (s *shelf) Create(_ context.Context, t objects.Target) (objects.Object, error) {
	if err := s.failure("create", t.Key); err != nil {
		return nil, err
	}
	s.open++
	return &item{shelf: s, target: t}, nil
}

func (s *shelf) Remove(_ context.Context, t objects.Target) error {
	delete(s.objects, t.URL())
	return nil
}

type item struct {
	shelf  *shelf
	target objects.Target
	data   bytes.Buffer
	ended  bool
}

func (i *item) Write(p []byte) (int, error) {
	if err := i.shelf.failure("write", i.target.Key); err != nil {
		return 0, err
	}
	return i.data.Write(p)
}

func (i *item) Commit(context.Context) error {
	if err := i.shelf.failure("commit", i.target.Key); err != nil {
		return err
	}
	i.shelf.objects[i.target.URL()] = i.data.Bytes()
	i.shelf.order = append(i.shelf.order, i.target.URL())
	return i.Abort()
}

func (i *item) Abort() error {
	if !i.ended {
		i.shelf.open--
	}
	i.ended = true
	return nil
}

// feed gives rows in batches of two.
func feed(rows ...[]any) func(context.Context) ([][]any, error) {
	return func(context.Context) ([][]any, error) {
		if len(rows) == 0 {
			return nil, io.EOF
		}
		n := min(2, len(rows))
		batch := rows[:n]
		rows = rows[n:]
		return batch, nil
	}
}

// csvJob is a job without compression on a shelf.
func csvJob(s *shelf, columns ...Column) *Job {
	return &Job{ID: "QID", Columns: columns, Store: s, UnloadOptions: plan.UnloadOptions{
		Bucket: "bkt", Prefix: "a/b", FieldDelimiter: ',', EscapedBy: '\\', MaxFileSize: 1 << 30,
	}}
}

func col(name string, kind types.Kind) Column { return Column{name, types.Of(kind)} }

// uuids are what makes names of files different.
var uuids = regexp.MustCompile(`_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// listing shows the objects by name, with UUID for what is random.
func (s *shelf) listing() map[string]string {
	m := map[string]string{}
	for url, data := range s.objects {
		m[uuids.ReplaceAllString(url, "_UUID")] = string(data)
	}
	return m
}

func TestFilesOfCSV(t *testing.T) {
	s := newShelf()
	job := csvJob(s, col("n", types.Bigint), col("text", types.Varchar), col("region", types.Varchar), col("at", types.Timestamp))
	job.Partitioned, job.IncludeHeader = 2, true
	at := int64(1575486000000000000) // 2019-12-04 19:00:00
	r, err := job.Run(t.Context(), feed(
		[]any{int64(1), "x", "eu", at}, []any{int64(2), nil, "eu", at}, []any{int64(3), "y", nil, at}, []any{int64(4), "z", "", nil}, []any{int64(5), "w", "eu", at},
	))
	if err != nil {
		t.Fatal(err)
	}
	const dir = "s3://bkt/a/b/results/"
	got := s.listing()
	for name, want := range map[string]string{
		dir + "region=eu/at=2019-12-04 19%3A00%3A00.000000000/QID_UUID.csv":                         "n,text\n1,x\n2,\n5,w\n",
		dir + "region=__HIVE_DEFAULT_PARTITION__/at=2019-12-04 19%3A00%3A00.000000000/QID_UUID.csv": "n,text\n3,y\n",
		dir + "region=/at=__HIVE_DEFAULT_PARTITION__/QID_UUID.csv":                                  "n,text\n4,z\n",
	} {
		if got[name] != want {
			t.Errorf("%s has %q, want %q", name, got[name], want)
		}
	}
	if len(got) != 5 || r.Rows != 5 || s.open != 0 {
		t.Errorf("%d objects, %d rows, %d open; want 5, 5, none:\n%s", len(got), r.Rows, s.open, slices.Collect(maps.Keys(got)))
	}
	if n := len(s.order); s.order[n-1] != r.Manifest || s.order[n-2] != r.Metadata {
		t.Errorf("the last objects are %v, want metadata and then manifest", s.order)
	}
	checkManifest(t, s, r)
}

func checkManifest(t *testing.T, s *shelf, r Result) {
	t.Helper()
	const name = "s3://bkt/a/b/QID_UUID"
	if uuids.ReplaceAllString(r.Manifest, "_UUID") != name+"_manifest.json" || strings.TrimSuffix(r.Manifest, "_manifest.json") != strings.TrimSuffix(r.Metadata, "_metadata.json") {
		t.Errorf("manifest %s, metadata %s", r.Manifest, r.Metadata)
	}
	var m struct {
		Files []struct {
			URL  string `json:"url"`
			File struct {
				Bytes int `json:"content_length_in_bytes"`
				Rows  int `json:"row_count"`
			} `json:"file_metadata"`
		} `json:"result_files"`
		Query  map[string]any    `json:"query_metadata"`
		Author map[string]string `json:"author"`
	}
	decode(t, s.objects[r.Manifest], &m)
	bytes, rows := 0, 0
	for _, f := range m.Files {
		if len(s.objects[f.URL]) != f.File.Bytes {
			t.Errorf("%s has %d bytes, the manifest says %d", f.URL, len(s.objects[f.URL]), f.File.Bytes)
		}
		bytes, rows = bytes+f.File.Bytes, rows+f.File.Rows
	}
	want := map[string]any{"content_length_in_bytes": float64(bytes), "total_row_count": 5.0, "result_format": "CSV", "result_version": "Amazon Timestream version 1.0.0"}
	if len(m.Files) != 3 || rows != 5 || !maps.Equal(m.Query, want) || !maps.Equal(m.Author, map[string]string{"name": "Amazon Timestream", "manifest_file_version": "1.0"}) {
		t.Errorf("the manifest is %s", s.objects[r.Manifest])
	}
	const metadata = `{"ColumnInfo":[{"Name":"n","Type":{"ScalarType":"BIGINT"}},{"Name":"text","Type":{"ScalarType":"VARCHAR"}},` +
		`{"Name":"region","Type":{"ScalarType":"VARCHAR"}},{"Name":"at","Type":{"ScalarType":"TIMESTAMP"}}],"Author":{"Name":"Amazon Timestream","MetadataFileVersion":"1.0"}}`
	if got := string(s.objects[r.Metadata]); got != metadata {
		t.Errorf("the metadata is\n%s\nwant\n%s", got, metadata)
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

func TestNestedMetadata(t *testing.T) {
	s := newShelf()
	row := types.Type{Kind: types.Row, Fields: []types.Field{{Name: "a", Type: types.Of(types.Integer)}, {Type: types.Of(types.IntervalDayToSecond)}}}
	series := types.Type{Kind: types.Timeseries, Elem: &types.Type{Kind: types.Double}}
	r, err := csvJob(s, Column{"rows", types.ArrayOf(row)}, Column{"", series}).Run(t.Context(), feed())
	const want = `{"ColumnInfo":[{"Name":"rows","Type":{"ArrayColumnInfo":{"Type":{"RowColumnInfo":[{"Name":"a","Type":{"ScalarType":"INTEGER"}},` +
		`{"Name":"field1","Type":{"ScalarType":"INTERVAL_DAY_TO_SECOND"}}]}}}},` +
		`{"Name":"","Type":{"TimeSeriesMeasureValueColumnInfo":{"Type":{"ScalarType":"DOUBLE"}}}}],"Author":{"Name":"Amazon Timestream","MetadataFileVersion":"1.0"}}`
	if got := string(s.objects[r.Metadata]); err != nil || got != want {
		t.Errorf("the metadata is\n%s (%v)\nwant\n%s", got, err, want)
	}
	const none = `{"result_files":[],"query_metadata":{"content_length_in_bytes":0,"total_row_count":0,"result_format":"CSV","result_version":"Amazon Timestream version 1.0.0"},"author":{"name":"Amazon Timestream","manifest_file_version":"1.0"}}`
	if got := string(s.objects[r.Manifest]); got != none || len(s.objects) != 2 {
		t.Errorf("the manifest of no rows is\n%s\nof %d objects; want\n%s", got, len(s.objects), none)
	}
}

// A bucket of its own, without a folder.
func TestEmptyPrefix(t *testing.T) {
	s := newShelf()
	job := csvJob(s, col("n", types.Bigint))
	job.Prefix = ""
	if _, err := job.Run(t.Context(), feed([]any{int64(1)})); err != nil {
		t.Fatal(err)
	}
	want := []string{"s3://bkt/QID_UUID_manifest.json", "s3://bkt/QID_UUID_metadata.json", "s3://bkt/results/QID_UUID.csv"}
	if got := slices.Sorted(maps.Keys(s.listing())); !slices.Equal(got, want) {
		t.Errorf("objects %v, want %v", got, want)
	}
}

func TestPartitionLimits(t *testing.T) {
	rows := func(n int) (rows [][]any) {
		for i := range n {
			rows = append(rows, []any{int64(i), fmt.Sprint(i % n)})
		}
		return rows
	}
	for _, c := range []struct {
		rows [][]any
		want string
		kind fault.Kind
	}{
		{rows(100), "", 0},
		{rows(101), "UNLOAD failed: the rows are of more than 100 partitions, the most of one query", fault.Exceeded},
		{[][]any{{int64(1), "grün"}}, "UNLOAD failed: the partition column 'p' has the value 'grün': values of partition columns must be ASCII", fault.Invalid},
	} {
		s := newShelf()
		job := csvJob(s, col("n", types.Bigint), col("p", types.Varchar))
		job.Partitioned = 1
		_, err := job.Run(t.Context(), feed(c.rows...))
		switch {
		case c.want == "":
			if err != nil || len(s.objects) != 102 {
				t.Errorf("%d partitions: %v, %d objects, want 102", len(c.rows), err, len(s.objects))
			}
		case err == nil || err.Error() != c.want || fault.KindOf(err) != c.kind || len(s.objects) != 0 || s.open != 0:
			t.Errorf("%d rows: %v (%v), %d objects, %d open; want %s and nothing left", len(c.rows), err, fault.KindOf(err), len(s.objects), s.open, c.want)
		}
	}
}

// Whatever fails, at whatever step: nothing remains, and above all no manifest.
func TestFailuresLeaveNothing(t *testing.T) {
	broken := errors.New("no space left on device")
	for _, operation := range []string{"create", "write", "commit"} {
		for _, part := range []string{"p=a/", "p=b/", "_metadata.json", "_manifest.json"} {
			s := newShelf()
			s.fail = func(o, key string) error {
				if o == operation && strings.Contains(key, part) {
					return broken
				}
				return nil
			}
			job := csvJob(s, col("n", types.Bigint), col("p", types.Varchar))
			job.Partitioned = 1
			_, err := job.Run(t.Context(), feed([]any{int64(1), "a"}, []any{int64(2), "b"}))
			if !errors.Is(err, broken) || err.Error() != "UNLOAD failed: no space left on device" || len(s.objects) != 0 || s.open != 0 {
				t.Errorf("%s of %s fails: %v, %d objects, %d open; want the failure and nothing left", operation, part, err, len(s.objects), s.open)
			}
		}
	}
}

func TestFailuresOfTheQuery(t *testing.T) {
	s, broken := newShelf(), errors.New("division by zero")
	more := feed([]any{int64(1)}, []any{int64(2)})
	_, err := csvJob(s, col("n", types.Bigint)).Run(t.Context(), func(ctx context.Context) ([][]any, error) {
		if rows, err := more(ctx); err == nil {
			return rows, nil
		}
		return nil, broken
	})
	if err != broken || len(s.objects) != 0 || s.open != 0 {
		t.Errorf("Run = %v, %d objects, %d open; want the query's own error and nothing left", err, len(s.objects), s.open)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	s.fail = func(operation, _ string) error {
		if operation == "write" {
			cancel(broken)
			return context.Canceled
		}
		return nil
	}
	if _, err := csvJob(s, col("n", types.Bigint)).Run(ctx, feed([]any{int64(1)})); err != broken || len(s.objects) != 0 || s.open != 0 {
		t.Errorf("Run that is ended = %v, %d objects, %d open; want who ended it and nothing left", err, len(s.objects), s.open)
	}
}

func TestCheck(t *testing.T) {
	job := csvJob(newShelf(), col("a", types.Bigint), col("a", types.Bigint))
	if err := job.Check(t.Context()); err != nil {
		t.Errorf("CSV with a name twice: %v, want nil", err)
	}
	job.Format = plan.UnloadParquet
	if err := job.Check(t.Context()); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "'a' is there twice") {
		t.Errorf("Parquet with a name twice: %v", err)
	}
}

// Every file keeps to the size, and together they are all rows in order.
func TestFileSizes(t *testing.T) {
	const size, count = 1 << 20, 40_000
	for _, zipped := range []bool{false, true} {
		s := newShelf()
		job := csvJob(s, col("n", types.Bigint), col("x", types.Double))
		job.MaxFileSize, job.Gzip, job.IncludeHeader = size, zipped, true
		var rows [][]any
		for i := range count {
			rows = append(rows, []any{int64(i), math.Sqrt(float64(i)) * 1e-7})
		}
		r, err := job.Run(t.Context(), feed(slices.Concat(rows, rows, rows)...))
		if err != nil {
			t.Fatal(err)
		}
		n, files := 0, 0
		for _, url := range s.order[:len(s.order)-2] {
			data := s.objects[url]
			if len(data) > size {
				t.Errorf("%s has %d bytes, more than %d", url, len(data), size)
			}
			if zipped {
				z, err := gzip.NewReader(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if data, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			files++
			lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
			if lines[0] != "n,x" {
				t.Errorf("%s begins with %q, want the header", url, lines[0])
			}
			for _, line := range lines[1:] {
				if !strings.HasPrefix(line, fmt.Sprint(n%count, ",")) {
					t.Fatalf("row %d is %q", n, line)
				}
				n++
			}
		}
		if n != 3*count || r.Rows != 3*count || files < 2 {
			t.Errorf("%d rows in %d files (%d counted), want %d in several", n, files, r.Rows, 3*count)
		}
	}
}
