package hot

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidemark/internal/duckdb"
)

// sumsColumns are a bigint, a double, the time and a column that no file has.
var sumsColumns = []sumsColumn{{3, Bigint}, {4, Double}, {2, Timestamp}, {0, Double}}

// allCalls are all results over them, as DuckDB computes them and as they are merged.
func allCalls() (calls []sumsCall, direct, merged []string) {
	columns := []string{"n", "x", "time", "NULL::DOUBLE"}
	names := [...]string{CountRows: "count", Count: "count", Sum: "sum", Min: "min", Max: "max"}
	for i, c := range columns {
		for _, kind := range []GroupKind{CountRows, Count, Sum, Min, Max} {
			text, merge := names[kind]+"("+c+")", names[kind]
			switch {
			case kind == CountRows && i > 0, kind == Sum && c == "time":
				continue
			case kind == CountRows:
				text = "count(*)"
			}
			if kind <= Count {
				merge = "sum"
			}
			direct, merged = append(direct, text), append(merged, fmt.Sprintf("%s(p%d)", merge, len(calls)))
			calls = append(calls, sumsCall{kind, i})
		}
	}
	return calls, direct, merged
}

// sumsFile writes a file of random rows in one of the ways in which DuckDB writes.
func (m *mover) sumsFile(r *rand.Rand, i int) File {
	m.t.Helper()
	f := File{Path: filepath.Join(m.dir, fmt.Sprintf("sums%d.parquet", i))}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	numbers := pick("(random() * 100)::BIGINT", "42", "s * 1000 - h", "CASE WHEN random() < 0.5 THEN 9223372036854775807 ELSE -9223372036854775808 END",
		"CASE WHEN random() < 0.3 THEN (random() * 1e9)::BIGINT END", "NULL::BIGINT", "9223372036854775807 - s", "((hash(s, h) % 2 ** 63::UBIGINT)::BIGINT - 4611686018427387904)")
	// Sums of quarters are exact in any order.
	floats := pick("(random() * 1000)::BIGINT / 4", "(s % 7) / 4", "CASE WHEN random() < 0.4 THEN s / 2 END", "NULL::DOUBLE",
		"CASE (random() * 40)::BIGINT WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN 'Infinity'::DOUBLE WHEN 2 THEN NULL ELSE -s / 8 END", "CASE WHEN h % 2 = 0 THEN 'NaN'::DOUBLE END")
	times := pick("s * 10000000000", "s * 10000000000 + (random() * 9999999999)::BIGINT", "(s - 2000) * 3600000000000", "CASE WHEN s = 0 THEN -9223286400000000000 ELSE s END")
	options := fmt.Sprintf("FORMAT parquet, PARQUET_VERSION %s, COMPRESSION %s, ROW_GROUP_SIZE %d, DICTIONARY_SIZE_LIMIT %d",
		pick("v1", "v2"), pick("zstd", "uncompressed"), 2048*(1+r.IntN(20)), []int{1, 10, 100000}[r.IntN(3)])
	_, err := m.conn.Exec(m.t.Context(), fmt.Sprintf(`COPY (SELECT h::INTEGER AS ts_series, make_timestamp_ns(%s) AS "time", (%s)::BIGINT AS n, (%s)::DOUBLE AS x, 'key ' || h %% 3 AS k
		FROM range(%d) a(s), range(%d) b(h) ORDER BY 5, 1, 2) TO %s (%s, FIELD_IDS {ts_series: 1, "time": 2, n: 3, x: 4, k: 5})`,
		times, numbers, floats, 1+r.IntN(4000), 1+r.IntN(30), duckdb.Quote(f.Path), options))
	m.must(err)
	m.t.Logf("file %d: time %s, n %s, x %s, %s", i, times, numbers, floats, options)
	return f
}

