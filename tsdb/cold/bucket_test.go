package cold

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/objects"
)

// shaky is a bucket whose n-th Commit of an object fails: before anything happened, or
// after the object was there.
type shaky struct {
	Objects
	mu          sync.Mutex
	commits, at int
	after       bool
	mute        bool // from then on nothing can be read
	broken      bool
	late        func() // makes the object appear that seemed not to be there
}

func (s *shaky) Create(ctx context.Context, t objects.Target) (objects.Object, error) {
	o, err := s.Objects.Create(ctx, t)
	return &shakyObject{o, s}, err
}

type shakyObject struct {
	objects.Object
	s *shaky
}

var errShaky = fault.New(fault.Unavailable, "the service does not answer")

func (o *shakyObject) Commit(ctx context.Context) error {
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	o.s.commits++
	if o.s.commits != o.s.at {
		return o.Object.Commit(ctx)
	}
	o.s.broken = true
	if o.s.after {
		return errors.Join(o.Object.Commit(ctx), errShaky)
	}
	o.s.late = func() { o.Object.Commit(context.Background()) }
	return errShaky
}

// Abort leaves an object that may still come.
func (o *shakyObject) Abort() error {
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	if o.s.broken && o.s.late != nil {
		return nil
	}
	return o.Object.Abort()
}

func (s *shaky) Open(ctx context.Context, t objects.Target) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken && s.mute {
		return nil, errShaky
	}
	return s.Objects.Open(ctx, t)
}

// A bucket that fails at any object of a commit leaves the old table, or the new one when
// it was the metadata file and it is there.
func TestBucketFails(t *testing.T) {
	for at, name := range []string{1: "data", 2: "manifest", 3: "list", 4: "metadata"} {
		for _, after := range []bool{false, true} {
			if name == "" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "dir")
				bucket := &shaky{after: after}
				s, _ := openBucket(t, dir, func(o Objects) Objects { bucket.Objects = o; return bucket })
				table := defineTest(t, s)
				commit(t, table, Change{Add: []File{writeFile(t, table, 1, 0)}, Flushed: 1})
				before := table.State()
				added := writeFile(t, table, 2, 0)
				bucket.commits, bucket.at = 0, at
				err := table.Commit(t.Context(), Change{Add: []File{added}, Flushed: 2})
				if made := name == "metadata" && after; made != (err == nil) || made != (table.State().Flushed == 2) {
					t.Fatalf("after=%v: Commit: %v, flushed %d", after, err, table.State().Flushed)
				} else if errors.Is(err, ErrUnknown) != (name == "metadata" && !after) {
					t.Fatalf("after=%v: Commit: %v", after, err)
				} else if !made {
					if err := table.Reload(t.Context()); err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(before.Files, table.State().Files); d != "" {
						t.Errorf("files after a failure (-want +got):\n%s", d)
					}
					commit(t, table, Change{Add: []File{added}, Flushed: 2})
				}
				s2, _ := openBucket(t, dir, nil)
				if d := cmp.Diff(table.State(), loadTable(t, s2).State()); d != "" {
					t.Errorf("opened again (-want +got):\n%s", d)
				}
			})
		}
	}
}

// A service that makes an object appear long after it was asked changes nothing: the
// version that it belongs to was passed over.
func TestLateMetadataChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	bucket := &shaky{}
	s, _ := openBucket(t, dir, func(o Objects) Objects { bucket.Objects = o; return bucket })
	table := defineTest(t, s)
	lost, kept := writeFile(t, table, 1, 0), writeFile(t, table, 2, 0)
	bucket.commits, bucket.at, bucket.mute = 0, 4, true
	if err := table.Commit(t.Context(), Change{Add: []File{lost}}); !errors.Is(err, ErrUnknown) {
		t.Fatalf("Commit: %v, want ErrUnknown", err)
	}
	bucket.broken = false
	if err := table.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := table.Discard(lost.Path); err != nil {
		t.Fatal(err)
	}
	commit(t, table, Change{Add: []File{kept}})
	bucket.late()
	s2, _ := openBucket(t, dir, nil)
	again := loadTable(t, s2)
	if d := cmp.Diff([]File{kept}, again.State().Files); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if again.State().Version != 3 {
		t.Errorf("version %d, want 3: the second was not known", again.State().Version)
	}
}

func TestFetchBringsFilesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	s, _ := openBucket(t, dir, nil)
	table := defineTest(t, s)
	f := writeFile(t, table, 1, 0)
	text, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, table, Change{Add: []File{f}})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s2, _ := openBucket(t, dir, nil)
	files := loadTable(t, s2).State().Files
	release, err := s2.Fetch(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Path); err != nil || string(got) != string(text) {
		t.Errorf("the file has %q, %v; want %q", got, err, text)
	}
	release()
	release()
	files[0].Path = filepath.Join(s2.opt.Dir, "plant/sensors-7/data/day=1970-01-02/0-gone.parquet")
	if _, err := s2.Fetch(t.Context(), files); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Fetch of what is not there: %v, want a NotFound", err)
	}
	files[0].Path = "/elsewhere/x.parquet"
	if _, err := s2.Fetch(t.Context(), files); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Fetch of a file of nobody: %v, want an Invalid", err)
	}
}

// A file of the right size with something else in it is not given out.
func TestFetchRefusesTornFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	s, _ := openBucket(t, dir, nil)
	table := defineTest(t, s)
	f := writeFile(t, table, 1, 0)
	commit(t, table, Change{Add: []File{f}})
	key := strings.TrimPrefix(f.Path, s.opt.Dir)
	if err := os.Truncate(dir+"-buckets/tables/all/of/them"+key, f.Bytes-3); err != nil {
		t.Fatal(err)
	}
	os.Remove(f.Path)
	s2, _ := openBucket(t, dir, nil)
	if _, err := s2.Fetch(t.Context(), []File{f}); err == nil || !strings.Contains(err.Error(), f.Path) {
		t.Errorf("Fetch of a torn file: %v, want an error that names it", err)
	}
	if _, err := os.Stat(f.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a torn file in the cache: %v", err)
	}
}

// A directory whose tables are elsewhere would seem to have none.
func TestPlaceOfTables(t *testing.T) {
	local, remote := filepath.Join(t.TempDir(), "local"), filepath.Join(t.TempDir(), "remote")
	s, _ := openTest(t, local)
	defineTest(t, s)
	openBucket(t, remote, nil)
	openBucket(t, remote, nil)
	bucket := &Bucket{Objects: &shaky{}, Name: "tables", Prefix: "all/of"}
	for name, o := range map[string]Options{
		"a bucket for tables in a directory": {Dir: local, Bucket: bucket}, "a directory for tables in a bucket": {Dir: remote}, "another bucket": {Dir: remote, Bucket: bucket},
	} {
		if _, err := Open(t.Context(), o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Open of %s: %v, want an Invalid", name, err)
		}
	}
	s, _ = openTest(t, local)
	if !loadTable(t, s).State().Exists {
		t.Error("the table is gone")
	}
}

func TestBucketOptions(t *testing.T) {
	for _, b := range []*Bucket{{}, {Name: "x"}, {Name: "x", Objects: &shaky{}, Prefix: "/a"}, {Name: "x", Objects: &shaky{}, Prefix: "a/"},
		{Name: "x", Objects: &shaky{}, CacheBytes: -1}} {
		if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Bucket: b}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Open with bucket %+v: %v, want an Invalid", b, err)
		}
	}
}
