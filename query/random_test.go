package query

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tidemark/internal/duckdb"
	"tidemark/sql/types"
	"tidemark/tsdb"
)

var (
	randomQueries = flag.Int("random", 150, "random queries that TestRandomQueries compares")
	randomSeed    = flag.Uint64("random-seed", 1, "seed of the first of them; each query has a seed of its own")
)

// TestRandomQueries writes each query twice, in Timestream's language and by hand for
// DuckDB, over the same rows. The answers must be equal, with every optional rewrite
// and with none.
func TestRandomQueries(t *testing.T) {
	engine := openEngine(t, Options{})
	plain := engine.without(slices.Concat(optionalPasses()...)...)
	twin, refused := fillRandom(t, engine), 0
	for i := range *randomQueries {
		seed := *randomSeed + uint64(i)
		q := newRandomQuery(seed)
		want, ok := twin.ask(t, q, seed)
		if !ok {
			if refused++; refused > 1+i/50 {
				t.Fatalf("DuckDB refuses %d of %d queries, now\n%s", refused, i+1, q.duck)
			}
			continue
		}
		for name, e := range map[string]*Engine{"rewritten": engine, "plain": plain} {
			got, err := runAll(t, e, q.ours)
			if err != nil {
				t.Fatalf("seed %d, %s: %v\n%s", seed, name, err, q.ours)
			}
			if got = normalized(got, q.ordered); got != want {
				t.Fatalf("seed %d, %s:\n%s\ngot\n%s\nDuckDB's own answer to\n%s\nis\n%s", seed, name, q.ours, got, q.duck, want)
			}
		}
	}
}

// normalized makes a result fit for comparison: without its header, doubles to nine
// digits, because sums may be taken in another order, and sorted where the query
// leaves the order open.
func normalized(text string, ordered bool) string {
	_, rows, _ := strings.Cut(text, "\n")
	lines := strings.Split(rows, "\n")
	for i, line := range lines {
		cells := strings.Split(line, " | ")
		for j, cell := range cells {
			if f, err := strconv.ParseFloat(cell, 64); err == nil && strings.ContainsAny(cell, ".EN") {
				cells[j] = strconv.FormatFloat(f+0, 'g', 9, 64) // + 0 for -0.0
			}
		}
		lines[i] = strings.Join(cells, " | ")
	}
	if !ordered {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}

// twin is a plain DuckDB database with the rows of the store.
type twin struct{ conn *duckdb.Conn }

// ask runs the query that was written for DuckDB; ok is false when DuckDB does not
// find out the types of NULLs in it.
func (w twin) ask(t *testing.T, q randomQuery, seed uint64) (answer string, ok bool) {
	t.Helper()
	rows, err := w.conn.Query(t.Context(), q.duck)
	if failed, is := errors.AsType[*duckdb.Error](err); is && strings.Contains(failed.Message, "explicit cast is required") {
		return "", false
	}
	if err != nil {
		t.Fatalf("seed %d: DuckDB: %v\n%s", seed, err, q.duck)
	}
	all, err := rows.All(t.Context())
	if err != nil {
		t.Fatalf("seed %d: DuckDB: %v\n%s", seed, err, q.duck)
	}
	var b strings.Builder
	for _, row := range all {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cellText(types.Of(q.cols[i].kind), v)
		}
		b.WriteString("\n" + strings.TrimRight(strings.Join(cells, " | "), " "))
	}
	return normalized(b.String(), q.ordered), true
}

// The tables of the random queries: dimensions and measures of every kind, with NULLs.
var (
	pointCols = []randomCol{
		{"host", types.Varchar}, {"rack", types.Varchar}, {"measure_name", types.Varchar}, {"time", types.Timestamp},
		{"cpu", types.Double}, {"mem", types.Bigint}, {"note", types.Varchar}, {"up", types.Boolean},
	}
	eventCols = []randomCol{{"host", types.Varchar}, {"measure_name", types.Varchar}, {"time", types.Timestamp}, {"code", types.Bigint}}
)

