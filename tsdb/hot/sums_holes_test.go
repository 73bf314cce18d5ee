package hot

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// filed has a running store with a file of rows of some hosts, one each second.
func filed(t *testing.T, hosts, rows int) *mover {
	t.Helper()
	m := newMover(t)
	m.submit(hosts, 0, rows, 1)
	m.freeze()
	m.finish(m.begin())
	return m
}

// submit stores rows of some hosts whose value is their version.
func (m *mover) submit(hosts, from, to int, version int64) {
	m.t.Helper()
	m.must(m.send(hosts, from, to, version))
}

func (m *mover) send(hosts, from, to int, version int64) error {
	var rows []Row
	for h := range hosts {
		for i := from; i < to; i++ {
			rows = append(rows, Row{
				Dims: []Dim{{"host", fmt.Sprint("h", h)}}, Measure: "m", Kind: Multi, Time: int64(i) * 1e9, Version: version,
				Cells: []Cell{{Name: "v", Type: Bigint, Bits: uint64(version)}},
			})
		}
	}
	done := make(chan error, 1)
	err := m.table.Submit(context.Background(), rows, func(refused []Refusal, err error) {
		if len(refused) > 0 && err == nil {
			err = fmt.Errorf("row %d is refused: %d", refused[0].Row, refused[0].Reason)
		}
		done <- err
	})
	if err != nil {
		return err
	}
	return <-done
}

var allRows = Scan{Min: -1 << 63, Max: 1<<63 - 1, Groups: &Grouping{Calls: []GroupCall{
	{CountRows, Field{}}, {Sum, Field{Role: ValueField}}, {Min, Field{Role: ValueField}}, {Max, Field{Role: ValueField}}}}}

// sum reads the sums of a scan, and whether it has files summed up straight from their columns.
func (m *mover) sum(v *View, scan Scan) (found string, direct bool) {
	m.t.Helper()
	text := "SELECT sum(p0)::BIGINT, sum(p1)::BIGINT, min(p2), max(p3) FROM " + v.Relation(scan)
	return strings.Join(m.lines(text), "; "), strings.Contains(text, sumsName)
}

// Rows that come to an overlay while sums are read count once, whatever a transaction
// sees of them.
func TestSumsWhileRowsAreReplaced(t *testing.T) {
	const hosts, rows, rounds = 4, 5000, 60
	m := filed(t, hosts, rows)
	var written atomic.Int64
	ended := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < rounds && err == nil; i++ {
			if err = m.send(hosts, i, i+1, 2); err == nil {
				written.Add(hosts)
			}
		}
		ended <- err
	}()
	for reading := true; reading; {
		select {
		case err := <-ended:
			m.must(err)
			reading = false
		default:
		}
		sn := m.store.Snapshot()
		v := sn.View(m.table)
		before := written.Load() // the snapshot may be of before that, but not the statement
		text := "SELECT sum(p0)::BIGINT, sum(p1)::BIGINT FROM " + v.Relation(allRows)
		if !strings.Contains(text, sumsName) {
			t.Fatalf("the file is left to DuckDB: %s", text)
		}
		found, err := collect(t.Context(), m.conn, text)
		m.must(err)
		after := written.Load() + hosts // of those under way
		m.must(sn.Close())
		if n := found[0][0].(int64); n != hosts*rows {
			t.Fatalf("%d rows, want %d", n, hosts*rows)
		}
		if n := found[0][1].(int64) - hosts*rows; n < before || n > after {
			t.Fatalf("%d rows are replaced, want %d to %d", n, before, after)
		}
	}
}

// Files are left to DuckDB only where overlays and deletes are too many for them.
func TestSumsAroundDeletesAndOverlays(t *testing.T) {
	const hosts, rows = 4, 4000
	m := filed(t, hosts, rows)
	check := func(name, want string, direct bool) {
		t.Helper()
		sn := m.store.Snapshot()
		defer sn.Close()
		found, is := m.sum(sn.View(m.table), allRows)
		if found != want || is != direct {
			t.Errorf("%s: %s, directly %t; want %s, %t", name, found, is, want, direct)
		}
	}
	check("file", "16000 16000 1 1", true)
	m.submit(hosts, 10, 20, 3)
	check("replaced", "16000 16080 1 3", true)
	_, err := m.table.Delete(t.Context(), Range{In: []In{{DimensionField, 0, []string{"h1", "h2"}}}, From: 5e9, To: 14e9})
	m.must(err)
	check("deleted", "15980 16040 1 3", true) // of two hosts ten rows each, five of value 3
	_, err = m.table.Delete(t.Context(), Range{From: 15e9, To: 15e9})
	m.must(err)
	check("deleted of all", "15976 16028 1 3", true)
	m.submit(hosts, 15, 16, 7) // a new row
	check("written again", "15980 16056 1 7", true)
	m.stop()
	m.start()
	check("reopened", "15980 16056 1 7", true)
	m.submit(hosts, 1000, 2000, 2)
	check("crowded", "15980 20056 1 7", false)
}

// A file that obeys a delete already shows what came later.
func TestSumsOfAppliedDeletes(t *testing.T) {
	m := filed(t, 2, 4000)
	const day = 86400
	m.submit(2, day, day+1000, 1)
	m.freeze()
	m.finish(m.begin()) // a file of a second day
	_, err := m.table.Delete(t.Context(), Range{From: 0, To: (day + 9) * 1e9})
	m.must(err)
	m.submit(2, 0, 10, 5)
	m.freeze()
	m.finish(m.begin()) // writes the first day anew; the second has to obey the delete
	sn := m.store.Snapshot()
	defer sn.Close()
	if found, direct := m.sum(sn.View(m.table), allRows); found != "2000 2080 1 5" || !direct {
		t.Errorf("sums %s, directly %t; want 2000 2080 1 5, true", found, direct)
	}
}

// A statement whose snapshot is closed ends with an error, because rows may be missing.
func TestSumsOfClosedSnapshot(t *testing.T) {
	m := filed(t, 1, 1000)
	m.submit(1, 0, 1, 2)
	sn := m.store.Snapshot()
	text := sn.View(m.table).Relation(allRows)
	m.must(sn.Close())
	if _, err := collect(t.Context(), m.conn, "SELECT * FROM "+text); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("sums of a closed snapshot: %v, want an error that says so", err)
	}
}
