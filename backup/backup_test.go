package backup

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

// data is a directory with a file of every kind, which is none of a server's.
func data(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range map[string]string{
		"meta.db": "documents", "meta.db-wal": "log of documents", "meta.db-shm": "memory", "hot.duckdb": "rows", "hot.duckdb.wal": "log of rows",
		"iceberg/db/t-1/data/day=2026-01-01/0-a.parquet": "older rows", "iceberg/db/t-1/metadata/v1.metadata.json": "version 1",
		"iceberg/db/t-1/metadata/v2.metadata.json.temp": "half a version", "iceberg/db/t-1/data/day=2026-01-01/tmp_0-b.parquet": "half a file",
		"iceberg/.dropped/x": "dropped", "mqtt/000001.sst": "sessions", "mqtt/LOCK": "", "LOCK": "pid 1", "addresses.json": "{}", "console-token": "t",
		"spill/x": "x", "imports/x": "x", "backup.staging/x": "x", "root-key.json": "secret", "tls/ca-key.pem": "secret too",
		"objects/bucket/key": "object", "objects/.uploads/x": "half an object", "later/kind": "of a later version",
	} {
		write(t, filepath.Join(dir, path), text)
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

// tree reads a directory.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	list, err := walk(t.Context(), dir, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(dir, f.path))
		if err != nil {
			t.Fatal(err)
		}
		files[f.path] = string(text)
	}
	return files
}

