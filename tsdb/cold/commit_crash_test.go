package cold

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// crashing is a medium that breaks at the n-th call of one that writes: before it does
// anything, after half of it, or after all of it.
type crashing struct {
	*local
	calls int
	at    int
	how   string
	err   error
	after func() // is called when it breaks
}

func (c *crashing) breaks(how string) bool {
	if how == "before" {
		c.calls++
	}
	return c.calls == c.at && c.how == how
}

// run calls do unless it is to break, with half of the data where it is to break there.
func (c *crashing) run(files []blob, do func() error) error {
	if c.breaks("before") {
		c.after()
		return c.err
	}
	if c.breaks("half") {
		for _, b := range files[:min(len(files), 2)] {
			os.WriteFile(c.path(b.name), b.data[:len(b.data)/2], 0o644)
		}
		c.after()
		return c.err
	}
	err := do()
	if c.breaks("after") {
		c.after()
		return errors.Join(c.err, err)
	}
	return err
}

func (c *crashing) keep(ctx context.Context, files []dataRef) error {
	return c.run(nil, func() error { return c.local.keep(ctx, files) })
}

func (c *crashing) stage(ctx context.Context, named []blob, file blob) error {
	return c.run(append(named, blob{file.name + tempSuffix, file.data}), func() error { return c.local.stage(ctx, named, file) })
}

func (c *crashing) publish(ctx context.Context, file blob) error {
	return c.run(nil, func() error { return c.local.publish(ctx, file) })
}

func (c *crashing) hint(ctx context.Context, file blob) error {
	return c.run([]blob{file}, func() error { return c.local.hint(ctx, file) })
}

// A process that dies at any point of a commit leaves the old table or the new one, and
// nothing that a sweep does not remove.
func TestCrashLeavesOldOrNew(t *testing.T) {
	const calls = 4 // keep, stage, publish, hint
	for at := range calls {
		for _, how := range []string{"before", "half", "after"} {
			t.Run(fmt.Sprintf("%d %s", at+1, how), func(t *testing.T) {
				dir := t.TempDir()
				s, _ := openTest(t, dir)
				table := defineTest(t, s)
				commit(t, table, Change{Add: []File{writeFile(t, table, 1, 0), writeFile(t, table, 2, 0)}, Flushed: 1})
				before := table.State()
				var left string
				table.medium = &crashing{local: table.medium.(*local), at: at + 1, how: how, err: syscall.EIO,
					after: func() { left = copyDir(t, dir) }}
				added := writeFile(t, table, 1, 3)
				err := table.Commit(t.Context(), Change{Add: []File{added}, Remove: []string{before.Files[0].Path}, Flushed: 2})
				made := at > 2 || at == 2 && how == "after" // the metadata file is there
				if (err == nil) != (at == 3) {
					t.Errorf("Commit: %v", err)
				}
				want := before.Files
				if made {
					want = []File{added, before.Files[1]}
				}
				checkLeft(t, moved(want, dir, left), left, dir)
			})
		}
	}
}

