package hot

import "context"

// request is work that only the committer may do.
type request struct {
	do   func() error
	done chan error
}

// ask has the committer run f between two batches, and returns its error. A store that
// does not run refuses.
func (s *Store) ask(ctx context.Context, f func() error) error {
	r := request{f, make(chan error, 1)}
	select {
	case s.requests <- r:
	case <-s.stopped:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return <-r.done
}
