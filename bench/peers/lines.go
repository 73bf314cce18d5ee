package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// lineBatch is the number of rows in a request of line protocol, the size that the makers
// of InfluxDB recommend (5,000 to 10,000).
const lineBatch = 5000

// web is the HTTP interface of a server.
type web struct {
	base   string
	client *http.Client
}

func newWeb(port, connections int) web {
	t := &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}
	return web{base: fmt.Sprintf("http://127.0.0.1:%d", port), client: &http.Client{Transport: t}}
}

// send makes a request and returns the body of its answer; a status of 300 or more is
// an error.
func (w web) send(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, w.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(answer))
	}
	return answer, nil
}

// get asks with parameters.
func (w web) get(ctx context.Context, path string, values url.Values) ([]byte, error) {
	return w.send(ctx, http.MethodGet, path+"?"+values.Encode(), nil)
}

// loadLines writes a shape as line protocol to a path, each connection a share of the
// hosts, in the order of time.
func (w web) loadLines(ctx context.Context, s Shape, connections int, path string) (time.Duration, error) {
	began := time.Now()
	err := Parallel(connections, func(share int) error {
		f := s.Feed(share, connections)
		var b []byte
		rows := 0
		flush := func() error {
			if rows == 0 {
				return nil
			}
			_, err := w.send(ctx, http.MethodPost, path, b)
			b, rows = b[:0], 0
			return err
		}
		for at, ok := f.Next(); ok; at, ok = f.Next() {
			for _, h := range f.Hosts() {
				v := f.Values(h)
				b = s.AppendLine(b, h, at, &v)
				if rows++; rows == lineBatch {
					if err := flush(); err != nil {
						return err
					}
				}
			}
		}
		return flush()
	})
	return time.Since(began), err
}

// Parallel runs n copies of f and returns their errors.
func Parallel(n int, f func(share int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