// checkLeft opens what a crash left and looks for the files that it must have.
func checkLeft(t *testing.T, want []File, left, _ string) {
	t.Helper()
	s, _ := openTest(t, left)
	table := loadTable(t, s)
	if d := cmp.Diff(want, table.State().Files); d != "" {
		t.Errorf("files after a crash (-want +got):\n%s", d)
	}
	if _, err := table.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Expire(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var data []string
	for _, name := range names(t, table) {
		switch {
		case strings.HasSuffix(name, tempSuffix):
			t.Errorf("%s is there after Sweep", name)
		case strings.HasSuffix(name, extension):
			data = append(data, table.dir+"/"+name)
		}
	}
	var paths []string
	for _, f := range want {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	if d := cmp.Diff(paths, data); d != "" {
		t.Errorf("data files after Sweep and Expire (-want +got):\n%s", d)
	}
	commit(t, table, Change{Add: []File{writeFile(t, table, 9, 0)}})
}

// A commit that fails is not made, or the table asks to be loaded again; afterwards it works.
func TestFailedCommitIsNotMade(t *testing.T) {
	for at := range 3 {
		for _, how := range []string{"before", "half", "after"} {
			for _, cause := range []error{syscall.ENOSPC, errors.Join(ErrUnknown, syscall.EIO)} {
				t.Run(fmt.Sprintf("%d %s %v", at+1, how, cause), func(t *testing.T) {
					dir := t.TempDir()
					s, _ := openTest(t, dir)
					table := defineTest(t, s)
					commit(t, table, Change{Add: []File{writeFile(t, table, 1, 0)}, Flushed: 1})
					before, real := table.State(), table.medium
					table.medium = &crashing{local: real.(*local), at: at + 1, how: how, err: cause, after: func() {}}
					change := Change{Add: []File{writeFile(t, table, 1, 3)}, Flushed: 2}
					if err := table.Commit(t.Context(), change); err == nil {
						t.Fatal("Commit did not fail")
					}
					table.medium = real
					if errors.Is(cause, ErrUnknown) && at > 0 {
						if err := table.Commit(t.Context(), change); !errors.Is(err, ErrUnknown) {
							t.Fatalf("Commit before Reload: %v, want ErrUnknown", err)
						}
						if err := table.Reload(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
					if made := table.State().Flushed == 2; made != (at == 2 && how == "after" && errors.Is(cause, ErrUnknown)) {
						t.Fatalf("commit made: %v", made)
					} else if !made {
						if d := cmp.Diff(before.Files, table.State().Files); d != "" {
							t.Fatalf("files after a failed commit (-want +got):\n%s", d)
						}
						if at == 2 && how == "after" {
							return // its file is there: the disk that failed lied
						}
						commit(t, table, change)
					}
					s2, _ := openTest(t, dir)
					if d := cmp.Diff(table.State(), loadTable(t, s2).State()); d != "" {
						t.Errorf("opened again (-want +got):\n%s", d)
					}
				})
			}
		}
	}
}

// Random changes, and a model of the table.
func TestRandomChanges(t *testing.T) {
	for name, open := range stands {
		t.Run(name, func(t *testing.T) { checkRandom(t, open) })
	}
}

func checkRandom(t *testing.T, open func(t testing.TB, dir string) (*Store, *testClock)) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := filepath.Join(t.TempDir(), "dir")
	s, clock := open(t, dir)
	s.opt.Keep = 5e9
	table := defineTest(t, s)
	model := map[string]File{}
	for i := range 80 {
		clock.at = clock.at.Add(1e9)
		var c Change
		for range rng.IntN(4) {
			c.Add = append(c.Add, writeFile(t, table, rng.Int32N(9)-4, rng.Uint64N(5)))
		}
		for path := range model {
			if rng.IntN(10) == 0 {
				c.Remove = append(c.Remove, path)
				delete(model, path)
			}
		}
		for _, f := range c.Add {
			model[f.Path] = f
		}
		c.Flushed = uint32(i)
		commit(t, table, c)
		switch rng.IntN(10) {
		case 0:
			if _, err := table.Expire(t.Context(), nil); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		case 1:
			if orphans, err := table.Orphans(t.Context()); err != nil || len(orphans) > 0 {
				t.Fatalf("seed %d: orphans %v, %v", seed, orphans, err)
			}
		case 2:
			if err := table.Reload(t.Context()); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		case 3:
			if _, err := table.Define(t.Context(), []Field{{fmt.Sprintf("m%d", i), Double}}); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		checkModel(t, seed, table, model)
	}
	clock.at = clock.at.Add(1e11)
	if _, err := table.Expire(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	list := names(t, table)
	if got := count(list, extension); got != len(model) {
		t.Errorf("seed %d: %d data files are left, want %d", seed, got, len(model))
	}
	if got, want := count(list, ".avro"), 1+len(table.version.Load().manifests); got != want {
		t.Errorf("seed %d: %d manifests and lists are left, want %d", seed, got, want)
	}
	if got := count(list, ".metadata.json"); got > 3 { // a Define may have followed the last commit
		t.Errorf("seed %d: %d metadata files are left, want the current one and at most two before", seed, got)
	}
	s2, _ := open(t, dir)
	checkModel(t, seed, loadTable(t, s2), model)
}

func checkModel(t *testing.T, seed uint64, table *Table, model map[string]File) {
	t.Helper()
	st := table.State()
	if len(st.Files) != len(model) {
		t.Fatalf("seed %d: %d files, want %d", seed, len(st.Files), len(model))
	}
	for _, f := range st.Files {
		if model[f.Path] != f {
			t.Fatalf("seed %d: file %+v, want %+v", seed, f, model[f.Path])
		}
		if _, err := os.Stat(filepath.FromSlash(f.Path)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
