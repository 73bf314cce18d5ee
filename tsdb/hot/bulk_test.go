package hot

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tidemark/fault"
)

// bulk brings rows in at once: each is host, time, version and value.
func (m *mover) bulk(rows ...string) BulkReport {
	m.t.Helper()
	_, err := m.conn.Exec(m.t.Context(), `CREATE OR REPLACE TABLE bulk_test (measure VARCHAR, d0 VARCHAR, "time" TIMESTAMP_NS, "version" BIGINT, v0 BIGINT);
		INSERT INTO bulk_test SELECT 'm', h, make_timestamp_ns(t), n, v FROM (VALUES (`+strings.Join(rows, "), (")+`)) r(h, t, n, v)`)
	m.must(err)
	report, err := m.table.Bulk(m.t.Context(), m.conn, Bulk{Source: "bulk_test", Dims: []string{"host"}, Columns: []Column{{Name: "v", Type: Bigint}}, Kind: Multi})
	m.must(err)
	return report
}

// Rows that come at once obey the rules of rows that are submitted.
func TestBulk(t *testing.T) {
	m := newMover(t)
	if got := m.bulk("'a', 1000, 1, 1", "'b', 1000, 1, 2", "'a', 2000, 1, 3", "'a', 2000, 2, 4", "'a', 2000, 2, 5"); got.Stored != 5 || got.Rejected != 0 {
		t.Errorf("report %+v, want 5 rows stored", got)
	}
	m.shows("a@1=1 a@2=4 b@1=2")
	m.newest("a@2=4 b@1=2")
	m.write("c", 1000, 7, 1)  // in the open segment
	m.write("a", 2000, 40, 3) // in an overlay
	if r := m.write("b", 1000, 3, 1); r != SameVersion {
		t.Errorf("the same version of a row that came at once: reason %d, want %d", r, SameVersion)
	}
	m.freeze()
	m.finish(m.begin())
	m.write("d", 1000, 8, 1)
	got := m.bulk(
		"'a', 1000, 1, 1",  // repeats a row in a file
		"'a', 2000, 1, 9",  // has a lower version than one in a file
		"'b', 1000, 2, 20", // replaces one in a file
		"'c', 1000, 1, 70", // has the version of one in a file
		"'d', 1000, 5, 80", // replaces one in the open segment
		"'e', 9000, 1, 6",
	)
	if got.Stored != 4 || got.Replaced != 2 || got.Rejected != 2 || len(got.Rejections) != 2 {
		t.Errorf("report %+v, want 4 rows stored, 2 of them in place of others, 2 rejected", got)
	}
	if got.Lower != 1 || got.Rejections[1].Number != 3 {
		t.Errorf("report %+v, want one with a lower version, and row 3 with the same", got)
	}
	if r := got.Rejections[0]; fmt.Sprint(r) != "{2000 m [{host a}] 1 3 1}" {
		t.Errorf("the first rejection is %+v", r)
	}
	want := "a@1=1 a@2=40 b@1=20 c@1=7 d@1=80 e@9=6"
	m.shows(want)
	m.newest("a@2=40 b@1=20 c@1=7 d@1=80 e@9=6")
	if r := m.write("d", 1000, 81, 5); r != SameVersion {
		t.Errorf("the same version of a row that replaced one of the open segment: reason %d, want %d", r, SameVersion)
	}
	m.write("d", 1000, 81, 6)
	want = strings.Replace(want, "d@1=80", "d@1=81", 1)
	m.shows(want)
	m.stop()
	m.start()
	m.shows(want)
	m.freeze()
	m.finish(m.begin())
	m.shows(want)
	m.stop()
	m.start()
	m.shows(want)
	m.newest("a@2=40 b@1=20 c@1=7 d@1=81 e@9=6")
}

