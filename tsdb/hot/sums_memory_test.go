package hot

import (
	"strings"
	"sync"
	"testing"

	"tidemark/internal/duckdb"
)

// Without room for a reader the files of a scan are left to DuckDB, until who has it is done.
func TestSumsWithoutMemory(t *testing.T) {
	m := filed(t, 4, 3000)
	memory := &m.store.sums.memory
	sn := m.store.Snapshot()
	m.sum(sn.View(m.table), allRows)
	need := memory.used.Load()
	m.must(sn.Close())
	if need < 3*2000 || memory.used.Load() != 0 {
		t.Fatalf("a reader of three columns needs %d bytes, %d are taken without one", need, memory.used.Load())
	}
	const want = "12000 12000 1 1"
	check := func(name string, direct bool) *Snapshot {
		t.Helper()
		sn := m.store.Snapshot()
		if got, is := m.sum(sn.View(m.table), allRows); got != want || is != direct {
			t.Errorf("%s: sums %s, directly %t; want %s, %t", name, got, is, want, direct)
		}
		if used := memory.used.Load(); used > memory.most {
			t.Errorf("%s: %d bytes are taken of %d", name, used, memory.most)
		}
		return sn
	}
	memory.most = 2*need - 1
	m.must(check("one needs more than half", false).Close())
	memory.most = 2 * need
	first, second := check("first", true), check("second", true)
	third := check("third", false)
	m.must(first.Close())
	m.must(first.Close())
	fourth := check("after the first was closed", true)
	for _, sn := range []*Snapshot{second, third, fourth} {
		m.must(sn.Close())
	}
	if memory.used.Load() != 0 {
		t.Errorf("%d bytes are taken when all is closed", memory.used.Load())
	}
	if sn := m.store.Snapshot(); sn.Close() != nil || sn.reserve(1) {
		t.Error("a closed snapshot takes memory")
	}
}

// Readers of many statements at once never have more memory than there is, and those that
// find none leave their share to others.
func TestSumsShareMemory(t *testing.T) {
	m := filed(t, 4, 60000) // several row groups
	memory := &m.store.sums.memory
	sn := m.store.Snapshot()
	m.sum(sn.View(m.table), allRows)
	memory.most = 3 * memory.used.Load()
	m.must(sn.Close())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			conn, err := m.engine.Connect(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			for range 10 {
				m.sumOn(conn)
			}
		})
	}
	group.Wait()
	if used := memory.used.Load(); used != 0 {
		t.Errorf("%d bytes are taken in the end", used)
	}
}

// sumOn sums up on a connection of its own.
func (m *mover) sumOn(conn *duckdb.Conn) {
	m.t.Helper()
	sn := m.store.Snapshot()
	defer sn.Close()
	rows, err := collect(m.t.Context(), conn, "SELECT sum(p0)::BIGINT, sum(p1)::BIGINT FROM "+sn.View(m.table).Relation(allRows))
	if used, most := m.store.sums.memory.used.Load(), m.store.sums.memory.most; used > most {
		m.t.Errorf("%d bytes are taken of %d", used, most)
	}
	if err != nil || rows[0][0] != int64(240000) || rows[0][1] != int64(240000) {
		m.t.Errorf("sums %v, %v; want 240000 twice", rows, err)
	}
}

// A reader without a share reads nothing: the one that has the statement's reads it all.
func TestReaderWithoutShare(t *testing.T) {
	m := filed(t, 1, 1000)
	run := &summing{store: m.store, request: &sumsRequest{Bytes: 10}}
	m.store.sums.memory.most = 15
	if !m.store.sums.memory.take(10) { // of the statement
		t.Fatal("no room for the statement")
	}
	var shares []string
	names := map[readerShare]string{noShare: "none", reservedShare: "reserved", ownShare: "own"}
	admit := func() readerShare {
		share := run.admit()
		shares = append(shares, names[share])
		return share
	}
	first := admit()
	admit()
	run.leave(first)
	admit()
	m.store.sums.memory.most = 20
	own := admit()
	admit()
	run.leave(own)
	admit()
	if got, want := strings.Join(shares, " "), "reserved none reserved own none own"; got != want {
		t.Errorf("shares %s, want %s", got, want)
	}
}
