package hot

import (
	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// hopeless is how many submissions of a failed batch may fail alone, while none
// succeeds, before the others are not tried.
const hopeless = 8

// commitEach writes the submissions of a batch that failed one by one, so that a row
// that DuckDB does not take fails its own submission and nobody else's. Each has its
// own error afterwards.
func (s *Store) commitEach(batch []*submission, err error) {
	s.metrics.isolated.Inc()
	failed, succeeded := 0, false
	for _, sub := range batch {
		if !succeeded && failed == hopeless {
			sub.err = err
			continue
		}
		sub.again()
		alone := s.commit([]*submission{sub})
		switch {
		case alone != nil:
			sub.err, err = alone, alone
			failed++
		case sub.err == nil:
			succeeded = true
		}
	}
}

// again forgets what an undone transaction found out about a submission.
func (s *submission) again() {
	s.refused = nil
	for i := range s.rows {
		s.rows[i].series = noSeries
	}
}

// ofRows are the classes of errors that values of rows cause: the same rows fail again.
// The checks before keep such rows out, so they are ours to fix.
var ofRows = map[duckdb.Class]bool{
	duckdb.Conversion: true, duckdb.OutOfRange: true, duckdb.InvalidInput: true, duckdb.Mismatch: true, duckdb.Constraint: true,
}

// unwritable says what a failure of DuckDB's that is not the disk's means for callers:
// to send the rows again, since nothing of them is stored, unless they are to blame.
func unwritable(err error) error {
	kind := fault.Unavailable
	if ofRows[duckdb.ClassOf(err)] {
		kind = fault.Internal
	}
	return fault.New(kind, "The store cannot write the records: %w", err)
}
