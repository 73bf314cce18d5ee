package api

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"tidemark/fault"
)

// maxKeptBuffer bounds the buffers that are kept for reuse, in bytes.
const maxKeptBuffer = 1 << 20

// buffers are reused between requests for bodies and answers. A buffer belongs to
// one request until its answer is written; nothing may keep a part of it.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *[]byte {
	if kept, ok := b.pool.Get().(*[]byte); ok {
		return kept
	}
	fresh := make([]byte, 0, 16<<10)
	return &fresh
}

func (b *buffers) put(buf *[]byte) {
	if cap(*buf) <= maxKeptBuffer {
		*buf = (*buf)[:0]
		b.pool.Put(buf)
	}
}

// readBody reads a whole body of at most the service's limit into buf, within the
// given time.
func readBody(w http.ResponseWriter, r *http.Request, buf []byte, svc *Service, within time.Duration) ([]byte, error) {
	limit := svc.maxBody()
	if r.ContentLength > limit {
		return buf, tooLarge(limit, svc.Column)
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(within)) == nil {
		defer control.SetReadDeadline(time.Time{})
	}
	buf, err := appendAll(buf, io.LimitReader(r.Body, limit+1), int(min(r.ContentLength, limit)))
	if err == nil && int64(len(buf)) > limit {
		err = tooLarge(limit, svc.Column)
	}
	return buf, err
}

// believed is how much of a body must have come before there is room for as much as the
// sender says.
const believed = 256 << 10

// appendAll reads a body of which the sender says how long it is, or does not (0 or less).
func appendAll(buf []byte, body io.Reader, said int) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			if len(buf) >= believed && len(buf) < said {
				buf = slices.Grow(buf, said-len(buf)+1)
			}
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, fault.New(fault.Invalid, "The request body ended before it was complete.")
		}
	}
}

// tooLarge is Exceeded where the service has a status for large bodies, else Invalid.
func tooLarge(limit int64, c Column) error {
	kind := fault.Invalid
	if codes[fault.Exceeded][c].Status == http.StatusRequestEntityTooLarge {
		kind = fault.Exceeded
	}
	return fault.New(kind, "The request body is larger than %d bytes.", limit)
}
