package hot

import (
	"strings"
	"testing"
)

// Questions for the newest rows do not read files, and are right after overrides,
// deletes, new columns and restarts.
func TestNewestRowsAreKept(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("a", 2000, 2, 1)
	m.write("b", 1000, 3, 1)
	m.freeze()
	m.finish(m.begin())
	m.settled()
	m.newest("a@2=2 b@1=3")
	m.write("a", 2000, 20, 2) // in an overlay
	m.write("b", 5000, 4, 1)  // in a segment
	m.newest("a@2=20 b@5=4")
	m.freeze()
	m.finish(m.begin())
	m.settled()
	m.newest("a@2=20 b@5=4")
	m.stop()
	m.start()
	m.settled()
	m.newest("a@2=20 b@5=4")
	m.deletes(2000, 2000, 1, "a")
	m.newest("a@1=1 b@5=4")
	m.write("b", 9000, 5, 1)
	m.deletes(5000, 5000, 1, "b") // not the newest any more, but kept as such
	m.deletes(9000, 9000, 1, "b")
	m.newest("a@1=1 b@1=3")
	m.stop()
	m.start()
	m.settled()
	m.newest("a@1=1 b@1=3")
	kept, err := collect(t.Context(), m.conn, "SELECT count(*), count(DISTINCT sid) FROM t1_n")
	if err != nil || kept[0][0] != int64(2) || kept[0][1] != int64(2) {
		t.Errorf("%v newest rows are kept, %v, want one for each of 2 series", kept, err)
	}
}

// settled waits until moved segments have left the file, and checks that a question for
// the newest rows reads no file then.
func (m *mover) settled() {
	m.t.Helper()
	for {
		m.table.mu.RLock()
		leaving := m.table.mu.leaving
		m.table.mu.RUnlock()
		if leaving == 0 {
			break
		}
		m.must(m.store.ask(m.t.Context(), func() error { return nil }))
	}
	sn := m.store.Snapshot()
	defer sn.Close()
	text := sn.View(m.table).Relation(Scan{Newest: true, Min: -1 << 63, Max: 1<<63 - 1, Fields: []Field{{ValueField, 0, "v"}}})
	if strings.Contains(text, "read_parquet") {
		m.t.Errorf("the newest rows are read from files: %s", text)
	}
}