// What is summed up straight from files is what DuckDB sums up.
func TestSumsAreDuckDBs(t *testing.T) {
	m := newMover(t)
	r := rand.New(rand.NewPCG(7, 8))
	calls, direct, merged := allCalls()
	for round := range 40 {
		file := m.sumsFile(r, round)
		for range 4 {
			req := sumsRequest{
				Files: []string{file.Path}, From: -1 << 63, To: 1<<63 - 1, All: true, SeriesField: 1, TimeField: 2, Columns: sumsColumns, Calls: calls,
				Width: []int64{0, 1, 7_000_000_000, 3_600_000_000_000, dayLength}[r.IntN(5)],
			}
			if r.IntN(2) == 0 {
				req.From, req.To = r.Int64N(8e12)-2e12, r.Int64N(4e13)
			}
			where := fmt.Sprintf("epoch_ns(time) BETWEEN %d AND %d", req.From, req.To)
			switch r.IntN(4) {
			case 0: // a key is a permission to skip: those of others are in the result or not
				req.KeyField, req.Keys = 5, [2]string{"key 1", "key 1"}
				req.All, req.Series = false, []uint32{1, 4, 7, 10, 13, 16, 19, 22, 25, 28}
				where += " AND k = 'key 1'"
			case 1, 2:
				req.All, req.Series = false, []uint32{1, 4, 5, 29, 70}[r.IntN(4):]
				where += " AND ts_series IN (" + selection{series: req.Series}.text() + ")"
			}
			where += req.deleteSome(r)
			bucket, given := "0", "0"
			if req.Width > 0 {
				bucket = fmt.Sprintf("(epoch_ns(time) - (epoch_ns(time) %% %[1]d + %[1]d) %% %[1]d)", req.Width)
				given = "epoch_ns(bucket)"
			}
			spec, err := json.Marshal(req)
			m.must(err)
			want := m.lines(fmt.Sprintf("SELECT ts_series, %s AS b, %s FROM read_parquet(%s) WHERE %s GROUP BY 1, 2 ORDER BY 1, 2", bucket, strings.Join(direct, ", "), duckdb.Quote(file.Path), where))
			got := m.lines(fmt.Sprintf("SELECT sid, %s AS b, %s FROM %s(%s) GROUP BY 1, 2 ORDER BY 1, 2", given, strings.Join(merged, ", "), sumsName, duckdb.Quote(string(spec))))
			if !slices.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Fatalf("round %d, width %d, %s: %d results, want %d; result %d: %v, want %v", round, req.Width, where, len(got), len(want), i, got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
			}
		}
	}
}

// deleteSome has a request leave out random rows, and says so in SQL. The file obeys the
// deletes up to number 2.
func (r *sumsRequest) deleteSome(random *rand.Rand) (conditions string) {
	r.Applied = []uint64{2}
	for number := range random.Uint64N(7) {
		d := sumsDelete{Number: number, From: random.Int64N(8e12) - 2e12, All: random.IntN(3) == 0}
		d.To = d.From + random.Int64N(1e13)>>random.IntN(40)
		series := "true"
		if !d.All {
			d.Series = []uint32{1, 3, 4, 5, 6, 11, 29}[random.IntN(6):]
			series = "ts_series IN (" + selection{series: d.Series}.text() + ")"
		}
		r.Deletes = append(r.Deletes, d)
		if number > 2 {
			conditions += fmt.Sprintf(" AND NOT (%s AND epoch_ns(time) BETWEEN %d AND %d)", series, d.From, d.To)
		}
	}
	return conditions
}

func (m *mover) lines(query string) (lines []string) {
	m.t.Helper()
	rows, err := collect(m.t.Context(), m.conn, query)
	if err != nil {
		m.t.Fatalf("%.400s: %v", query, err)
	}
	for _, row := range rows {
		lines = append(lines, fmt.Sprint(row...))
	}
	return lines
}

