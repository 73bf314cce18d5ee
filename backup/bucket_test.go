package backup

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/objects"
)

// service is a store of objects in a directory that can fail, and counts what it was sent.
type service struct {
	bucketObjects
	mu    sync.Mutex
	calls int // up to the one from which on all fail; below 0: none do
	sent  []string
}

var errDown = fault.New(fault.Unavailable, "the service does not answer")

func (s *service) call() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls--; s.calls == 0 {
		s.calls = 1 // it stays down
		return errDown
	}
	return nil
}

func (s *service) Check(ctx context.Context, t objects.Target) error {
	return errors.Join(s.call(), s.bucketObjects.Check(ctx, t))
}

func (s *service) Open(ctx context.Context, t objects.Target) (io.ReadCloser, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	return s.bucketObjects.Open(ctx, t)
}

func (s *service) Remove(ctx context.Context, t objects.Target) error {
	if err := s.call(); err != nil {
		return err
	}
	return s.bucketObjects.Remove(ctx, t)
}

func (s *service) List(ctx context.Context, bucket, prefix string, deep bool) iter.Seq2[objects.Entry, error] {
	if err := s.call(); err != nil {
		return func(yield func(objects.Entry, error) bool) { yield(objects.Entry{}, err) }
	}
	return s.bucketObjects.List(ctx, bucket, prefix, deep)
}

func (s *service) Create(ctx context.Context, t objects.Target) (objects.Object, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	o, err := s.bucketObjects.Create(ctx, t)
	return &sending{o, s, t.Key}, err
}

type sending struct {
	objects.Object
	s   *service
	key string
}

func (o *sending) Commit(ctx context.Context) error {
	if err := o.s.call(); err != nil {
		return err
	}
	if !strings.HasSuffix(o.key, lockFile) {
		o.s.mu.Lock()
		o.s.sent = append(o.s.sent, o.key)
		o.s.mu.Unlock()
	}
	return o.Object.Commit(ctx)
}

// openService opens backups in a bucket of a test, below a prefix.
func openService(t *testing.T) (*Target, *service) {
	t.Helper()
	store, err := objects.Open(t.Context(), objects.Location{Dir: t.TempDir()}, objects.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &service{bucketObjects: store.(bucketObjects), calls: -1}
	return targetIn(s), s
}

func targetIn(s *service) *Target {
	b := newBucket(s, "backups", "plant/one")
	b.lease.pause = time.Millisecond
	return &Target{shelf: b, location: "s3://backups/plant/one"}
}

// A bucket holds backups as a directory does: each is whole, shares files, is found by
// time, restored, verified and removed.
func TestBucket(t *testing.T) {
	dir := data(t)
	target, s := openService(t)
	if _, err := target.List(t.Context()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("List of an empty bucket: %v, want not found", err)
	}
	first := save(t, target, dir, Contents{Name: "first", Keys: true})
	if n := len(first.Files) + 1; len(s.sent) != n {
		t.Errorf("%d objects were sent, want %d", len(s.sent), n)
	}
	s.sent = nil
	write(t, filepath.Join(dir, "hot.duckdb"), "more rows")
	second := save(t, target, dir, Contents{})
	want := []string{"plant/one/files/" + sumOf([]byte("more rows"))[:2] + "/" + sumOf([]byte("more rows")), "plant/one/backups/" + second.ID + ".json"}
	if diff := cmp.Diff(want, s.sent); diff != "" {
		t.Errorf("sent for the second backup (-want +got):\n%s", diff)
	}
	list, err := target.List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("List = %v, %v, want two", list, err)
	}
	if faults := target.Verify(t.Context(), list, nil); len(faults) > 0 {
		t.Errorf("Verify: %v", faults)
	}
	if b, err := target.Find(t.Context(), "", second.Taken.Add(-1)); err != nil || b.ID != first.ID {
		t.Errorf("Find before the second = %v, %v, want the first", b, err)
	}
	secrets := map[string]string{"root-key.json": "secret", "tls/ca-key.pem": "secret too"}
	if diff := cmp.Diff(with(secrets), restored(t, target, first)); diff != "" {
		t.Errorf("the first (-want +got):\n%s", diff)
	}
	r, err := target.Remove(t.Context(), first.ID)
	if err != nil || r.Files != 3 {
		t.Errorf("Remove = %+v, %v, want the two keys and the rows that only the first has", r, err)
	}
	if diff := cmp.Diff(with(map[string]string{"hot.duckdb": "more rows"}), restored(t, target, second)); diff != "" {
		t.Errorf("the second (-want +got):\n%s", diff)
	}
	for e, err := range s.bucketObjects.List(t.Context(), "backups", "", true) {
		if err != nil || strings.HasSuffix(e.Key, lockFile) || !strings.HasPrefix(e.Key, "plant/one/") {
			t.Errorf("there is %v, %v after all", e, err)
		}
	}
}

