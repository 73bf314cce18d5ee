package cold

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExpireKeepsWhatIsRead(t *testing.T) {
	s, clock := openTest(t, t.TempDir())
	table := defineTest(t, s)
	a, b := writeFile(t, table, 1, 0), writeFile(t, table, 2, 0)
	commit(t, table, Change{Add: []File{a, b}})
	clock.at = clock.at.Add(time.Minute)
	commit(t, table, Change{Remove: []string{a.Path}})
	expire := func(inUse func(string) bool) int {
		t.Helper()
		n, err := table.Expire(t.Context(), inUse)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := expire(nil); n != 0 {
		t.Errorf("Expire within the ten minutes deleted %d files, want 0", n)
	}
	clock.at = clock.at.Add(11 * time.Minute)
	// The file that a reader holds stays; the first list, manifest and metadata files go.
	if n := expire(func(path string) bool { return path == a.Path }); n != 4 {
		t.Errorf("Expire deleted %d files, want 4: a list, a manifest, two metadata files", n)
	}
	if _, err := os.Stat(a.Path); err != nil {
		t.Errorf("a file in use: %v", err)
	}
	if n := expire(nil); n != 1 {
		t.Errorf("Expire deleted %d files, want 1", n)
	}
	if _, err := os.Stat(filepath.Dir(a.Path)); !os.IsNotExist(err) {
		t.Errorf("folder of a day without files: %v, want that it is gone", err)
	}
	if d := cmp.Diff([]File{b}, table.State().Files); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := table.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := expire(nil); n != 0 {
		t.Errorf("Expire after Reload deleted %d files, want 0", n)
	}
}

func TestFilesRetiredBeforeAReloadAreDeleted(t *testing.T) {
	dir := t.TempDir()
	s, clock := openTest(t, dir)
	table := defineTest(t, s)
	a := writeFile(t, table, 1, 0)
	commit(t, table, Change{Add: []File{a}})
	clock.at = clock.at.Add(time.Second)
	commit(t, table, Change{Remove: []string{a.Path}})
	s2, clock2 := openTest(t, dir)
	clock2.at = clock.at.Add(time.Hour)
	again := loadTable(t, s2)
	if orphans, err := again.Orphans(t.Context()); err != nil || len(orphans) > 0 {
		t.Errorf("Orphans: %v, %v; want none, an old snapshot names them", orphans, err)
	}
	if _, err := again.Expire(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(a.Path); !os.IsNotExist(err) {
		t.Errorf("retired file: %v, want that it is gone", err)
	}
}

func TestOrphansLeaveWhatIsBeingWritten(t *testing.T) {
	s, _ := openTest(t, t.TempDir())
	table := defineTest(t, s)
	kept, pending, lost := writeFile(t, table, 1, 0), writeFile(t, table, 1, 0), writeFile(t, table, 3, 0)
	commit(t, table, Change{Add: []File{kept}})
	half := filepath.Join(filepath.Dir(pending.Path), "tmp_"+filepath.Base(pending.Path))
	if err := os.WriteFile(half, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	table.forgetPaths([]File{lost}) // as if another process had died
	orphans, err := table.Orphans(t.Context())
	if d := cmp.Diff([]string{lost.Path}, orphans); d != "" || err != nil {
		t.Errorf("Orphans (-want +got):\n%s%v", d, err)
	}
	if n, err := table.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	commit(t, table, Change{Add: []File{pending}})
	given := writeFile(t, table, 8, 0)
	if err := table.Discard(given.Path, kept.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(given.Path)); !os.IsNotExist(err) {
		t.Errorf("folder of a discarded file: %v", err)
	}
	if _, err := os.Stat(kept.Path); err != nil {
		t.Errorf("Discard of a committed file: %v, want that it stays", err)
	}
}

// However many commits there were, few files and snapshots are left, and a commit reads
// none of them.
func TestManyCommitsStaySmall(t *testing.T) {
	dir := t.TempDir()
	s, clock := openTest(t, dir)
	table := defineTest(t, s)
	const commits = 150
	for i := range commits {
		clock.at = clock.at.Add(time.Second)
		commit(t, table, Change{Add: []File{writeFile(t, table, int32(i/10), 0)}, Flushed: uint32(i + 1)})
		if i%20 == 19 {
			if _, err := table.Expire(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	v := table.version.Load()
	if len(v.manifests) > 10 { // sizes fall from the oldest to the newest, and sum up to 150
		t.Errorf("%d manifests, want at most 10", len(v.manifests))
	}
	list := names(t, table)
	if got := count(list, ".metadata.json"); got > 121 {
		t.Errorf("%d metadata files, want at most 100 and those of 20 commits", got)
	}
	clock.at = clock.at.Add(time.Hour)
	if _, err := table.Expire(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	list = names(t, table)
	if got := len(list) - count(list, extension); got > 1+len(v.manifests)+3 {
		t.Errorf("%d files beside the data after an hour, want one list, %d manifests, two metadata files and the hint", got, len(v.manifests))
	}
}

func BenchmarkCommit(b *testing.B) {
	s, _ := openTest(b, b.TempDir())
	s.opt.Now = time.Now
	table := defineTest(b, s)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		f := writeFile(b, table, int32(i/100), 0)
		b.StartTimer()
		commit(b, table, Change{Add: []File{f}, Flushed: uint32(i + 1)})
	}
}
