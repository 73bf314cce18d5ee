package duckdb

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

func openEngine(t testing.TB, opts Options) *Engine {
	t.Helper()
	e, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func connect(t testing.TB, e *Engine) *Conn {
	t.Helper()
	c, err := e.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func query(t testing.TB, c *Conn, text string, args ...any) [][]any {
	t.Helper()
	rows, err := c.Query(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("Query(%q) = %v", text, err)
	}
	all, err := rows.All(t.Context())
	if err != nil {
		t.Fatalf("All(%q) = %v", text, err)
	}
	return all
}

func TestQueryReturnsGoValues(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	long := strings.Repeat("tide", 20)
	cases := []struct {
		expr string
		args []any
		want any
	}{
		{"NULL", nil, nil},
		{"true", nil, true},
		{"(-7)::TINYINT", nil, int32(-7)},
		{"42::INTEGER", nil, int32(42)},
		{"4000000000::UINTEGER", nil, int64(4000000000)},
		{"(-9223372036854775808)::BIGINT", nil, int64(-9223372036854775808)},
		{"(-1)::HUGEINT", nil, big.NewInt(-1)},
		{"1.5::DOUBLE", nil, 1.5},
		{"'short'", nil, "short"},
		{Quote(long), nil, long},
		{Quote("it's"), nil, "it's"},
		{Quote("\x00a'\x00") + " || 'b'", nil, "\x00a'\x00b"},
		{"DATE '1970-01-03'", nil, int32(2)},
		{"TIMESTAMP_NS '1970-01-01 00:00:01.000000007'", nil, int64(1_000_000_007)},
		{"[1::BIGINT, NULL, 3]", nil, []any{int64(1), nil, int64(3)}},
		{"[]::BIGINT[]", nil, []any{}},
		{"{'a': 1::BIGINT, 'b': 'x'}", nil, []any{int64(1), "x"}},
		{"row(1::BIGINT, 2::BIGINT)", nil, []any{int64(1), int64(2)}},
		{"[{'t': TIMESTAMP_NS '1970-01-01 00:00:00.000000009', 'v': ['q']}]", nil, []any{[]any{int64(9), []any{"q"}}}},
		{"MAP {'k': 5::BIGINT}", nil, []any{[]any{"k", int64(5)}}},
		{"$1::VARCHAR || $2::VARCHAR", []any{"a\x00b", long}, "a\x00b" + long},
		{"$1 + 1", []any{int64(41)}, int64(42)},
		{"epoch_ns($1)", []any{Timestamp(123456789)}, int64(123456789)},
		{"$1::DOUBLE", []any{nil}, nil},
	}
	for _, tc := range cases {
		got := query(t, c, "SELECT "+tc.expr, tc.args...)
		if len(got) != 1 || !cmp.Equal(got[0][0], tc.want, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })) {
			t.Errorf("SELECT %s = %v, want %v", tc.expr, got, tc.want)
		}
	}
}

