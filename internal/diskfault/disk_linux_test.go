package diskfault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// place is the variable that makes this test the child.
const place = "DISKFAULT_TEST_DIR"

// child does every kind of call and prints what comes of it.
func child(t *testing.T, dir string) {
	if err := Enter(); err != nil {
		t.Fatal(err)
	}
	bufferless := func(err error) string {
		if number, ok := errors.AsType[unix.Errno](err); ok {
			return unix.ErrnoName(number)
		}
		return fmt.Sprint(err)
	}
	var out []string
	say := func(what string, err error) { out = append(out, what+"="+bufferless(err)) }
	f, err := os.Create(filepath.Join(dir, "good"))
	say("create", err)
	n, err := f.Write([]byte("0123456789"))
	say(fmt.Sprintf("write %d", n), err)
	f.Close()
	f, err = os.OpenFile(filepath.Join(dir, "bad"), os.O_RDWR, 0)
	say("open", err)
	n, err = f.Write([]byte("0123456789"))
	say(fmt.Sprintf("write %d", n), err)
	n, err = f.WriteAt([]byte("abcd"), 20)
	say(fmt.Sprintf("write at %d", n), err)
	say("sync", f.Sync())
	say("truncate", f.Truncate(3))
	say("rename", os.Rename(filepath.Join(dir, "good"), filepath.Join(dir, "bad2")))
	say("link", os.Link(filepath.Join(dir, "good"), filepath.Join(dir, "bad3")))
	say("remove", os.Remove(filepath.Join(dir, "bad")))
	say("folder", os.Mkdir(filepath.Join(dir, "bad4"), 0o755))
	fmt.Println(strings.Join(out, " "))
}

// The calls that a fault is about fail as it says, and no others.
func TestFaults(t *testing.T) {
	if dir := os.Getenv(place); dir != "" {
		child(t, dir)
		return
	}
	bad := regexp.MustCompile(`/bad\d?$`)
	const passes = "create=<nil> write 10=<nil> open=<nil> write 10=<nil> write at 4=<nil> sync=<nil> truncate=<nil> rename=<nil> link=ENOENT remove=<nil> folder=<nil>"
	for name, c := range map[string]struct {
		fault Fault
		want  string
		file  string // what bad holds where it is not removed
	}{
		"none":   {Fault{Path: regexp.MustCompile("/other$"), Calls: Any, Errno: unix.EIO}, passes, ""},
		"all":    {Fault{Path: bad, Calls: Any, Errno: unix.EIO}, "create=<nil> write 10=<nil> open=<nil> write 0=EIO write at 0=EIO sync=EIO truncate=EIO rename=EIO link=EIO remove=EIO folder=EIO", "old"},
		"torn":   {Fault{Path: bad, Calls: Write | Remove, Errno: unix.ENOSPC, Torn: true}, "create=<nil> write 10=<nil> open=<nil> write 5=ENOSPC write at 0=ENOSPC sync=<nil> truncate=<nil> rename=<nil> link=ENOENT remove=ENOSPC folder=<nil>", "012"},
		"second": {Fault{Path: bad, Calls: Write, Errno: unix.EIO, After: 1}, strings.Replace(passes, "write at 4=<nil>", "write at 0=EIO", 1), ""},
		"once":   {Fault{Path: bad, Calls: Write | Sync, Errno: unix.EIO, Times: 1}, strings.Replace(passes, "open=<nil> write 10=<nil>", "open=<nil> write 0=EIO", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "bad"), []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			out := runChild(t, dir, c.fault)
			if !strings.Contains(out, c.want+"\n") {
				t.Errorf("the child said\n%swant\n%s", out, c.want)
			}
			text, err := os.ReadFile(filepath.Join(dir, "bad"))
			if c.file != "" && (err != nil || string(text) != c.file) || c.file == "" && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file holds %q, %v, want %q", text, err, c.file)
			}
		})
	}
}

// runChild runs the child below a fault and returns what it said.
func runChild(t *testing.T, dir string, f Fault) string {
	t.Helper()
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$")
	cmd.Env = append(os.Environ(), place+"="+dir)
	cmd.Stdout, cmd.Stderr = said, said
	disk, err := Start(cmd, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("child: %v", err)
	}
	if err := disk.Wait(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(said.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
