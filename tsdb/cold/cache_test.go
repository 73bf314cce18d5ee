package cold

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/fault"
)

// filesIn are the names of a directory.
func filesIn(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, e := range entries {
		text += e.Name()[:1]
	}
	return text
}

// wantOf is a file of ten bytes by its letter, and its transfers.
func wantOf(dir, letter string, fetched *atomic.Int32) want {
	path := filepath.Join(dir, letter+extension)
	return want{path, 10, func(context.Context) error {
		fetched.Add(1)
		return os.WriteFile(path, []byte("PAR1xxPAR1"), 0o644)
	}}
}

func TestCacheKeepsWhatIsUsed(t *testing.T) {
	dir := t.TempDir()
	c, err := openCache(dir, 30)
	if err != nil {
		t.Fatal(err)
	}
	var fetched atomic.Int32
	hold := func(letters string) func() {
		t.Helper()
		var wants []want
		for _, l := range letters {
			wants = append(wants, wantOf(dir, string(l), &fetched))
		}
		release, err := c.hold(t.Context(), wants)
		if err != nil {
			t.Fatal(err)
		}
		return release
	}
	look := func(want string, transfers int32) {
		t.Helper()
		if got := filesIn(t, dir); got != want || fetched.Load() != transfers {
			t.Errorf("the cache has %q after %d transfers, want %q after %d", got, fetched.Load(), want, transfers)
		}
	}
	a := hold("a")
	hold("bc")()
	look("abc", 3)
	hold("d")() // b is the longest unused; a is used
	look("acd", 4)
	hold("cc")()
	hold("e")() // c was used after d
	look("ace", 5)
	a()
	hold("bf")() // e and c were used before a was let go
	look("abf", 7)
	b := hold("af")
	if _, err := c.hold(t.Context(), []want{wantOf(dir, "g", &fetched), wantOf(dir, "h", &fetched)}); fault.KindOf(err) != fault.Exceeded {
		t.Errorf("hold of more than there is room: %v, want an Exceeded", err)
	}
	look("af", 7)
	b()
	hold("abc")()
	look("abc", 9)
	c.forget(filepath.Join(dir, "b"+extension))
	look("ac", 9)
	if c.mu.bytes != 20 || c.mu.idle.Len() != 2 {
		t.Errorf("the cache counts %d bytes, %d files; want 20 and 2", c.mu.bytes, c.mu.idle.Len())
	}
}

func TestCacheFetchesOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c, err := openCache(dir, 100)
		if err != nil {
			t.Fatal(err)
		}
		var fetched atomic.Int32
		w := wantOf(dir, "a", &fetched)
		inner, gate := w.fetch, make(chan struct{})
		w.fetch = func(ctx context.Context) error { <-gate; return inner(ctx) }
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				release, err := c.hold(t.Context(), []want{w})
				if err != nil {
					t.Error(err)
					return
				}
				release()
			})
		}
		synctest.Wait()
		close(gate)
		group.Wait()
		if fetched.Load() != 1 {
			t.Errorf("%d transfers for twenty readers, want 1", fetched.Load())
		}
	})
}

// Who waits for a transfer of somebody who gives up begins his own.
func TestCacheTriesAgainForOthers(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c, err := openCache(dir, 100)
		if err != nil {
			t.Fatal(err)
		}
		var fetched atomic.Int32
		w := wantOf(dir, "a", &fetched)
		slow := w
		slow.fetch = func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := c.hold(ctx, []want{slow}); !errors.Is(err, context.Canceled) {
				t.Errorf("hold by who gave up: %v, want that he was cancelled", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			release, err := c.hold(t.Context(), []want{w})
			if err != nil {
				t.Error(err)
				return
			}
			release()
		})
		synctest.Wait()
		cancel()
		group.Wait()
		if fetched.Load() != 1 || filesIn(t, dir) != "a" {
			t.Errorf("%d transfers, files %q; want 1 and a", fetched.Load(), filesIn(t, dir))
		}
	})
}

// Files come some at a time. After an error no more are begun, and of several errors it is
// always that of the first file.
func TestCacheFetchesSideBySide(t *testing.T) {
	const files = 5 * fetches
	for _, c := range []struct {
		name   string
		failed []int
		first  int   // -1: none
		begun  int32 // and perhaps fewer more than run at once, begun before the error came
	}{
		{"all arrive", nil, -1, files},
		{"some fail", []int{fetches + 7, fetches + 2, files - 1}, fetches + 2, 2 * fetches},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			store, err := openCache(dir, files*10)
			if err != nil {
				t.Fatal(err)
			}
			var begun, running, most atomic.Int32
			errs := map[int]error{}
			for _, i := range c.failed {
				errs[i] = fmt.Errorf("file %d", i)
			}
			var wants []want
			for i := range files {
				wants = append(wants, want{filepath.Join(dir, fmt.Sprint(i)+extension), 10, func(context.Context) error {
					begun.Add(1)
					n := running.Add(1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					time.Sleep(time.Second) // in no time: all that may run do
					running.Add(-1)
					return errs[i]
				}})
			}
			_, err = store.hold(t.Context(), wants)
			var want error
			if c.first >= 0 {
				want = errs[c.first]
			}
			if more := begun.Load() - c.begun; err != want || more < 0 || more >= fetches || more > 0 && want == nil || most.Load() != fetches {
				t.Errorf("%s: %v after %d transfers, up to %d at once; want %v, %d and %d", c.name, err, begun.Load(), most.Load(), want, c.begun, fetches)
			}
		})
	}
}

func TestCacheTakesOverWholeFiles(t *testing.T) {
	dir := t.TempDir()
	for i, text := range []string{"PAR1xxPAR1", "PAR1xxPA", "", "PAR1yyPAR1"} {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)+extension), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "9"+extension+tempSuffix), []byte("PAR1xxPAR1"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := openCache(dir, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := filesIn(t, dir); got != "03" || c.mu.bytes != 20 {
		t.Errorf("the cache took over %q with %d bytes, want 03 with 20", got, c.mu.bytes)
	}
	if _, err := openCache(dir, 15); err != nil || len(filesIn(t, dir)) != 1 {
		t.Errorf("a smaller cache took over %q, %v; want one file", filesIn(t, dir), err)
	}
}
