package seqlog

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/internal/diskfault"
)

// faultDir names the directory in which a child commits on a disk that fails.
const faultDir = "TIDEMARK_SEQLOG_FAULT_DIR"

// commitUntilEnd is the child: it commits entries of some kilobytes, so that tables are
// written, and tells each number that is on disk. What fails is tried again.
func commitUntilEnd(dir string) error {
	if err := diskfault.Enter(); err != nil {
		return err
	}
	l, err := Open(Options{Dir: dir})
	if err != nil {
		return err
	}
	_, next, err := l.Bounds("q")
	if err != nil {
		return err
	}
	for ; ; next++ {
		b := new(Batch)
		b.Append("q", append(binary.BigEndian.AppendUint64(nil, next), make([]byte, 200<<10)...))
		if next > 50 {
			b.TrimBefore("q", next-50)
		}
		if err := l.CommitWait(context.Background(), b); err != nil {
			fmt.Println("no", err)
			return err
		}
		fmt.Println(b.Seq(0))
	}
}

// A disk that fails below the store ends its process at worst: what was acknowledged is
// there after the next start, and nothing twice.
func TestFailingDisk(t *testing.T) {
	if dir := os.Getenv(faultDir); dir != "" {
		if err := commitUntilEnd(dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 6))
	last := uint64(0)
	for _, f := range []diskfault.Fault{
		{Path: regexp.MustCompile(`\.log$`), Calls: diskfault.Write, Errno: unix.EIO},
		{Path: regexp.MustCompile(`\.log$`), Calls: diskfault.Write, Errno: unix.ENOSPC, Torn: true},
		{Path: regexp.MustCompile(`\.log$`), Calls: diskfault.Sync, Errno: unix.EIO},
		{Path: regexp.MustCompile(`\.log$`), Calls: diskfault.Create | diskfault.Rename, Errno: unix.EIO},
		{Path: regexp.MustCompile(`\.sst$`), Calls: diskfault.Write | diskfault.Sync | diskfault.Create, Errno: unix.EIO},
		{Path: regexp.MustCompile(`\.sst$`), Calls: diskfault.Write, Errno: unix.ENOSPC, Torn: true},
		{Path: regexp.MustCompile(`MANIFEST`), Calls: diskfault.Any, Errno: unix.EIO},
		{Path: regexp.MustCompile(regexp.QuoteMeta(dir)), Calls: diskfault.Any, Errno: unix.EIO},
		{Path: regexp.MustCompile(regexp.QuoteMeta(dir)), Calls: diskfault.Sync, Errno: unix.EIO, Times: 1},
	} {
		f.After = rng.IntN(20)
		failed := false
		last, failed = sufferFault(t, dir, f, last)
		l, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatalf("seed %d: after %v of %v: %v", seed, f.Calls, f.Path, err)
		}
		_, next, err := l.Bounds("q")
		if err != nil || next <= last {
			t.Fatalf("seed %d: after %v of %v: the next number is %d, %v, but %d was acknowledged", seed, f.Calls, f.Path, next, err, last)
		}
		entries, err := l.Read("q", max(1, next-min(next, 50)), 100, 100<<20)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if got := binary.BigEndian.Uint64(e.Value); got != e.Seq {
				t.Fatalf("seed %d: entry %d holds number %d", seed, e.Seq, got)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := Check(t.Context(), dir); err != nil {
			t.Errorf("seed %d: after %v of %v: %v", seed, f.Calls, f.Path, err)
		}
		t.Logf("%v of %v: failed %t, acknowledged %d", f.Calls, f.Path, failed, last)
	}
}

// sufferFault runs a child below a fault until it ends or has gone on for a while, and
// returns the last number that it acknowledged.
func sufferFault(t *testing.T, dir string, f diskfault.Fault, last uint64) (_ uint64, failed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFailingDisk$")
	cmd.Env = append(os.Environ(), faultDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := diskfault.Start(cmd, f)
	if err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(1500*time.Millisecond, func() { cmd.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var n uint64
		if _, err := fmt.Sscan(lines.Text(), &n); err == nil {
			last = max(last, n)
		}
	}
	end.Stop()
	_ = cmd.Wait() // it was killed, or could not go on
	if err := disk.Wait(); err != nil {
		t.Fatal(err)
	}
	return last, disk.Heal() > 0
}
