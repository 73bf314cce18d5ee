package meta

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

type document struct {
	Name  string
	Count int
}

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func newBucket(t *testing.T) *Bucket[document] {
	t.Helper()
	return NewBucket[document](open(t, filepath.Join(t.TempDir(), "a b%20c?.db")), "things")
}

func mustPut(t *testing.T, b *Bucket[document], keys ...string) {
	t.Helper()
	for i, key := range keys {
		if err := b.Put(t.Context(), key, document{key, i}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBucketFaults(t *testing.T) {
	b := newBucket(t)
	mustPut(t, b, "there")
	ctx := t.Context()
	_, getErr := b.Get(ctx, "absent")
	_, updateErr := b.Update(ctx, "absent", func(*document) error { return nil })
	cases := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"get absent", getErr, fault.NotFound},
		{"update absent", updateErr, fault.NotFound},
		{"delete absent", b.Delete(ctx, "absent"), fault.NotFound},
		{"create existing", b.Create(ctx, "there", document{}), fault.Conflict},
		{"set old version", b.CompareAndSet(ctx, "there", 7, document{}), fault.Conflict},
		{"set absent", b.CompareAndSet(ctx, "absent", 1, document{}), fault.NotFound},
		{"empty key", b.Put(ctx, "", document{}), fault.Exceeded},
		{"long key", b.Put(ctx, strings.Repeat("k", MaxKeyBytes+1), document{}), fault.Exceeded},
		{"large document", b.Put(ctx, "large", document{Name: strings.Repeat("x", MaxDocumentBytes)}), fault.Exceeded},
	}
	for _, c := range cases {
		if c.err == nil || fault.KindOf(c.err) != c.want {
			t.Errorf("%s: error %v of kind %v, want kind %v", c.name, c.err, fault.KindOf(c.err), c.want)
		}
	}
}

func TestVersionGrowsWithEveryWrite(t *testing.T) {
	b := newBucket(t)
	ctx := t.Context()
	if err := b.Create(ctx, "k", document{"k", 1}); err != nil {
		t.Fatal(err)
	}
	mustPut(t, b, "k")
	if _, err := b.Update(ctx, "k", func(d *document) error { d.Count = 9; return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := b.Entry(ctx, "k")
	if want := (Entry[document]{"k", 3, document{"k", 9}}); err != nil || got != want {
		t.Errorf("Entry = %v, %v, want %v", got, err, want)
	}
}

func TestWritesSurviveReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	first := open(t, path)
	mustPut(t, NewBucket[document](first, "things"), "kept")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := NewBucket[document](open(t, path), "things").Get(t.Context(), "kept")
	if want := (document{"kept", 0}); err != nil || got != want {
		t.Errorf("Get = %v, %v, want %v", got, err, want)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db := open(t, path)
	if _, err := db.writer.ExecContext(t.Context(), `UPDATE format SET version = 99`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "format 99") {
		t.Errorf("Open = %v, want an error naming format 99", err)
	}
}

func TestList(t *testing.T) {
	b := newBucket(t)
	mustPut(t, b, "a/1", "a/2", "a/3", "b/1", "é/1", "a", "A/1")
	mustPut(t, NewBucket[document](b.db, "other"), "a/9")
	cases := []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"", "", 0, []string{"A/1", "a", "a/1", "a/2", "a/3", "b/1", "é/1"}},
		{"a/", "", 0, []string{"a/1", "a/2", "a/3"}},
		{"a/", "a/1", 1, []string{"a/2"}},
		{"a/", "a/3", 5, nil},
		{"é", "", 5, []string{"é/1"}},
		{"", "b", 1, []string{"b/1"}},
	}
	for _, c := range cases {
		list, err := b.List(t.Context(), c.prefix, c.after, c.limit)
		var got []string
		for _, e := range list {
			got = append(got, e.Key)
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("List(%q, %q, %d) = %v, %v, want %v", c.prefix, c.after, c.limit, got, err, c.want)
		}
	}
	if n, err := b.Count(t.Context(), "a/"); err != nil || n != 3 {
		t.Errorf("Count(a/) = %d, %v, want 3", n, err)
	}
	if n, err := b.Count(t.Context(), ""); err != nil || n != 7 {
		t.Errorf("Count() = %d, %v, want 7", n, err)
	}
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	b := newBucket(t)
	refused := errors.New("refused")
	err := b.db.Tx(t.Context(), func(tx *Tx) error {
		mustPut(t, b.In(tx), "x", "y")
		if _, err := b.In(tx).Get(t.Context(), "x"); err != nil {
			t.Errorf("Get inside the transaction: %v", err)
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("Tx = %v, want %v", err, refused)
	}
	if n, err := b.Count(t.Context(), ""); err != nil || n != 0 {
		t.Errorf("Count after a rolled back transaction = %d, %v, want 0", n, err)
	}
}

func TestConcurrentUpdatesAllCount(t *testing.T) {
	b := newBucket(t)
	mustPut(t, b, "k")
	const writers, each = 8, 20
	var wg sync.WaitGroup
	errs := make(chan error, writers)
	for range writers {
		wg.Go(func() { errs <- addMany(t.Context(), b, each) })
	}
	wg.Wait()
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got, err := b.Get(t.Context(), "k"); err != nil || got.Count != writers*each {
		t.Errorf("count = %d, %v, want %d", got.Count, err, writers*each)
	}
}

func addMany(ctx context.Context, b *Bucket[document], n int) error {
	for i := range n {
		if _, err := b.Update(ctx, "k", func(d *document) error { d.Count++; return nil }); err != nil {
			return fmt.Errorf("update %d: %w", i, err)
		}
	}
	return nil
}

func TestLockDirNamesTheHolder(t *testing.T) {
	dir := t.TempDir()
	lock, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockDir(dir)
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "pid ") {
		t.Errorf("second LockDir = %v, want a conflict naming %s and a pid", err, dir)
	}
	if err := errors.Join(lock.Close(), lock.Close()); err != nil {
		t.Errorf("Close twice = %v", err)
	}
	again, err := LockDir(dir)
	if err != nil {
		t.Fatalf("LockDir after Close = %v", err)
	}
	again.Close()
}
