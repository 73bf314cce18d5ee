package tsdb

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tidemark/objects"
	"tidemark/tsdb/cold"
)

// A write or delete that must read files of a bucket waits for the network alone: others
// are answered meanwhile.
func TestWritesDoNotWaitForAnothersFiles(t *testing.T) {
	bucket := bucketOf(t, 0)
	net := &network{Objects: bucket.Objects, asked: make(chan string, 100)}
	bucket.Objects = net
	f := newFixture(t, Options{Bucket: bucket})
	f.table()
	for day := range 3 {
		f.write(multi("a", at(-time.Duration(day)*24*time.Hour), 2, double("cpu", float64(day))))
	}
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	old, yesterday := at(-48*time.Hour), base.Add(-24*time.Hour)
	for name, slow := range map[string]func() error{
		"late row": func() error {
			_, err := f.db.Write(t.Context(), demo, []Record{multi("a", old, 3, double("cpu", 7))})
			return err
		},
		"delete": func() error {
			_, err := f.db.Delete(t.Context(), demo, Deletion{From: &yesterday, To: &yesterday}, "me")
			return err
		},
	} {
		f.restart() // without copies of the files
		up := net.goDown()
		ended := make(chan error, 1)
		go func() { ended <- slow() }()
		<-net.asked
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		if _, err := f.db.Write(soon, demo, []Record{multi("b", at(0), time.Now().UnixNano(), double("cpu", 1))}); err != nil {
			t.Errorf("%s: another write meanwhile: %v", name, err)
		}
		cancel()
		select {
		case err := <-ended:
			t.Errorf("%s: ended without its files: %v", name, err)
		default:
		}
		up()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := f.latest(); got != "a@0=0 b@0=1" {
		t.Errorf("newest rows %s", got)
	}
	rows := f.rows(Scan{MinTime: old, MaxTime: at(-time.Hour)}, "1", "cpu")
	if len(rows) != 1 || rows[0][0] != 7.0 {
		t.Errorf("rows of the last days %v, want that which replaced the oldest", rows)
	}
}

// network is objects that data files cannot be read from while it is down.
type network struct {
	cold.Objects
	asked chan string // what is asked for while it is down
	mu    struct {
		sync.Mutex
		down chan struct{}
	}
}

func (n *network) goDown() (up func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mu.down = make(chan struct{})
	return sync.OnceFunc(func() { close(n.mu.down) })
}

func (n *network) wait(ctx context.Context, key string) error {
	n.mu.Lock()
	down := n.mu.down
	n.mu.Unlock()
	if down == nil || !strings.HasSuffix(key, ".parquet") {
		return nil
	}
	select {
	case <-down:
		return nil
	default:
	}
	n.asked <- key
	select {
	case <-down:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (n *network) Open(ctx context.Context, target objects.Target) (io.ReadCloser, error) {
	if err := n.wait(ctx, target.Key); err != nil {
		return nil, err
	}
	return n.Objects.Open(ctx, target)
}
