package seqlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"tidemark/fault"
)

func mustOpen(t testing.TB, fs vfs.FS) *Log {
	t.Helper()
	l, err := Open(Options{Dir: "queues", FS: fs})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustAppend(t testing.TB, l *Log, key string, values ...string) {
	t.Helper()
	for _, v := range values {
		if _, err := l.Append(t.Context(), key, []byte(v)); err != nil {
			t.Fatalf("Append(%q, %q): %v", key, v, err)
		}
	}
}

func mustCommit(t testing.TB, l *Log, fill func(b *Batch)) {
	t.Helper()
	var b Batch
	fill(&b)
	if err := l.CommitWait(t.Context(), &b); err != nil {
		t.Fatalf("CommitWait: %v", err)
	}
}

// dump prints a queue as "number=value ..." and its bounds.
func dump(t testing.TB, l *Log, key string) string {
	t.Helper()
	entries, err := l.Read(key, 0, 1000, 1<<20)
	if err != nil {
		t.Fatalf("Read(%q): %v", key, err)
	}
	first, next, err := l.Bounds(key)
	if err != nil {
		t.Fatalf("Bounds(%q): %v", key, err)
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "[%d,%d)", first, next)
	for _, e := range entries {
		fmt.Fprintf(&sb, " %d=%s", e.Seq, e.Value)
	}
	return sb.String()
}

func check(t testing.TB, l *Log, key, want string) {
	t.Helper()
	if got := dump(t, l, key); got != want {
		t.Errorf("queue %q = %s, want %s", key, got, want)
	}
}

func TestQueue(t *testing.T) {
	fs := vfs.NewMem()
	l := mustOpen(t, fs)
	check(t, l, "a", "[1,1)")
	mustAppend(t, l, "a", "x", "y", "z")
	mustAppend(t, l, "ab", "other")
	check(t, l, "a", "[1,4) 1=x 2=y 3=z")

	mustCommit(t, l, func(b *Batch) { b.TrimBefore("a", 3) })
	check(t, l, "a", "[3,4) 3=z")
	mustCommit(t, l, func(b *Batch) { b.TrimBefore("a", 99) })
	check(t, l, "a", "[4,4)")

	l.Close()
	l = mustOpen(t, fs)
	check(t, l, "a", "[4,4)") // numbers are not given twice, not even after a restart
	mustAppend(t, l, "a", "w")
	check(t, l, "a", "[4,5) 4=w")

	mustCommit(t, l, func(b *Batch) { b.Drop("a"); b.Append("a", []byte("new")) })
	check(t, l, "a", "[1,2) 1=new")
	check(t, l, "ab", "[1,2) 1=other")
}

func TestTrimManyEntries(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	mustCommit(t, l, func(b *Batch) {
		for i := range 3000 {
			b.Append("q", fmt.Append(nil, i))
		}
	})
	mustCommit(t, l, func(b *Batch) { b.TrimBefore("q", 2999) })
	check(t, l, "q", "[2999,3001) 2999=2998 3000=2999")
}

func TestReadBounds(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	mustAppend(t, l, "q", "aaaa", "bbbb", "cccc")
	tests := []struct {
		name            string
		from            uint64
		limit, maxBytes int
		want            []uint64
	}{
		{"all", 0, 10, 100, []uint64{1, 2, 3}},
		{"from the second", 2, 10, 100, []uint64{2, 3}},
		{"limit", 1, 2, 100, []uint64{1, 2}},
		{"bytes", 1, 10, 8, []uint64{1, 2}},
		{"one entry above the byte limit", 1, 10, 1, []uint64{1}},
		{"behind the end", 4, 10, 100, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, err := l.Read("q", tt.from, tt.limit, tt.maxBytes)
			var got []uint64
			for _, e := range entries {
				got = append(got, e.Seq)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("Read = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	mustCommit(t, l, func(b *Batch) {
		for _, k := range []string{"r/a", "r/b", "r/b/c", "r/d", "s/a"} {
			b.Put(k, []byte("of "+k))
		}
	})
	mustCommit(t, l, func(b *Batch) { b.Delete("r/d"); b.Put("r/a", []byte("new")) })
	got, err := l.Scan("r/", "r/a", 10)
	if err != nil || len(got) != 2 || got[0].Key != "r/b" || got[1].Key != "r/b/c" || string(got[1].Value) != "of r/b/c" {
		t.Errorf("Scan = %v, %v, want r/b and r/b/c", got, err)
	}
	if v, ok, err := l.Get("r/a"); string(v) != "new" || !ok || err != nil {
		t.Errorf("Get(r/a) = %q, %v, %v, want new", v, ok, err)
	}
	if _, ok, err := l.Get("r/d"); ok || err != nil {
		t.Errorf("Get(r/d) = %v, %v, want none", ok, err)
	}
}

func TestQueues(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	for _, k := range []string{"s/a", "s/a/b", "s/b", "t/a"} {
		mustAppend(t, l, k, "1", "2")
	}
	mustCommit(t, l, func(b *Batch) { b.TrimBefore("s/b", 3) })
	for _, tt := range []struct {
		after string
		want  []string
	}{{"", []string{"s/a", "s/a/b"}}, {"s/a", []string{"s/a/b"}}, {"s/b", nil}} {
		got, err := l.Queues("s/", tt.after, 10)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("Queues(s/, %q) = %q, %v, want %q", tt.after, got, err, tt.want)
		}
	}
}

// Callbacks come in the order of Commit, with numbers that continue one another.
func TestCommitOrder(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	var mu sync.Mutex
	var got []uint64
	var wg sync.WaitGroup
	for range 1000 {
		b := new(Batch)
		b.Put("noise", nil)
		b.Append("q", []byte("v"))
		wg.Add(1)
		l.Commit(b, func(err error) {
			defer wg.Done()
			if err != nil {
				t.Errorf("commit: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, b.Seq(1))
		})
	}
	wg.Wait()
	for i, seq := range got {
		if seq != uint64(i)+1 {
			t.Fatalf("callback %d has number %d, want %d", i, seq, i+1)
		}
	}
}

func TestRefusals(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	tests := []struct {
		name string
		fill func(b *Batch)
		want fault.Kind
	}{
		{"empty key", func(b *Batch) { b.Append("", nil) }, fault.Invalid},
		{"null in key", func(b *Batch) { b.Put("a\x00b", nil) }, fault.Invalid},
		{"long key", func(b *Batch) { b.Drop(strings.Repeat("k", 1025)) }, fault.Invalid},
		{"large batch", func(b *Batch) { b.Append("k", make([]byte, MaxBatchBytes)) }, fault.Exceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b Batch
			tt.fill(&b)
			if err := l.CommitWait(t.Context(), &b); fault.KindOf(err) != tt.want {
				t.Errorf("CommitWait = %v, want kind %v", err, tt.want)
			}
		})
	}
}

// TestFullDisk holds that a nearly full disk refuses what adds before what removes,
// ends no process, and that everything works again once there is room.
func TestFullDisk(t *testing.T) {
	fs := vfs.NewMem()
	l := mustOpen(t, fs)
	mustAppend(t, l, "a", "x", "y")
	usage := func(free uint64) {
		fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: free, TotalBytes: 1 << 40, UsedBytes: 1<<40 - free})
	}
	commit := func(fill func(b *Batch)) error {
		var b Batch
		fill(&b)
		return l.CommitWait(t.Context(), &b)
	}
	adds := map[string]func(b *Batch){
		"append":            func(b *Batch) { b.Append("a", []byte("z")) },
		"put":               func(b *Batch) { b.Put("v", []byte("z")) },
		"trim and append":   func(b *Batch) { b.TrimBefore("a", 2); b.Append("a", []byte("z")) },
		"delete, then put":  func(b *Batch) { b.Delete("v"); b.Put("v", nil) },
		"drop, then append": func(b *Batch) { b.Drop("a"); b.Append("a", nil) },
	}
	usage(32<<20 - 1)
	for name, fill := range adds {
		if err := commit(fill); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s on a nearly full disk: %v, want Unavailable", name, err)
		}
	}
	if err := commit(func(b *Batch) { b.TrimBefore("a", 2) }); err != nil {
		t.Errorf("trim on a nearly full disk: %v, want success", err)
	}
	usage(8<<20 - 1)
	if err := commit(func(b *Batch) { b.TrimBefore("a", 3) }); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("trim on a full disk: %v, want Unavailable", err)
	}
	if err := commit(func(*Batch) {}); err != nil {
		t.Errorf("a batch of nothing on a full disk: %v, want success", err)
	}
	check(t, l, "a", "[2,3) 2=y")
	if _, err := Open(Options{Dir: "queues2", FS: fs}); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "queues2") {
		t.Errorf("opening on a full disk: %v, want Unavailable with the directory", err)
	}
	usage(32 << 20)
	mustAppend(t, l, "a", "z")
	check(t, l, "a", "[2,4) 2=y 3=z")
}

func TestClosed(t *testing.T) {
	l := mustOpen(t, vfs.NewMem())
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	if _, err := l.Append(context.Background(), "q", nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Append after Close = %v, want unavailable", err)
	}
	if _, err := l.Read("q", 0, 1, 1); !errors.Is(err, errClosed) {
		t.Errorf("Read after Close = %v, want %v", err, errClosed)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	fs := vfs.NewMem()
	l := mustOpen(t, fs)
	if err := l.db.Set([]byte{versionKey}, []byte{version + 1}, nil); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := Open(Options{Dir: "queues", FS: fs}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("Open of a newer format = %v, want a conflict", err)
	}
}
