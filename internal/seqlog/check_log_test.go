package seqlog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A log that was cut off anywhere is what a crash leaves; one with a flipped bit is not.
func TestChunks(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range 30 {
		b := new(Batch)
		b.Append("q", fmt.Appendf(nil, "%d %s", i, strings.Repeat("text", i*100)))
		if err := l.CommitWait(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	if len(names) != 1 {
		t.Fatalf("logs %v, want one", names)
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	number, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(names[0]), ".log"))
	if len(data) < 2*blockBytes {
		t.Fatalf("the log has %d bytes, want several blocks", len(data))
	}
	for n := 0; n <= len(data); n += 7 {
		if at := chunks(data[:n], uint32(number)); at >= 0 {
			t.Errorf("cut off at %d: damaged at %d, want no damage", n, at)
		}
	}
	end := len(data)
	for end > 0 && data[end-1] == 0 {
		end--
	}
	for at := 0; at < end; at += 11 {
		data[at] ^= 1 << (at % 8)
		if found := chunks(data, uint32(number)); found < 0 || found > at {
			t.Errorf("a flipped bit at %d: damaged at %d, want there or before", at, found)
		}
		data[at] ^= 1 << (at % 8)
	}
}

// Whatever a file holds, looking through it ends.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x00\x09\x01\x00\x00\x00abcdefgh"), uint32(1))
	f.Add(make([]byte, 100), uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, number uint32) {
		if at := chunks(data, number); at >= len(data) && at > 0 {
			t.Errorf("damage at %d of %d bytes", at, len(data))
		}
	})
}