// fillRandom writes the same rows to the store and to a database beside it. Over
// several segments the times of a series are out of order and some rows are late.
func fillRandom(t *testing.T, e *Engine) twin {
	t.Helper()
	duck := must(duckdb.Open(t.Context(), duckdb.Options{}))(t)
	t.Cleanup(func() { duck.Close() })
	w := twin{must(duck.Connect(t.Context()))(t)}
	t.Cleanup(func() { w.conn.Close() })
	w.exec(t, "CREATE TABLE points (host VARCHAR, rack VARCHAR, measure_name VARCHAR, time TIMESTAMP_NS, cpu DOUBLE, mem BIGINT, note VARCHAR, up BOOLEAN)")
	w.exec(t, "CREATE TABLE events (host VARCHAR, measure_name VARCHAR, time TIMESTAMP_NS, code BIGINT)")
	points, events := tsdb.TableRef{Database: "rnd", Table: "points"}, tsdb.TableRef{Database: "rnd", Table: "events"}
	createTable(t, e, points)
	createTable(t, e, events)
	rng := rand.New(rand.NewPCG(7, 7))
	minutes := rng.Perm(240)
	for i := range 120 {
		w.writePoint(t, e, points, rng, minutes[i])
	}
	for i := range 30 {
		host, code := fmt.Sprintf("h%d", rng.IntN(7)), int64(rng.IntN(5))
		at := noon.UnixNano() - int64(minutes[2*i])*60e9
		write(t, e, events, tsdb.Record{Time: at, Version: 1, MeasureName: "event", Multi: true,
			Dimensions: []tsdb.Dimension{{Name: "host", Value: host}}, Measures: []tsdb.Measure{{Name: "code", Value: tsdb.BigintValue(code)}}})
		w.exec(t, fmt.Sprintf("INSERT INTO events VALUES ('%s', 'event', make_timestamp_ns(%d), %d)", host, at, code))
	}
	return w
}

// writePoint writes one row with some of its measures.
func (w twin) writePoint(t *testing.T, e *Engine, ref tsdb.TableRef, rng *rand.Rand, minute int) {
	t.Helper()
	host, name, at := fmt.Sprintf("h%d", rng.IntN(5)), []string{"m1", "m2"}[rng.IntN(2)], noon.UnixNano()-int64(minute)*60e9
	rec := tsdb.Record{Time: at, Version: 1, MeasureName: name, Multi: true, Dimensions: []tsdb.Dimension{{Name: "host", Value: host}}}
	values := []string{quoted(host), "NULL", quoted(name), fmt.Sprintf("make_timestamp_ns(%d)", at), "NULL", "NULL", "NULL", "NULL"}
	if host != "h0" {
		rack := "r" + host[1:2]
		rec.Dimensions = append(rec.Dimensions, tsdb.Dimension{Name: "rack", Value: rack})
		values[1] = quoted(rack)
	}
	set := func(column int, name string, v tsdb.Value, text string) {
		if rng.IntN(4) > 0 {
			rec.Measures = append(rec.Measures, tsdb.Measure{Name: name, Value: v})
			values[column] = text
		}
	}
	cpu, mem := float64(rng.IntN(200))/2, int64(rng.IntN(100)-50)
	note := []string{"ok", "hot", "it's", "é", "a b", "%_"}[rng.IntN(6)]
	set(4, "cpu", tsdb.DoubleValue(cpu), fmt.Sprintf("%g::DOUBLE", cpu))
	set(5, "mem", tsdb.BigintValue(mem), strconv.FormatInt(mem, 10))
	set(6, "note", tsdb.VarcharValue(note), quoted(note))
	rec.Measures = append(rec.Measures, tsdb.Measure{Name: "up", Value: tsdb.BooleanValue(minute%3 == 0)})
	values[7] = strconv.FormatBool(minute%3 == 0)
	write(t, e, ref, rec)
	w.exec(t, "INSERT INTO points VALUES ("+strings.Join(values, ", ")+")")
}

func (w twin) exec(t *testing.T, text string) {
	t.Helper()
	if _, err := w.conn.Exec(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