func open(t *testing.T) *Target {
	t.Helper()
	target, err := Open(t.Context(), filepath.Join(t.TempDir(), "backups"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func save(t *testing.T, target *Target, dir string, c Contents) *Backup {
	t.Helper()
	b, err := target.Save(t.Context(), dir, c, nil)
	if err != nil {
		t.Fatalf("Save: %v", err)
	}
	return b
}

func restored(t *testing.T, target *Target, b *Backup) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := target.Restore(t.Context(), b, dir, nil); err != nil {
		t.Fatalf("Restore: %v", err)
	}
	files := tree(t, dir)
	delete(files, "LOCK")
	return files
}

var always = map[string]string{
	"meta.db": "documents", "meta.db-wal": "log of documents", "hot.duckdb": "rows", "hot.duckdb.wal": "log of rows",
	"iceberg/db/t-1/data/day=2026-01-01/0-a.parquet": "older rows", "iceberg/db/t-1/metadata/v1.metadata.json": "version 1",
	"mqtt/000001.sst": "sessions", "later/kind": "of a later version",
}

func with(more map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{always, more} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// What is restored is what was backed up, with secrets and objects where they are wanted.
func TestContents(t *testing.T) {
	dir, target := data(t), open(t)
	secrets := map[string]string{"root-key.json": "secret", "tls/ca-key.pem": "secret too"}
	for _, c := range []struct {
		name     string
		contents Contents
		want     map[string]string
	}{
		{"stores", Contents{}, with(nil)},
		{"keys", Contents{Keys: true}, with(secrets)},
		{"objects", Contents{Objects: true}, with(map[string]string{"objects/bucket/key": "object"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, restored(t, target, save(t, target, dir, c.contents))); diff != "" {
				t.Errorf("restored files (-want +got):\n%s", diff)
			}
		})
	}
	info, err := os.Stat(target.filePath(sumOf([]byte("older rows"))))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file in the target: %v, %v, want mode 0600", info.Mode(), err)
	}
}

// A second backup copies what is new, removing the first leaves the second whole.
func TestShared(t *testing.T) {
	dir, target := data(t), open(t)
	first := save(t, target, dir, Contents{Name: "first"})
	write(t, filepath.Join(dir, "hot.duckdb"), "more rows")
	var last Progress
	second, err := target.Save(t.Context(), dir, Contents{}, func(p Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if last.Copied != int64(len("more rows")) || last.Files != last.AllFiles || last.Bytes != last.AllBytes || last.Files != len(always) {
		t.Errorf("progress %+v, want 9 bytes copied of all %d files", last, len(always))
	}
	if _, err := target.Save(t.Context(), dir, Contents{Name: "first"}, nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a name that is taken: %v, want a conflict", err)
	}
	for name, want := range map[string]*Backup{"first": first, first.ID: first, second.ID: second, "": second} {
		if got, err := target.Find(t.Context(), name, time.Time{}); err != nil || got.ID != want.ID {
			t.Errorf("Find(%q) = %v, %v, want %s", name, got, err, want.ID)
		}
	}
	r, err := target.Remove(t.Context(), first.ID)
	if err != nil || r.Files != 1 || r.Bytes != int64(len("rows")) {
		t.Errorf("Remove = %+v, %v, want the one file of 4 bytes that only the first has", r, err)
	}
	if diff := cmp.Diff(with(map[string]string{"hot.duckdb": "more rows"}), restored(t, target, second)); diff != "" {
		t.Errorf("after the first was removed (-want +got):\n%s", diff)
	}
	if _, err := target.Find(t.Context(), "first", time.Time{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Find of a removed backup: %v, want not found", err)
	}
}

// A point in time is the newest backup not after it.
func TestFindAt(t *testing.T) {
	dir, target := data(t), open(t)
	first := save(t, target, dir, Contents{})
	second := save(t, target, dir, Contents{})
	for _, c := range []struct {
		at   time.Time
		want *Backup
	}{
		{second.Taken.Add(time.Hour), second}, {second.Taken, second}, {second.Taken.Add(-time.Nanosecond), first}, {first.Taken, first}, {first.Taken.Add(-time.Nanosecond), nil},
	} {
		got, err := target.Find(t.Context(), "", c.at)
		if c.want == nil && fault.KindOf(err) != fault.NotFound || c.want != nil && (err != nil || got.ID != c.want.ID) {
			t.Errorf("Find at %v = %v, %v, want %v", c.at, got, err, c.want)
		}
	}
}

// A flipped bit anywhere in a target is found, and restores nothing.
func TestFlippedBits(t *testing.T) {
	dir, target := data(t), open(t)
	b := save(t, target, dir, Contents{Keys: true})
	faults := func() []error {
		list, err := target.List(t.Context())
		return append(target.Verify(t.Context(), list, nil), errors.Join(err))
	}
	if got := errors.Join(faults()...); got != nil {
		t.Fatalf("Verify of a whole backup: %v", got)
	}
	for path := range tree(t, target.dir) {
		name := filepath.Join(target.dir, path)
		text, err := os.ReadFile(name)
		if err != nil || len(text) == 0 {
			continue
		}
		for _, at := range []int{0, len(text) / 2, len(text) - 1} {
			text[at] ^= 4
			os.WriteFile(name, text, 0o600)
			if got := errors.Join(faults()...); got == nil {
				t.Errorf("a flipped bit in byte %d of %s is not found", at, path)
			} else if !strings.Contains(got.Error(), filepath.Base(path)) {
				t.Errorf("the fault of %s does not name it: %v", path, got)
			}
			if found, err := target.Find(t.Context(), b.ID, time.Time{}); err == nil {
				to := filepath.Join(t.TempDir(), "data")
				if err := target.Restore(t.Context(), found, to, nil); err == nil {
					t.Errorf("a flipped bit in byte %d of %s is restored", at, path)
				}
				if err := CheckRestored(to); fault.KindOf(err) != fault.Conflict {
					t.Errorf("a directory that was not restored whole: %v, want a conflict", err)
				}
			}
			text[at] ^= 4
			os.WriteFile(name, text, 0o600)
		}
	}
}

// What cannot be is refused with its kind.
func TestRefused(t *testing.T) {
	dir, target := data(t), open(t)
	b := save(t, target, dir, Contents{})
	inside, _ := Open(t.Context(), filepath.Join(dir, "backups"))
	for name, c := range map[string]struct {
		do   func() error
		want fault.Kind
	}{
		"another scheme":        {func() error { _, err := Open(t.Context(), "ftp://host/prefix"); return err }, fault.Invalid},
		"no bucket":             {func() error { _, err := Open(t.Context(), "s3:///prefix"); return err }, fault.Invalid},
		"no location":           {func() error { _, err := Open(t.Context(), ""); return err }, fault.Invalid},
		"inside the data":       {func() error { _, err := SaveStopped(t.Context(), dir, inside, Contents{}, nil); return err }, fault.Invalid},
		"no data directory":     {func() error { _, err := SaveStopped(t.Context(), t.TempDir(), target, Contents{}, nil); return err }, fault.NotFound},
		"into a used directory": {func() error { return target.Restore(t.Context(), b, dir, nil) }, fault.Conflict},
		"none there":            {func() error { _, err := open(t).Find(t.Context(), "", time.Time{}); return err }, fault.NotFound},
		"two at once": {func() error {
			_, release, err := target.lock(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			other, _ := Open(t.Context(), target.dir)
			_, err = other.Save(t.Context(), dir, Contents{}, nil)
			return err
		}, fault.Conflict},
	} {
		if err := c.do(); err == nil || fault.KindOf(err) != c.want {
			t.Errorf("%s: %v, want a fault that is %v", name, err, c.want)
		}
	}
	for _, path := range []string{"../x", "/etc/passwd", "a/../../b", ""} {
		f := File{Path: path, Sum: sumOf(nil)}
		if f.check() == nil {
			t.Errorf("a list with the path %q is accepted", path)
		}
	}
}

// TestKilled kills a process at each step of a backup, a removal and a restore: every
// backup that is listed is whole, and the next attempt succeeds.
func TestKilled(t *testing.T) {
	if work := os.Getenv("BACKUP_TEST_KILL"); work != "" {
		beKilled(t, work)
		return
	}
	for work, steps := range map[string]map[Step]int{
		"save":    {StepFile: 3, StepFiles: 1, StepListed: 1, StepSaved: 1},
		"remove":  {StepUnlisted: 1},
		"restore": {StepFile: 3, StepFiles: 1},
	} {
		for step, times := range steps {
			dir, target := data(t), open(t)
			old := save(t, target, dir, Contents{Name: "old"})
			write(t, filepath.Join(dir, "hot.duckdb"), "more rows")
			if work == "remove" {
				save(t, target, dir, Contents{Name: "new"})
			}
			to := filepath.Join(t.TempDir(), "data")
			cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
			cmd.Env = append(os.Environ(), "BACKUP_TEST_KILL="+strings.Join([]string{work, dir, target.dir, to, string(step), strconv.Itoa(times)}, "|"))
			out, err := cmd.CombinedOutput()
			if err == nil || cmd.ProcessState.Exited() {
				t.Fatalf("%s was not killed at %s: %v\n%s", work, step, err, out)
			}
			list, err := target.List(t.Context())
			if err != nil {
				t.Fatalf("%s killed at %s: List: %v", work, step, err)
			}
			if faults := target.Verify(t.Context(), list, nil); len(faults) > 0 {
				t.Errorf("%s killed at %s: %v", work, step, faults)
			}
			afterKill(t, work, step, target, dir, to, old)
		}
	}
}

// afterKill does the work anew.
func afterKill(t *testing.T, work string, step Step, target *Target, dir, to string, old *Backup) {
	t.Helper()
	switch work {
	case "save":
		b := save(t, target, dir, Contents{Name: "again"})
		if diff := cmp.Diff(with(map[string]string{"hot.duckdb": "more rows"}), restored(t, target, b)); diff != "" {
			t.Errorf("%s killed at %s (-want +got):\n%s", work, step, diff)
		}
	case "remove":
		b, err := target.Find(t.Context(), "new", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := target.Remove(t.Context(), old.ID); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s killed at %s: Remove: %v", work, step, err)
		}
		if diff := cmp.Diff(with(map[string]string{"hot.duckdb": "more rows"}), restored(t, target, b)); diff != "" {
			t.Errorf("%s killed at %s (-want +got):\n%s", work, step, diff)
		}
	case "restore":
		if err := CheckRestored(to); err != nil || !exists(filepath.Join(to, "meta.db")) {
			if err := target.Restore(t.Context(), old, to, nil); err != nil {
				t.Errorf("%s killed at %s: again: %v", work, step, err)
			}
		}
		got := tree(t, to)
		delete(got, "LOCK")
		if diff := cmp.Diff(with(nil), got); diff != "" {
			t.Errorf("%s killed at %s (-want +got):\n%s", work, step, diff)
		}
	}
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

// beKilled is the process that dies.
func beKilled(t *testing.T, work string) {
	w := strings.Split(work, "|")
	target, err := Open(t.Context(), w[2])
	if err != nil {
		t.Fatal(err)
	}
	times, _ := strconv.Atoi(w[5])
	target.At = func(s Step) {
		if times--; string(s) == w[4] && times <= 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		} else if string(s) != w[4] {
			times++
		}
	}
	old, err := target.Find(t.Context(), "old", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	switch w[0] {
	case "save":
		_, err = target.Save(ctx, w[1], Contents{}, nil)
	case "remove":
		_, err = target.Remove(ctx, old.ID)
	case "restore":
		err = target.Restore(ctx, old, w[3], nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}
