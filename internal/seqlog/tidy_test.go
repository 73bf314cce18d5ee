package seqlog

import (
	"crypto/rand"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestWorthTidying(t *testing.T) {
	for _, c := range []struct {
		name  string
		waste waste
		bytes uint64
		want  bool
	}{
		{"many entries, all that was written", waste{2000, 1 << 20}, 1 << 20, true},
		{"few entries", waste{1023, 1 << 20}, 1 << 20, false},
		{"many entries amid much that stays", waste{2000, 1 << 20}, 5 << 20, false},
	} {
		if got := c.waste.worth(c.bytes); got != c.want {
			t.Errorf("%s: worth(%d) = %v, want %v", c.name, c.bytes, got, c.want)
		}
	}
}

// A queue that was read to its end leaves the disk, and what was not read stays.
func TestTidy(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	for range 2000 {
		mustCommit(t, l, func(b *Batch) {
			value := make([]byte, 1000)
			_, _ = rand.Read(value)
			b.Append("read", value)
		})
	}
	mustAppend(t, l, "unread", "a", "b")
	var tidy *tidier
	begun := make(chan struct{})
	b := &Batch{}
	b.TrimBefore("read", 2001)
	l.Commit(b, func(err error) {
		if err != nil {
			t.Error(err)
		}
		close(begun)
	})
	<-begun
	begun = make(chan struct{})
	b = &Batch{}
	b.Put("anything", nil)
	var before uint64
	l.Commit(b, func(error) { // on the committer, as the tidier is
		before = l.tableBytes()
		tidy = newTidier(l)
		tidy.start()
		close(begun)
	})
	<-begun
	<-tidy.ended
	m := l.db.Metrics()
	if total := m.Total(); before < 2_000_000 || total.TablesSize > 100_000 || total.TablesCount == 0 {
		t.Errorf("%d bytes in %d tables are left of %d", total.TablesSize, total.TablesCount, before)
	}
	check(t, l, "unread", "[1,3) 1=a 2=b")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
