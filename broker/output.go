package broker

import "sync"

// output collects the bytes that the writer of a connection sends next.
type output struct {
	mu     sync.Mutex
	buf    []byte
	closed bool
	wake   chan struct{}
}

func newOutput() *output { return &output{wake: make(chan struct{}, 1)} }

// signal wakes the writer; it never blocks.
func (o *output) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// add appends what fill appends, unless already more than limit bytes wait or the
// connection is gone; then it reports false.
func (o *output) add(limit int, fill func(b []byte) []byte) bool {
	o.mu.Lock()
	if o.closed || len(o.buf) > limit {
		o.mu.Unlock()
		return false
	}
	o.buf = fill(o.buf)
	o.mu.Unlock()
	o.signal()
	return true
}

// take returns what has gathered and lets the next bytes gather in spare.
func (o *output) take(spare []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.buf
	o.buf = spare[:0]
	return b
}

// close returns the last bytes and refuses more.
func (o *output) close() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.buf
	o.buf, o.closed = nil, true
	return b
}
