package cursor

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tidemark/fault"
)

// Set holds the queries that are open. Its zero value is not usable; see Open.
type Set[S Source] struct {
	opt    Options
	tokens *tokens
	ctx    context.Context // ends with Close
	stop   context.CancelFunc

	memory  atomic.Int64   // bytes of rows that the cursors hold
	parked  atomic.Int64   // bytes of rows in files
	readers sync.WaitGroup // the fetches under way

	mu struct { // taken before any cursor's
		sync.Mutex
		byID   map[string]*cursor[S]
		closed bool
	}
}

// Open returns a set without queries.
func Open[S Source](opt Options) (*Set[S], error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	s := &Set[S]{opt: opt.withDefaults(), tokens: newTokens()}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.mu.byID = make(map[string]*cursor[S])
	return s, nil
}

// Start runs a query and returns its first page. When ctx ends before, so does the query.
func (s *Set[S]) Start(ctx context.Context, q Query[S], want Want) (Cut[S], error) {
	c := newCursor(s, q)
	if err := s.add(c); err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.end(err)
		return Cut[S]{}, err
	}
	cut, err := c.request(ctx, want, func() error { return nil })
	switch {
	case err == errCancelled: // stays known, so that a second Cancel says so
	case err != nil:
		s.remove(c, err)
	case cut.NextToken == "":
		s.remove(c, errToken) // nobody has a token to come back with
	}
	s.makeRoom(c)
	return cut, err
}

// Resume returns the page that a token asks for. want says how large it may be, once
// the source is known.
func (s *Set[S]) Resume(ctx context.Context, token, text, principal string, want func(S) Want) (Cut[S], error) {
	id, page, err := s.tokens.parse(token)
	if err != nil {
		return Cut[S]{}, err
	}
	c := s.find(id)
	if c == nil || c.Text != text || c.Principal != principal {
		return Cut[S]{}, errToken
	}
	cut, err := c.request(ctx, want(c.Source), func() error { return c.admit(page) })
	s.makeRoom(c)
	return cut, err
}

// Cancel ends a query: who waits for its rows, and who asks for them later, gets a
// Conflict. The message is empty unless the query was cancelled before. A query
// that is unknown or finished is Invalid.
func (s *Set[S]) Cancel(id string) (message string, err error) {
	c := s.find(id)
	if c == nil {
		return "", fault.New(fault.Invalid, "Query %s not found", id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.mu.err == errCancelled:
		return "The query has already been cancelled", nil
	case c.mu.err != nil || c.mu.state == last:
		return "", fault.New(fault.Invalid, "Query %s has already finished", id)
	}
	c.end(errCancelled)
	return "", nil
}

// Len returns how many queries are open.
func (s *Set[S]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.mu.byID)
}

// Close ends all queries and waits until nothing reads them, but no longer than
// Options.CloseWait: then it is Unavailable. It may be called twice.
func (s *Set[S]) Close() error {
	s.mu.Lock()
	s.mu.closed = true
	all := slices.Collect(maps.Values(s.mu.byID))
	clear(s.mu.byID)
	s.mu.Unlock()
	for _, c := range all {
		s.remove(c, errClosed)
	}
	s.stop()
	ended := make(chan struct{})
	go func() { s.readers.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-time.After(s.opt.CloseWait):
		return fault.New(fault.Unavailable, "queries do not end within %s", s.opt.CloseWait)
	}
}

// request takes a page for a request that admit lets in.
func (c *cursor[S]) request(ctx context.Context, want Want, admit func() error) (Cut[S], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.requests++
	defer func() {
		c.mu.requests--
		c.mu.used = time.Now()
	}()
	if c.mu.err != nil {
		return Cut[S]{}, c.mu.err
	}
	if err := admit(); err != nil {
		return Cut[S]{}, err
	}
	return c.take(ctx, want)
}

// add makes a cursor known.
func (s *Set[S]) add(c *cursor[S]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.mu.closed:
		return errClosed
	case s.mu.byID[c.ID] != nil:
		return fault.New(fault.Internal, "query id %s is in use", c.ID)
	}
	s.mu.byID[c.ID] = c
	return nil
}

// find returns the cursor of a query, or nil.
func (s *Set[S]) find(id string) *cursor[S] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.byID[id]
}

// forget makes a cursor unknown.
func (s *Set[S]) forget(c *cursor[S]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.byID[c.ID] == c {
		delete(s.mu.byID, c.ID)
	}
}

// remove ends a cursor and makes it unknown.
func (s *Set[S]) remove(c *cursor[S], why error) {
	s.forget(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(why)
}
