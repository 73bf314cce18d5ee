package query

import (
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // reads Parquet, as a program apart

	"tidemark/fault"
	"tidemark/objects"
	"tidemark/query/cursor"
	"tidemark/query/export"
)

// openBuckets returns a store in a directory, and the directory.
func openBuckets(t testing.TB) (objects.Store, string) {
	t.Helper()
	dir := t.TempDir()
	store := must(objects.Open(t.Context(), objects.Location{Dir: dir}, objects.Options{}))(t)
	t.Cleanup(func() { store.Close() })
	return store, dir
}

// unloadFiles lists the files in a directory, by name with what is random in it as ID.
func unloadFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files[randomName.ReplaceAllString(filepath.ToSlash(name), "ID")] = path
		}
		if errors.Is(err, fs.ErrNotExist) { // it was just deleted
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// randomName is the id of a query and what makes the name of a file its own.
var randomName = regexp.MustCompile(`[A-Z2-7]{63}_[0-9a-f-]{36}`)

// The cases of testdata/unload.txt are as those of golden files, but for the sections
// "---- file NAME": what the files hold, Parquet as DuckDB reads it.
func TestUnload(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openDemo(t, Options{Objects: store})
	text, err := os.ReadFile("testdata/unload.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range parseGolden(string(text)) {
		t.Run(c.title, func(t *testing.T) {
			os.RemoveAll(filepath.Join(dir, "bucket"))
			query, _ := c.section("query")
			got, err := runAll(t, engine, query)
			if want, ok := c.section("error"); ok {
				if files := unloadFiles(t, dir); err == nil || err.Error() != want || len(files) != 0 {
					t.Errorf("%s\nerror %v, want %s, and no files, not %v", query, err, want, files)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s\nerror %v", query, err)
			}
			if want, _ := c.section("rows"); randomName.ReplaceAllString(got, "ID") != want {
				t.Errorf("%s\ngot\n%s\nwant\n%s", query, got, want)
			}
			checkUnloaded(t, c, unloadFiles(t, dir))
		})
	}
}

func checkUnloaded(t *testing.T, c *goldenCase, files map[string]string) {
	t.Helper()
	wanted := 0
	for _, s := range c.sections {
		name, ok := strings.CutPrefix(s.name, "file ")
		if !ok {
			continue
		}
		wanted++
		if path, ok := files[name]; !ok {
			t.Errorf("no file %s among %v", name, files)
		} else if got := fileText(t, path); got != s.text {
			t.Errorf("%s\n%s\nwant\n%s", name, got, s.text)
		}
	}
	results := 0
	for name := range files {
		if strings.Contains(name, "results/") {
			results++
		}
	}
	if wanted != results || len(files) != results+2 {
		t.Errorf("%d files of results, want %d, with a manifest and metadata: %v", results, wanted, files)
	}
}

// fileText is what another program reads in a file: DuckDB in Parquet, whose own names of
// types come first, and in compressed CSV.
func fileText(t *testing.T, path string) string {
	t.Helper()
	switch filepath.Ext(path) {
	case ".parquet":
		return duckText(t, "SELECT string_agg(column_name || ' ' || column_type, ' | ') FROM (DESCRIBE FROM read_parquet('"+path+"', hive_partitioning=false))") +
			"\n" + duckText(t, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet('"+path+"', hive_partitioning=false)")
	case ".gz":
		f := must(os.Open(path))(t)
		defer f.Close()
		return strings.TrimRight(string(must(io.ReadAll(must(gzip.NewReader(f))(t)))(t)), "\n")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(data), "\n")
}

// duckText runs a statement on a DuckDB of its own and prints its texts.
func duckText(t *testing.T, text string) string {
	t.Helper()
	db := must(sql.Open("duckdb", ""))(t)
	defer db.Close()
	rows := must(db.QueryContext(t.Context(), text))(t)
	defer rows.Close()
	columns := must(rows.Columns())(t)
	var lines []string
	for rows.Next() {
		cells, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			if texts[i] = c.String; !c.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, " | "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// The samples of the developer guide write what they say.
func TestUnloadSamples(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openSamples(t)
	engine.opt.Objects = store
	sampleCases(t, func(file string, c *goldenCase) {
		text, _ := c.section("query")
		if file != "unload" || strings.Contains(text, "ABC") {
			return
		}
		_, err := runAll(t, engine, text)
		if strings.Contains(text, "SSE_KMS") {
			if err == nil || !strings.Contains(err.Error(), "SSE_KMS") {
				t.Errorf("%s\n%v, want a refusal of SSE_KMS", text, err)
			}
		} else if err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	})
	manifests := 0
	for name := range unloadFiles(t, dir) {
		if strings.HasSuffix(name, "_manifest.json") {
			manifests++
		}
	}
	if manifests < 4 {
		t.Errorf("%d manifests, want one of each of at least 4 statements", manifests)
	}
}

// A statement that cannot end well is refused before anything runs.
func TestUnloadRefusals(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openDemo(t, Options{Objects: store})
	for target, want := range map[string]string{
		"s3://bucket/../../etc":                       "part \"..\"",
		"s3://bucket/a/./b":                           "part \".\"",
		"s3://bucket/a//b":                            "part \"\"",
		"s3://bucket//abs//":                          "", // outer slashes mean nothing
		"s3://../x":                                   "is not the name of a bucket",
		"s3://.uploads/x":                             "is not the name of a bucket",
		"s3://Bucket/x":                               "is not the name of a bucket",
		"s3://127.0.0.1/x":                            "is not the name of a bucket",
		"s3://bucket/nul\x00":                         "NUL",
		"s3://bucket/" + strings.Repeat("x", 256):     "255",
		"s3://bucket/" + strings.Repeat("long/", 300): "1024",
		"s3://bucket/" + strings.Repeat("x", 1<<17):   "1024",
	} {
		_, err := runAll(t, engine, "UNLOAD (SELECT host FROM demo.host) TO '"+target+"'")
		switch {
		case want == "" && err != nil:
			t.Errorf("%.60s: %v, want none", target, err)
		case want != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) || len(err.Error()) > 1000):
			t.Errorf("%.60q: %.300v, want %s", target, err, want)
		}
	}
	for name := range unloadFiles(t, dir) {
		if !strings.HasPrefix(name, "bucket/abs/") {
			t.Errorf("%s was written", name)
		}
	}
}

// There is one row, after empty pages that have a token. It is on the last page or, when
// the client waits so little that the end is not known yet, before an empty last one.
func TestUnloadPages(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openDemo(t, Options{Objects: store, Paging: cursor.Options{Wait: time.Millisecond}})
	text := "UNLOAD (" + numbers(300_000) + ") TO 's3://bucket/n' WITH (format = 'PARQUET')"
	page, empty := ask(t, engine, Request{Text: text}), 0
	rows := page.Rows
	for ; page.NextToken != ""; rows = append(rows, page.Rows...) {
		if len(rows) == 0 {
			empty++
		}
		if page.Progress == 100 || len(page.Columns) != 3 {
			t.Fatalf("a page before the last has progress %v, %d columns", page.Progress, len(page.Columns))
		}
		page = ask(t, engine, Request{Text: text, Token: page.NextToken})
	}
	if len(rows) != 1 || rows[0][0] != int64(300_000) || page.Progress != 100 || page.BytesMetered != leastMetered || empty == 0 {
		t.Fatalf("the rows, after %d empty pages: %v, progress %v, %d bytes metered", empty, rows, page.Progress, page.BytesMetered)
	}
	if want := "s3://bucket/n/" + page.QueryID + "_"; !strings.HasPrefix(rows[0][1].(string), want) {
		t.Errorf("the metadata is %s, want %s…", rows[0][1], want)
	}
	for name, path := range unloadFiles(t, dir) {
		if strings.HasSuffix(name, ".parquet") {
			if got := duckText(t, "SELECT CAST(count(*) AS VARCHAR), CAST(sum(n) AS VARCHAR) FROM read_parquet('"+path+"', hive_partitioning=false)"); got != "300000 | 44999850000" {
				t.Errorf("count and sum of the file are %s, want 300000 | 44999850000", got)
			}
		}
	}
}

// Cancelled, abandoned or closed, an UNLOAD leaves nothing.
func TestUnloadEnded(t *testing.T) {
	store, dir := openBuckets(t)
	var engine *Engine
	text := "UNLOAD (SELECT a.x * 10000 + b.x AS n FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (x)) TO 's3://bucket/n'"
	for name, end := range map[string]func(page *Page){
		"cancel": func(page *Page) {
			if _, err := engine.Cancel(t.Context(), page.QueryID); err != nil {
				t.Error(err)
			}
		},
		"close": func(*Page) {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		},
	} {
		engine = openDemo(t, Options{Objects: store, Paging: cursor.Options{Wait: time.Millisecond}})
		page := ask(t, engine, Request{Text: text})
		for len(unloadFiles(t, dir)) == 0 {
			page = ask(t, engine, Request{Text: text, Token: page.NextToken})
		}
		end(page)
		if _, err := engine.Query(t.Context(), Request{Text: text, Token: page.NextToken}); err == nil {
			t.Errorf("%s: there is a page after the end", name)
		}
		for deadline := time.Now().Add(2 * time.Minute); len(unloadFiles(t, dir)) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: files remain: %v", name, unloadFiles(t, dir))
			}
		}
	}
}

// fullStore has no room after so many bytes.
type fullStore struct {
	objects.Store
	room int
}

func (s *fullStore) Create(ctx context.Context, target objects.Target) (objects.Object, error) {
	o, err := s.Store.Create(ctx, target)
	return &fullObject{o, s}, err
}

type fullObject struct {
	objects.Object
	store *fullStore
}

func (o *fullObject) Write(p []byte) (int, error) {
	if o.store.room -= len(p); o.store.room < 0 {
		return 0, fault.New(fault.Unavailable, "write s3://bucket/x: %w", syscall.ENOSPC)
	}
	return o.Object.Write(p)
}

func TestUnloadFullDisk(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openDemo(t, Options{Objects: &fullStore{store, 100_000}})
	_, err := runAll(t, engine, "UNLOAD ("+numbers(100_000)+") TO 's3://bucket/n' WITH (compression = 'NONE')")
	failed, ok := errors.AsType[*ExecutionError](err)
	if !ok || failed.Text != "UNLOAD failed: write s3://bucket/x: no space left on device" || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a full disk is %v, want an ExecutionError that says so", err)
	}
	if files := unloadFiles(t, dir); len(files) != 0 {
		t.Errorf("files remain: %v", files)
	}
	if _, err := runAll(t, engine, "UNLOAD (SELECT 1 / (a.x - 9999) AS q FROM UNNEST(sequence(1, 10000)) AS a (x)) TO 's3://bucket/n'"); err == nil || !strings.Contains(strings.ToLower(err.Error()), "division by zero") {
		t.Errorf("a query that fails within an UNLOAD: %v, want its own error", err)
	}
	if files := unloadFiles(t, dir); len(files) != 0 {
		t.Errorf("files remain: %v", files)
	}
}

// EXPLAIN and PrepareQuery write nothing.
func TestUnloadDescribed(t *testing.T) {
	store, dir := openBuckets(t)
	engine := openDemo(t, Options{Objects: store})
	const text = "UNLOAD (SELECT host FROM demo.host) TO 's3://bucket/n'"
	columns, _, err := engine.Prepare(t.Context(), text)
	var names []string
	for _, c := range columns {
		names = append(names, c.Name+" "+c.Type.String())
	}
	if want := []string{"rows bigint", "metadataFile varchar", "manifestFile varchar"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("Prepare = %v, %v, want %v", names, err, want)
	}
	plan, program, err := engine.Explain(t.Context(), text)
	if err != nil || !strings.HasPrefix(plan, "Unload to s3://bucket/n as CSV with GZIP") || !strings.Contains(program, "SELECT") {
		t.Errorf("Explain = %s, %s, %v", plan, program, err)
	}
	if _, err := runAll(t, engine, "EXPLAIN "+text); err != nil {
		t.Error(err)
	}
	if files := unloadFiles(t, dir); len(files) != 0 {
		t.Errorf("files were written: %v", files)
	}
}

var _ export.Store = objects.Store(nil)
