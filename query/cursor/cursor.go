package cursor

import (
	"context"
	"sync"
	"time"
)

// Source yields the rows of one query. One goroutine at a time calls it.
type Source interface {
	// Next returns further rows, at least one, or io.EOF after the last. It stops
	// early when ctx is done. The caller owns the rows.
	Next(ctx context.Context) ([][]any, error)

	// Close releases what the query holds. It is called once, after the last Next.
	Close() error
}

// Query is what Set.Start runs.
type Query[S Source] struct {
	ID        string // unique and hard to guess
	Text      string // a token serves only requests with the same text
	Principal string // and the same principal
	Source    S
}

// Cut is one page of a query.
type Cut[S Source] struct {
	ID        string
	Source    S       // for what the source knows beside rows; the set may still be reading it
	Rows      [][]any // immutable
	Bytes     int     // of the rows, by Want.Size
	NextToken string  // empty on the last page
}

// cursor is one query, not all of whose rows were delivered, or not long ago. Its
// pages are numbered from 0; a page's number is in the token that asks for it.
type cursor[S Source] struct {
	Query[S]
	set  *Set[S]
	ctx  context.Context // ends what reads the source
	stop context.CancelFunc

	mu struct {
		sync.Mutex
		window
		err      error         // why the query ended early; final, and the answer to everything
		fetching chan struct{} // closed when the running fetch ends; nil without one
		parking  bool          // rows are to be parked
		rest     *spool        // rows after the window that are parked; nil until parked
		moved    chan struct{} // closed when more of them are; nil while nobody parks
		closed   bool          // the source was closed, because it ended or the query did

		page    int       // rows of the current page, once it was delivered
		state   pageState // of the current page
		current pageToken
		next    pageToken

		first    time.Time       // when the first page was delivered
		used     time.Time       // end of the latest request
		requests int             // requests under way
		spent    time.Duration   // time taken by the source
		size     func([]any) int // of a row, as the latest request measures
		total    int64           // bytes of all rows that the source gave
		rowCount int64           // those rows
		counted  int64           // bytes of the window that the set has counted
	}
}

// pageState says what is known of the current page.
type pageState uint8

const (
	awaited   pageState = iota // nobody has its rows yet
	delivered                  // a caller has them, and a token for the next page
	last                       // a caller has them, and there are no more
)

// pageToken is what is remembered of a token.
type pageToken struct {
	page   uint32
	issued time.Time
	uses   int
}

// newCursor returns a cursor before its first page.
func newCursor[S Source](set *Set[S], q Query[S]) *cursor[S] {
	c := &cursor[S]{Query: q, set: set}
	c.ctx, c.stop = context.WithCancel(set.ctx)
	c.mu.used, c.mu.next.page = time.Now(), 1
	return c
}

// admit lets a request in by the page number of its token, or answers errToken.
// The token after the current page makes its page the current one. c.mu is held.
func (c *cursor[S]) admit(page uint32) error {
	m := &c.mu
	switch {
	case page == m.next.page && m.state == delivered:
		if !c.use(&m.next) {
			return errToken
		}
		m.drop(m.page)
		m.page, m.state = 0, awaited
		m.current, m.next = m.next, pageToken{page: page + 1}
		return nil
	case page == m.current.page && page > 0 && c.use(&m.current):
		return nil
	}
	return errToken
}

// use counts a call with a token and reports whether it was still good.
func (c *cursor[S]) use(t *pageToken) bool {
	t.uses++
	return t.uses <= c.set.opt.TokenUses && time.Since(t.issued) <= c.set.opt.TokenLife
}

// take answers a request that was admitted: it waits for the rows of the current
// page, at most until the wait is over, and delivers what is there. c.mu is held,
// and released while waiting.
func (c *cursor[S]) take(ctx context.Context, want Want) (Cut[S], error) {
	wait := time.NewTimer(c.set.opt.Wait)
	defer wait.Stop()
	for late := false; ; {
		if cut, done, err := c.deliver(want, late); done || err != nil {
			return cut, err
		}
		fetched := c.startFetch(want)
		c.mu.Unlock()
		select {
		case <-fetched:
		case <-c.ctx.Done(): // it was ended; a source may take its time to notice
		case <-wait.C:
			late = true
		case <-ctx.Done():
		}
		c.mu.Lock()
		if ctx.Err() != nil {
			return Cut[S]{}, context.Cause(ctx)
		}
	}
}

// deliver cuts the current page when its rows are there or the wait is over. A page
// that was delivered before stays as it was, unless the request wants a smaller one.
func (c *cursor[S]) deliver(want Want, late bool) (cut Cut[S], done bool, err error) {
	m := &c.mu
	if m.err != nil {
		return cut, false, m.err
	}
	if m.state == awaited {
		n, settled, err := m.cut(want)
		if err != nil || !settled && !late {
			return cut, false, err
		}
		return c.answer(n), true, nil
	}
	n, _, err := m.cut(want)
	if err != nil && m.page > 0 {
		return cut, false, err
	}
	return c.answer(min(n, m.page)), true, nil
}

// answer makes the first n rows of the window the current page and returns it.
func (c *cursor[S]) answer(n int) Cut[S] {
	m := &c.mu
	if n < m.page {
		m.next = pageToken{page: m.next.page + 1} // the token after the longer page would skip rows now
	}
	if m.first.IsZero() {
		m.first = time.Now()
	}
	if m.state == awaited || n < m.page {
		m.page, m.state = n, delivered
		if m.ended && n == len(m.rows) {
			m.state = last
		}
	}
	cut := Cut[S]{ID: c.ID, Source: c.Source, Rows: m.rows[:n:n], Bytes: sum(m.sizes[:n])}
	if m.state == delivered {
		m.next.issued = time.Now()
		cut.NextToken = c.set.tokens.print(c.ID, m.next.page)
	}
	return cut
}

// end closes the cursor to all requests with err as the answer. The first end counts. c.mu is held.
func (c *cursor[S]) end(err error) {
	m := &c.mu
	if m.err != nil {
		return
	}
	m.err = err
	m.window = window{}
	c.count()
	c.stop()
	if m.fetching == nil && m.moved == nil {
		c.release()
	}
}

// release closes the source, and what is parked unless it is still to be read.
// Nobody may be reading them. c.mu is held.
func (c *cursor[S]) release() {
	m := &c.mu
	if !m.closed {
		m.closed = true
		c.warn("query not closed cleanly", c.Source.Close())
	}
	if m.rest != nil && (m.err != nil || m.ended) {
		c.set.parked.Add(-m.rest.size())
		c.warn("parked rows not closed cleanly", m.rest.close())
		m.rest = nil
	}
}

// warn logs trouble that does not change an answer.
func (c *cursor[S]) warn(message string, err error) {
	if err != nil {
		c.set.opt.Logger.Warn(message, "query_id", c.ID, "err", err)
	}
}

// count tells the set how many bytes of rows the cursor keeps in memory. c.mu is held.
func (c *cursor[S]) count() {
	c.set.memory.Add(c.mu.bytes - c.mu.counted)
	c.mu.counted = c.mu.bytes
}
