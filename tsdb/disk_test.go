package tsdb

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"tidemark/fault"
)

// fullDir names the directory in which a child of the disk test writes until a limit on
// the size of its files stops it, as a full disk would.
const fullDir = "TIDEMARK_TSDB_FULL_DIR"

// writeUntilFull writes until the store refuses, and sends the refused rows and some more
// once there is room again. It prints how many batches were acknowledged.
func writeUntilFull(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // writes beyond the limit fail instead
	if err := limitFiles(3 << 20); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	db, err := openStore(ctx, dir, crashOptions())
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- db.Run(ctx) }()
	full := 0
	for ; err == nil; full++ {
		_, err = db.Write(ctx, demo, fullBatch(full))
	}
	if fault.KindOf(err) != fault.Unavailable || db.Health() == nil {
		return fmt.Errorf("refused with kind %v, health %v: %w", fault.KindOf(err), db.Health(), err)
	}
	if err := limitFiles(math.MaxInt64); err != nil {
		return err
	}
	const more = 5
	for n := full - 1; n < full+more; n++ {
		if err := writeAgain(ctx, db, fullBatch(n)); err != nil {
			return fmt.Errorf("batch %d after there was room again: %w", n, err)
		}
	}
	fmt.Println("full at", full-1, "acknowledged", full+more)
	if db.Health() != nil {
		return fmt.Errorf("still unhealthy: %w", db.Health())
	}
	stop()
	return <-ended
}

// writeAgain writes as a client does that is told to come back: the store does not open
// its file anew for every request.
func writeAgain(ctx context.Context, db *DB, batch []Record) (err error) {
	for range 1200 {
		if _, err = db.Write(ctx, demo, batch); fault.KindOf(err) != fault.Unavailable {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

func limitFiles(n uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: math.MaxInt64})
}

func fullBatch(n int) []Record {
	batch := make([]Record, 100)
	for i := range batch {
		batch[i] = crashRecord(0, n*100+i, 1)
	}
	return batch
}

// A store that cannot write says so, acknowledges nothing it has not stored, loses
// nothing it has, and goes on by itself once it can write.
func TestFullDisk(t *testing.T) {
	f := newFixture(t, crashOptions())
	f.table()
	f.stop()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fullDir+"="+f.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	var full, acked int
	if _, err := fmt.Sscanf(string(out), "full at %d acknowledged %d", &full, &acked); err != nil {
		t.Fatalf("the child said %q", out)
	}
	f.start()
	rows := f.rows(Scan{}, "1", "time")
	if len(rows) != acked*100 || full == 0 {
		t.Errorf("%d rows after %d acknowledged batches of 100, the disk being full at %d", len(rows), acked, full)
	}
	for i := range rows {
		if want := base.UnixNano() + int64(i); rows[i][0] != want {
			t.Fatalf("row %d is at %v, want %d", i, rows[i][0], want)
		}
	}
}