// A load that is refused leaves nothing, and what a crash leaves of one is removed.
func TestBulkRefused(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	_, err := m.conn.Exec(t.Context(), `CREATE TABLE bulk_test (measure VARCHAR, d0 VARCHAR, "time" TIMESTAMP_NS, "version" BIGINT, v0 DOUBLE);
		INSERT INTO bulk_test VALUES ('m', 'x', make_timestamp_ns(5), 1, 1.5); CREATE TABLE t1_b77 (sid UINTEGER); CREATE TABLE t1_s99 (sid UINTEGER)`)
	m.must(err)
	_, err = m.table.Bulk(t.Context(), m.conn, Bulk{Source: "bulk_test", Dims: []string{"host"}, Columns: []Column{{Name: "v", Type: Double}}, Kind: Multi})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("Bulk with another type gave %v, want Invalid", err)
	}
	m.shows("a@1=1")
	m.stop()
	m.start()
	m.shows("a@1=1")
	left, err := collect(t.Context(), m.conn, "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('bulk_test', 't1_b77', 't1_s99')")
	if err != nil || len(left) != 0 {
		t.Errorf("tables %v are left of loads, %v", left, err)
	}
}

// segments are the tables of rows that the file has.
func (m *mover) segmentTables() int {
	m.t.Helper()
	rows, err := collect(m.t.Context(), m.conn, "SELECT count(*) FROM duckdb_tables() WHERE regexp_full_match(table_name, 't\\d+_[a-z]\\d+')")
	m.must(err)
	return int(rows[0][0].(int64))
}

// A load of which every row is stored already leaves no segment, and one whose rows all
// replace others only those.
func TestBulkWithoutNewRows(t *testing.T) {
	m := newMover(t)
	m.bulk("'a', 1000, 1, 1", "'b', 1000, 1, 2")
	before := m.segmentTables()
	if got := m.bulk("'a', 1000, 1, 1", "'b', 1000, 1, 9"); got.Stored != 1 || got.Rejected != 1 {
		t.Errorf("report %+v, want one stored and one rejected", got)
	}
	if got := m.segmentTables(); got != before {
		t.Errorf("there are %d segments, want %d as before", got, before)
	}
	if got := m.bulk("'a', 1000, 2, 7"); got.Replaced != 1 {
		t.Errorf("report %+v, want one replaced", got)
	}
	if got := m.segmentTables(); got != before+1 {
		t.Errorf("there are %d segments, want %d and the one with the row that replaced another", got, before)
	}
	m.shows("a@1=7 b@1=2")
	m.newest("a@1=7 b@1=2")
	m.stop()
	m.start()
	m.shows("a@1=7 b@1=2")
	m.bulk("'a', 1000, 3, 8", "'a', 3000, 1, 5")
	m.shows("a@1=8 a@3=5 b@1=2")
}

// Rows come in any order; of those of one identity one stays, and the others are counted
// as stored.
func TestBulkInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		m := newMover(t)
		var rows []string
		best := map[string][2]int{} // version and value by what shows prints
		for i := range 200 {
			host, second, version := string(rune('a'+rng.IntN(3))), 1+rng.IntN(40), 1+rng.IntN(3)
			rows = append(rows, fmt.Sprintf("'%s', %d, %d, %d", host, second*1000, version, i))
			if name := fmt.Sprintf("%s@%d", host, second); best[name][0] < version {
				best[name] = [2]int{version, i}
			}
		}
		if got := m.bulk(rows...); got.Stored != 200 || got.Rejected != 0 {
			t.Fatalf("report %+v, want 200 stored", got)
		}
		var want []string
		for host := 'a'; host <= 'c'; host++ {
			for second := range 41 {
				name := fmt.Sprintf("%c@%d", host, second)
				if b, ok := best[name]; ok {
					want = append(want, fmt.Sprintf("%s=%d", name, b[1]))
				}
			}
		}
		m.shows(strings.Join(want, " "))
		if rows := m.table.mu.segments[0].rows; rows != len(want) {
			t.Errorf("the segment counts %d rows, want %d", rows, len(want))
		}
	}
}
