package seqlog

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// What Commit acknowledged survives any crash, whatever the disk did with the rest,
// and a batch is there as a whole or not at all.
func TestCrashKeepsAcknowledged(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		fs := vfs.NewCrashableMem()
		l, err := Open(Options{Dir: "queues", FS: fs})
		if err != nil {
			t.Fatal(err)
		}
		acked, crashed := appendUntilCut(l, fs, rng)
		l.Close()
		after, err := Open(Options{Dir: "queues", FS: crashed})
		if err != nil {
			t.Fatalf("seed %d: Open after crash: %v", seed, err)
		}
		if err := verify(after, acked); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		after.Close()
	}
}

// appendUntilCut commits pairs of equal entries to two of three queues, takes the
// clone of the disk somewhere on the way, and returns for each queue the largest
// number that was acknowledged before.
func appendUntilCut(l *Log, fs *vfs.MemFS, rng *rand.Rand) ([3]uint64, *vfs.MemFS) {
	var acks struct {
		sync.Mutex
		last [3]uint64
	}
	for i := range 1 + rng.IntN(60) {
		x := rng.IntN(3)
		y := (x + 1) % 3
		value := binary.BigEndian.AppendUint64(nil, uint64(i))
		b := new(Batch)
		b.Append(fmt.Sprint("q", x), value)
		b.Append(fmt.Sprint("q", y), value)
		l.Commit(b, func(err error) {
			acks.Lock()
			defer acks.Unlock()
			if err == nil {
				acks.last[x], acks.last[y] = b.Seq(0), b.Seq(1)
			}
		})
	}
	acks.Lock() // what is acknowledged after this moment does not count
	last := acks.last
	acks.Unlock()
	return last, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng})
}

// verify checks dense numbers up to what was acknowledged, and whole batches.
func verify(l *Log, acked [3]uint64) error {
	seen := map[string]int{}
	for q, last := range acked {
		entries, err := l.Read(fmt.Sprint("q", q), 0, 1000, 1<<20)
		if err != nil {
			return err
		}
		if uint64(len(entries)) < last {
			return fmt.Errorf("queue %d lost entries: has %d, acknowledged %d", q, len(entries), last)
		}
		for i, e := range entries {
			if e.Seq != uint64(i)+1 {
				return fmt.Errorf("queue %d: entry %d has number %d", q, i, e.Seq)
			}
			seen[string(e.Value)]++
		}
	}
	for value, n := range seen {
		if n != 2 {
			return fmt.Errorf("batch %x is there %d times in place of 2", value, n)
		}
	}
	return nil
}
