package cold

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tidemark/fault"
)

// cache keeps the files of a bucket that were used last in a local directory. Its size is
// bounded; a file that is in use is not removed.
type cache struct {
	limit int64
	mu    struct {
		sync.Mutex // is not held over transfers
		files      map[string]*cached
		idle       *list.List // of *cached that nobody uses, the longest unused in front
		bytes      int64      // of all files, those on their way included
	}
}

// cached is a file in the cache or on its way there.
type cached struct {
	path  string
	bytes int64
	users int
	idle  *list.Element // nil while it is used
	ready chan struct{} // is closed when the transfer has ended
	err   error         // of the transfer; read after ready
}

// openCache takes over the whole files of a directory, oldest first. What it does not
// know is removed: half transfers, and files beyond the limit.
func openCache(dir string, limit int64) (*cache, error) {
	c := &cache{limit: limit}
	c.mu.files, c.mu.idle = map[string]*cached{}, list.New()
	type found struct {
		path string
		size int64
		at   time.Time
	}
	var files []found
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if p == filepath.Join(dir, placeName) {
			return nil
		}
		if !strings.HasSuffix(p, extension) || !wholeFile(p) {
			return os.Remove(p)
		}
		info, err := e.Info()
		if err == nil {
			files = append(files, found{p, info.Size(), info.ModTime()})
		}
		return err
	})
	slices.SortFunc(files, func(a, b found) int { return a.at.Compare(b.at) })
	for _, f := range files {
		c.adopt(f.path, f.size)
	}
	return c, err
}

// size is that of all files, 0 without a cache.
func (c *cache) size() int64 {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.bytes
}

// wholeFile tells whether a file ends as Parquet does.
func wholeFile(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && checkParquet(f, info.Size()) == nil
}

// adopt takes a file that was written in place.
func (c *cache) adopt(path string, size int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.files[path] != nil {
		return
	}
	ready := make(chan struct{})
	close(ready)
	f := &cached{path: path, bytes: size, ready: ready}
	c.mu.files[path] = f
	c.mu.bytes += size
	f.idle = c.mu.idle.PushBack(f)
	c.evict(0)
}

// evict removes idle files until there is room for more bytes, as far as it can. The
// caller holds the lock.
func (c *cache) evict(room int64) {
	for c.mu.bytes+room > c.limit && c.mu.idle.Len() > 0 {
		c.drop(c.mu.idle.Front().Value.(*cached))
	}
}

// drop removes an idle file. The caller holds the lock.
func (c *cache) drop(f *cached) {
	c.mu.idle.Remove(f.idle)
	delete(c.mu.files, f.path)
	c.mu.bytes -= f.bytes
	os.Remove(f.path) // one that cannot be removed is found at the next start
}

// forget removes a file that is gone from the bucket, once nobody uses it: until then it
// has its place.
func (c *cache) forget(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.mu.files[path]; f != nil && f.idle != nil {
		c.drop(f)
	} else if f == nil {
		os.Remove(path)
	}
}

// forgetBelow forgets the files of a folder.
func (c *cache) forgetBelow(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path, f := range c.mu.files {
		if strings.HasPrefix(path, dir+string(filepath.Separator)) && f.idle != nil {
			c.drop(f)
		}
	}
}

// want is a file that somebody is about to read.
type want struct {
	path  string
	bytes int64
	fetch func(ctx context.Context) error
}

// hold makes files readable until release. Each is fetched once, however many ask for it.
// When a transfer that somebody else began fails, perhaps because he gave up, it is tried
// again.
func (c *cache) hold(ctx context.Context, wants []want) (release func(), err error) {
	for {
		held, missing, err := c.claim(wants)
		if err != nil {
			return nil, err
		}
		own := transfer(ctx, missing)
		foreign := await(ctx, held)
		if own == nil && foreign == nil {
			return sync.OnceFunc(func() { c.unclaim(held) }), nil
		}
		c.unclaim(held)
		if own != nil || ctx.Err() != nil {
			return nil, cmp.Or(own, context.Cause(ctx))
		}
	}
}

// fetches is how many files one reader fetches at a time: a bucket takes tens of
// milliseconds before the first byte of each comes.
const fetches = 16

var errGivenUp = errors.New("another file could not be fetched")

// transfer fetches files in their order, some at a time. After an error no more are begun;
// it returns when all others have ended, with the error of the first file that has one.
func transfer(ctx context.Context, missing []lacking) error {
	var group errgroup.Group
	group.SetLimit(fetches)
	var failed atomic.Bool
	for _, m := range missing {
		if failed.Load() {
			m.file.err = errGivenUp
			close(m.file.ready)
			continue
		}
		group.Go(func() error {
			if m.file.err = m.fetch(ctx); m.file.err != nil {
				failed.Store(true)
			}
			close(m.file.ready)
			return nil
		})
	}
	_ = group.Wait() // the files have the errors
	for _, m := range missing {
		if m.file.err != nil {
			return m.file.err // what was given up comes after
		}
	}
	return nil
}

// await waits for transfers, and returns the error of one that failed.
func await(ctx context.Context, held []*cached) (err error) {
	for _, f := range held {
		select {
		case <-f.ready:
			err = cmp.Or(err, f.err)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return err
}

// lacking is a file that the caller of claim must fetch.
type lacking struct {
	file  *cached
	fetch func(ctx context.Context) error
}

// claim marks files as used and makes room for those that are not there.
func (c *cache) claim(wants []want) (held []*cached, missing []lacking, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var more int64
	for _, w := range wants {
		if f := c.mu.files[w.path]; f != nil {
			c.use(f)
			held = append(held, f)
			continue
		}
		f := &cached{path: w.path, bytes: w.bytes, users: 1, ready: make(chan struct{})}
		c.mu.files[w.path] = f
		held, missing, more = append(held, f), append(missing, lacking{f, w.fetch}), more+w.bytes
	}
	c.evict(more)
	c.mu.bytes += more
	if more > 0 && c.mu.bytes > c.limit {
		used := c.mu.bytes
		for _, m := range missing {
			m.file.err = errNoRoom
			close(m.file.ready)
		}
		c.release(held)
		return nil, nil, fault.New(fault.Exceeded, "The files that are read at once have %d bytes, the cache of the bucket has room for %d.", used, c.limit)
	}
	return held, missing, nil
}

var errNoRoom = fault.New(fault.Exceeded, "The cache of the bucket has no room for a file.")

// use takes a file off the idle ones. The caller holds the lock.
func (c *cache) use(f *cached) {
	if f.idle != nil {
		c.mu.idle.Remove(f.idle)
		f.idle = nil
	}
	f.users++
}

func (c *cache) unclaim(held []*cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(held)
}

// release ends the use of files. One whose transfer failed is forgotten by its last user,
// so that the next one tries again. The caller holds the lock.
func (c *cache) release(held []*cached) {
	for _, f := range held {
		if f.users--; f.users > 0 {
			continue
		}
		f.idle = c.mu.idle.PushBack(f)
		if f.failed() {
			c.drop(f)
		}
	}
	c.evict(0)
}

// failed reports whether a transfer has failed, or has not ended.
func (f *cached) failed() bool {
	select {
	case <-f.ready:
		return f.err != nil
	default:
		return true
	}
}