// A damaged file ends the statement with an error that names it.
func TestSumsOfDamagedFiles(t *testing.T) {
	m := newMover(t)
	path := filepath.Join(m.dir, "whole.parquet")
	_, err := m.conn.Exec(t.Context(), `COPY (SELECT (s // 1000)::INTEGER AS ts_series, make_timestamp_ns(s * 1000) AS "time", (random() * 1000)::BIGINT AS n, random() AS x FROM range(100000) a(s)) TO `+
		duckdb.Quote(path)+` (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, FIELD_IDS {ts_series: 1, "time": 2, n: 3, x: 4})`)
	m.must(err)
	whole, err := os.ReadFile(path)
	m.must(err)
	calls, _, _ := allCalls()
	r := rand.New(rand.NewPCG(9, 10))
	failed := 0
	for i := range 300 {
		text := slices.Clone(whole)
		if i%10 == 0 {
			text = text[:r.IntN(len(text))]
		} else {
			for range 1 + r.IntN(8) {
				text[r.IntN(len(text))] ^= byte(1 << r.IntN(8))
			}
		}
		path := filepath.Join(m.dir, fmt.Sprintf("damaged%d.parquet", i))
		m.must(os.WriteFile(path, text, 0o600))
		spec, err := json.Marshal(sumsRequest{Files: []string{path}, From: 0, To: 1 << 62, All: true, SeriesField: 1, TimeField: 2, Columns: sumsColumns, Calls: calls})
		m.must(err)
		_, err = collect(t.Context(), m.conn, "SELECT count(*) FROM "+sumsName+"("+duckdb.Quote(string(spec))+")")
		if err == nil {
			continue // values that nothing guards are others
		}
		failed++
		if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "panic") {
			t.Errorf("damaged file %d: %v", i, err)
		}
	}
	if failed < 50 {
		t.Errorf("%d of 300 damaged files gave an error", failed)
	}
}

func TestSumsRefuseRequests(t *testing.T) {
	m := newMover(t)
	for name, spec := range map[string]string{
		"no request": "no", "a column that is not there": `{"Calls":[{"Kind":1,"Column":1}],"Columns":[{"Field":1,"Type":1}]}`,
		"a sum of times": `{"Calls":[{"Kind":2}],"Columns":[{"Field":2,"Type":` + fmt.Sprint(int(Timestamp)) + `}]}`, "a file that is not there": `{"Files":["/nowhere"]}`,
	} {
		if _, err := collect(t.Context(), m.conn, "SELECT * FROM "+sumsName+"("+duckdb.Quote(spec)+")"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// However many rows one result has, parts of it come out now and then, so that a statement
// can be interrupted.
func TestSumsComeInParts(t *testing.T) {
	m := newMover(t)
	path := filepath.Join(m.dir, "long.parquet")
	const rows = 4 * patience
	_, err := m.conn.Exec(t.Context(), fmt.Sprintf(`COPY (SELECT 0::INTEGER AS ts_series, make_timestamp_ns(s) AS "time", s AS n FROM range(%d) a(s)) TO %s (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, FIELD_IDS {ts_series: 1, "time": 2, n: 3})`,
		rows, duckdb.Quote(path)))
	m.must(err)
	spec, err := json.Marshal(sumsRequest{
		Files: []string{path}, To: 1 << 62, All: true, SeriesField: 1, TimeField: 2, Columns: []sumsColumn{{3, Bigint}}, Calls: []sumsCall{{CountRows, 0}, {Sum, 0}},
	})
	m.must(err)
	const parts = 3 // at least: each of two threads may have one that is not full
	want := fmt.Sprint(rows, fmt.Sprint(rows*(rows-1)/2), true)
	if got := m.lines(fmt.Sprintf("SELECT sum(p0)::BIGINT, sum(p1)::VARCHAR, count(*) >= %d FROM %s(%s)", parts, sumsName, duckdb.Quote(string(spec)))); !slices.Equal(got, []string{want}) {
		t.Errorf("rows, sum, parts: %v, want %s", got, want)
	}
}