// What is damaged in a bucket is found, and restores nothing.
func TestFlippedBitsInABucket(t *testing.T) {
	dir := data(t)
	target, s := openService(t)
	b := save(t, target, dir, Contents{})
	var keys []string
	for e, err := range s.bucketObjects.List(t.Context(), "backups", "", true) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, strings.TrimPrefix(e.Key, "plant/one/"))
	}
	shelf := target.shelf.(*bucket)
	for _, key := range keys {
		in, err := shelf.open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err := errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
		replace := func(text []byte) {
			if err := shelf.put(t.Context(), key, text, func() {}); err != nil {
				t.Fatal(err)
			}
		}
		text[len(text)/2] ^= 4
		replace(text)
		list, listed := target.List(t.Context())
		if faults := errors.Join(append(target.Verify(t.Context(), list, nil), listed)...); faults == nil || !strings.Contains(faults.Error(), filepath.Base(key)) {
			t.Errorf("%s is damaged: %v, want a fault that names it", key, faults)
		}
		to := filepath.Join(t.TempDir(), "data")
		if err := target.Restore(t.Context(), b, to, nil); err == nil && strings.HasPrefix(key, filesDir) {
			t.Errorf("%s is damaged, and restored", key)
		}
		text[len(text)/2] ^= 4
		replace(text)
	}
}

// A backup, and a removal, to a service that goes down at each of their calls leaves backups
// that are whole. The next attempt takes over the lease and sends only what had not arrived.
func TestServiceDown(t *testing.T) {
	dir := data(t)
	for down := 1; ; down++ {
		target, s := openService(t)
		old := save(t, target, dir, Contents{Name: "old"})
		write(t, filepath.Join(dir, "hot.duckdb"), "more rows")
		s.calls, s.sent = down, nil
		_, saved := target.Save(t.Context(), dir, Contents{}, nil)
		arrived := len(s.sent)
		s.calls, s.sent = -1, nil
		if saved != nil && fault.KindOf(saved) != fault.Unavailable {
			t.Errorf("down at call %d: %v, want fault.Unavailable", down, saved)
		}
		list, err := target.List(t.Context())
		if faults := target.Verify(t.Context(), list, nil); err != nil || len(faults) > 0 || len(list) == 0 {
			t.Errorf("down at call %d: %d backups, %v, %v", down, len(list), err, faults)
		}
		again := targetIn(s)
		if saved != nil {
			expire(t, again)
			b := save(t, again, dir, Contents{})
			if diff := cmp.Diff(with(map[string]string{"hot.duckdb": "more rows"}), restored(t, again, b)); diff != "" || len(s.sent)+arrived != 2 && len(list) == 1 {
				t.Errorf("down at call %d, sent %d and %d objects:\n%s", down, arrived, len(s.sent), diff)
			}
		}
		s.calls = down
		_, removed := again.Remove(t.Context(), old.ID)
		s.calls = -1
		list, err = target.List(t.Context())
		if faults := target.Verify(t.Context(), list, nil); err != nil || len(faults) > 0 || len(list) == 0 {
			t.Errorf("removal, down at call %d: %d backups, %v, %v", down, len(list), err, faults)
		}
		write(t, filepath.Join(dir, "hot.duckdb"), "rows")
		if saved == nil && removed == nil {
			break
		}
	}
}

// expire lets the lease of a writer that was killed run out.
func expire(t *testing.T, target *Target) {
	t.Helper()
	b := target.shelf.(*bucket)
	if h, err := b.holder(t.Context()); err == nil {
		if err := b.hold(t.Context(), lease{long: -time.Second}, h, false); err != nil {
			t.Fatal(err)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	b.lease.long = time.Minute
}

// One writer at a time: a second is refused while the first works, and the first stops when
// another has taken its place.
func TestLease(t *testing.T) {
	dir := data(t)
	target, s := openService(t)
	other := targetIn(s)
	target.shelf.(*bucket).lease.renew = time.Millisecond
	held, release, err := target.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Save(t.Context(), dir, Contents{}, nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second writer: %v, want a conflict", err)
	}
	b := other.shelf.(*bucket)
	for held.Err() == nil { // a renewal that has looked already writes over it
		if err := b.hold(t.Context(), b.lease, holder{ID: "another"}, false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(target.shelf.(*bucket).lease.renew)
	}
	if err := context.Cause(held); !errors.Is(err, errLost) {
		t.Errorf("the first ends with %v, want %v", err, errLost)
	}
	release()
	if h, err := b.holder(t.Context()); err != nil || h.ID != "another" {
		t.Errorf("after the first let go: %v, %v, want the other's lease", h, err)
	}
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	for process, free := range map[string]bool{"": false, thisProcess(os.Getpid()): false, "other machine 1": false, thisProcess(dead.Process.Pid): true} {
		if err := b.hold(t.Context(), b.lease, holder{ID: "another", Process: process}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Save(t.Context(), dir, Contents{}, nil); (err == nil) != free || err != nil && fault.KindOf(err) != fault.Conflict {
			t.Errorf("a lease of process %q: %v, want it to be free: %t", process, err, free)
		}
	}
	if err := b.hold(t.Context(), b.lease, holder{ID: "another"}, false); err != nil {
		t.Fatal(err)
	}
	expire(t, other)
	save(t, other, dir, Contents{})
	if _, err := b.holder(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after a backup: %v, want no lease", err)
	}
}