func TestQueryStreamsChunks(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	rows, err := c.Query(t.Context(), "SELECT i::BIGINT, i::DOUBLE, CASE WHEN i % 3 = 0 THEN NULL ELSE i::VARCHAR END FROM range(10000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var n, nulls int
	var sum int64
	for {
		chunk, err := rows.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if chunk == nil {
			break
		}
		for i, v := range chunk.Column(0).Int64s(chunk.Len()) {
			sum += v
			if !chunk.Column(2).Valid(i) {
				nulls++
			}
		}
		n += chunk.Len()
	}
	if n != 10000 || sum != 49995000 || nulls != 3334 {
		t.Errorf("streamed %d rows, sum %d, %d nulls, want 10000, 49995000, 3334", n, sum, nulls)
	}
}

func TestErrorsHaveClasses(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	cases := []struct {
		text string
		want Class
	}{
		{"SELEC 1", Parser},
		{"SELECT * FROM absent", Catalog},
		{"SELECT absent", Binder},
		{"SELECT 1\x00", Other},
		{"SELECT CAST('x' || range AS BIGINT) FROM range(1)", Conversion},
		{"SELECT (9223372036854775807 - range) + 1 + range FROM range(1)", OutOfRange},
		{"SELECT error('mine') FROM range(1)", InvalidInput},
		{"SELECT * FROM read_csv('/etc/passwd')", Permission},
		{"COPY (SELECT 1) TO '/tmp/out.csv'", Permission},
		{"ATTACH '/tmp/other.db'", Permission},
		{"SELECT * FROM read_text('/etc/passwd')", Permission},
		{"SELECT * FROM read_blob('/etc/passwd')", Permission},
		{"SELECT * FROM read_json('/etc/passwd')", Permission},
		{"SELECT * FROM read_parquet('/etc/passwd')", Permission},
		{"SELECT * FROM glob('/etc/*')", Permission},
		{"SELECT * FROM sniff_csv('/etc/passwd')", Permission},
		{"SELECT * FROM '/etc/passwd.csv'", Permission},
		{"SELECT * FROM read_csv('https://example.com/x.csv')", Permission},
		{"COPY (SELECT 1) TO 'out.parquet' (FORMAT parquet)", Permission},
		{"EXPORT DATABASE '/tmp/out'", Permission},
		{"IMPORT DATABASE '/tmp/out'", Permission},
		{"LOAD httpfs", Permission},
		{"INSTALL httpfs", Permission},
		{"SELECT getenv('HOME')", Catalog},
		{"CREATE PERSISTENT SECRET s (TYPE s3)", Permission},
		{"SET temp_directory = '/etc'", InvalidInput},
		{"SET enable_external_access = true", InvalidInput},
		{"SET allowed_directories = ['/']", InvalidInput},
		{"SET memory_limit = '1GB'", InvalidInput},
		{"SET lock_configuration = false", InvalidInput},
	}
	for _, tc := range cases {
		rows, err := c.Query(t.Context(), tc.text)
		if err == nil {
			_, err = rows.All(t.Context())
		}
		if err == nil || ClassOf(err) != tc.want {
			t.Errorf("Query(%q) = %v of class %q, want class %q", tc.text, err, ClassOf(err), tc.want)
		}
	}
}

func TestCancelInterrupts(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	const slow = "SELECT count(*) FROM range(100000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = 3"
	ctx, cancel := context.WithCancel(t.Context())
	started := time.Now()
	time.AfterFunc(30*time.Millisecond, cancel)
	rows, err := c.Query(ctx, slow)
	if err == nil {
		_, err = rows.All(ctx)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled query = %v, want %v", err, context.Canceled)
	}
	if took := time.Since(started); took > time.Minute { // the statement takes an hour
		t.Errorf("cancelling took %v", took)
	}
	if got := query(t, c, "SELECT 1::BIGINT"); !cmp.Equal(got, [][]any{{int64(1)}}) {
		t.Errorf("query after a cancelled one = %v", got)
	}
}

func TestOpenNamesALockedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	_, err := Open(t.Context(), Options{Path: filepath.Join(path, "missing", "db")})
	if err == nil {
		t.Fatal("Open in a missing directory succeeded")
	}
	kind := fault.KindOf(openError("p", `IO Error: Could not set lock on file "p": Conflicting lock is held in PID 7`))
	if kind != fault.Conflict {
		t.Errorf("a held lock is %v, want %v", kind, fault.Conflict)
	}
}

func TestCloseEndsConnections(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	if _, err := c.Exec(t.Context(), "CREATE TABLE a (i BIGINT); INSERT INTO a VALUES (1), (2)"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Close(), e.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "SELECT 1"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Exec after Close = %v, want an unavailable fault", err)
	}
	again := connect(t, openEngine(t, Options{Path: e.Path()}))
	if got := query(t, again, "SELECT sum(i)::BIGINT FROM a"); !cmp.Equal(got, [][]any{{int64(3)}}) {
		t.Errorf("after reopening sum = %v, want 3", got)
	}
}
