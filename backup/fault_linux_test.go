package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"tidemark/fault"
	"tidemark/internal/diskfault"
)

// faultTarget names the target of a child that does what it is told.
const faultTarget = "BACKUP_TEST_FAULT"

// worker is that child: it works on a disk that fails when the test says so.
type worker struct {
	t     *testing.T
	disk  *diskfault.Disk
	tasks io.Writer
	ends  *bufio.Scanner
}

// obey is the child.
func obey(location string) error {
	if err := diskfault.Enter(); err != nil {
		return err
	}
	target, err := Open(context.Background(), location)
	if err != nil {
		return err
	}
	for tasks := bufio.NewScanner(os.Stdin); tasks.Scan(); {
		err := target.task(strings.Split(tasks.Text(), "|"))
		fmt.Printf("%d %q\n", fault.KindOf(err), fmt.Sprint(err))
	}
	return nil
}

func (t *Target) task(words []string) error {
	ctx := context.Background()
	switch words[0] {
	case "save":
		_, err := t.Save(ctx, words[1], Contents{}, nil)
		return err
	case "remove":
		_, err := t.Remove(ctx, words[1])
		return err
	}
	b, err := t.Find(ctx, words[1], time.Time{})
	if err != nil {
		return err
	}
	return t.Restore(ctx, b, words[2], nil)
}

func newWorker(t *testing.T, location string) *worker {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFailingDisk$")
	cmd.Env = append(os.Environ(), faultTarget+"="+location)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{t: t, tasks: in, ends: bufio.NewScanner(out)}
	if w.disk, err = diskfault.Start(cmd, diskfault.Fault{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait(), w.disk.Wait()); err != nil {
			t.Error(err)
		}
	})
	return w
}

// do has the child do something on a disk with a fault, and reports whether a call failed.
func (w *worker) do(f diskfault.Fault, words ...string) (failed bool, err error) {
	w.t.Helper()
	w.disk.Break(f)
	fmt.Fprintln(w.tasks, strings.Join(words, "|"))
	if !w.ends.Scan() {
		w.t.Fatalf("%v: the child has ended", words)
	}
	failed = w.disk.Heal() > 0
	var kind fault.Kind
	var text string
	if _, err := fmt.Sscanf(w.ends.Text(), "%d %q", &kind, &text); err != nil {
		w.t.Fatalf("%v: the child said %q", words, w.ends.Text())
	}
	if text != "<nil>" {
		err = fault.New(kind, "%s", text)
	}
	return failed, err
}

// TestFailingDisk lets each call of a backup, a restore and a removal fail in turn. The
// attempt is refused in a way that may be tried again; every backup that is listed is whole;
// a directory that was not restored whole is no server's; and trying again succeeds.
func TestFailingDisk(t *testing.T) {
	if location := os.Getenv(faultTarget); location != "" {
		if err := obey(location); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, f := range map[string]diskfault.Fault{
		"write":  {Calls: diskfault.Write, Errno: unix.EIO},
		"full":   {Calls: diskfault.Write | diskfault.Create, Errno: unix.ENOSPC, Torn: true},
		"sync":   {Calls: diskfault.Sync, Errno: unix.EIO},
		"create": {Calls: diskfault.Create | diskfault.Rename | diskfault.Link, Errno: unix.EIO},
		"once":   {Calls: diskfault.Any, Errno: unix.EIO, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, target := data(t), open(t)
			save(t, target, dir, Contents{Name: "old"})
			w := newWorker(t, target.dir)
			f.Path = regexp.MustCompile("^" + regexp.QuoteMeta(filepath.Dir(target.dir)))
			for f.After = 0; w.failingSave(target, dir, f); f.After++ {
			}
			made := f.After
			f.Path = regexp.MustCompile("^" + regexp.QuoteMeta(filepath.Dir(dir)) + `/restored`)
			for f.After = 0; w.failingRestore(target, filepath.Join(filepath.Dir(dir), fmt.Sprint("restored", f.After)), f); f.After++ {
			}
			if made < 5 || f.After < 5 {
				t.Errorf("only %d calls of backups failed, and %d of restores", made, f.After)
			}
		})
	}
}

// failingSave makes a backup on a failing disk, and then on a good one.
func (w *worker) failingSave(target *Target, dir string, f diskfault.Fault) (failed bool) {
	t := w.t
	t.Helper()
	text := fmt.Sprint("rows ", f.After)
	write(t, filepath.Join(dir, "hot.duckdb"), text)
	failed, err := w.do(f, "save", dir)
	if err != nil && fault.KindOf(err) != fault.Unavailable || err != nil && !failed {
		t.Errorf("a backup whose call %d fails: kind %v, %v; want fault.Unavailable", f.After, fault.KindOf(err), err)
	}
	list, listed := target.List(t.Context())
	if faults := target.Verify(t.Context(), list, nil); listed != nil || len(faults) > 0 {
		t.Errorf("after a backup whose call %d failed: %v, %v", f.After, listed, faults)
	}
	b := save(t, target, dir, Contents{})
	if diff := cmp.Diff(with(map[string]string{"hot.duckdb": text}), restored(t, target, b)); diff != "" {
		t.Errorf("the backup after one whose call %d failed (-want +got):\n%s", f.After, diff)
	}
	w.failingRemove(target, b, f)
	return failed
}

// failingRemove removes a backup on a failing disk.
func (w *worker) failingRemove(target *Target, b *Backup, f diskfault.Fault) {
	t := w.t
	t.Helper()
	f.Calls |= diskfault.Remove
	if _, err := w.do(f, "remove", b.ID); err != nil && fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a removal whose call %d fails: kind %v, %v; want fault.Unavailable", f.After, fault.KindOf(err), err)
	}
	list, err := target.List(t.Context())
	if faults := target.Verify(t.Context(), list, nil); err != nil || len(faults) > 0 || len(list) == 0 {
		t.Errorf("after a removal whose call %d failed: %d backups, %v, %v", f.After, len(list), err, faults)
	}
	for _, b := range list[1:] { // all but the first, so that the next attempt has as little to do
		if _, err := target.Remove(t.Context(), b.ID); err != nil {
			t.Error(err)
		}
	}
}

// failingRestore restores on a failing disk, and then again.
func (w *worker) failingRestore(target *Target, to string, f diskfault.Fault) (failed bool) {
	t := w.t
	t.Helper()
	b, err := target.Find(t.Context(), "old", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	failed, err = w.do(f, "restore", b.ID, to)
	if err != nil && fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a restore whose call %d fails: kind %v, %v; want fault.Unavailable", f.After, fault.KindOf(err), err)
	}
	if CheckRestored(to) != nil || err != nil && !exists(filepath.Join(to, "meta.db")) {
		if err := target.Restore(t.Context(), b, to, nil); err != nil {
			t.Errorf("a restore after one whose call %d failed: %v", f.After, err)
		}
	}
	got := tree(t, to)
	delete(got, "LOCK")
	if diff := cmp.Diff(with(nil), got); diff != "" {
		t.Errorf("restored after call %d failed (-want +got):\n%s", f.After, diff)
	}
	return failed
}
