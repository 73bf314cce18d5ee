package tsdb

import (
	"context"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

// DeadLetters is the name of the table, in any database, that the server itself writes
// and nobody else may: what could not be stored (package deadletter).
const DeadLetters = "tidemark_dead_letter"

// ownTable refuses clients' records for a table of the server's own.
func ownTable(ref TableRef) error {
	if ref.Table != DeadLetters {
		return nil
	}
	return fault.New(fault.Invalid, "The table %s is written by the server alone.", ref.Table)
}

// dropOwnTable removes the server's own table from a database that has no other.
func (d *DB) dropOwnTable(ctx context.Context, database string) error {
	ref := TableRef{database, DeadLetters}
	if _, err := d.open(ref); err != nil || d.tables.count(database) > 1 {
		return nil // none, or none to drop
	}
	if err := d.DeleteTable(ctx, ref); fault.KindOf(err) != fault.NotFound {
		return err
	}
	return nil
}

// WriteOwn is Write for the server's own tables, below the limits of clients: records
// may be of any time and their values of any size. What is malformed is refused for all
// of them, as in Write.
func (d *DB) WriteOwn(ctx context.Context, ref TableRef, recs []Record) error {
	t, err := d.open(ref)
	if err != nil {
		return err
	}
	w := d.writes.get(recs)
	if err := w.admit(recs); err != nil {
		d.writes.put(w)
		return err
	}
	answered := make(chan error, 1)
	finish := func(refused []hot.Refusal, err error) {
		d.finish(w, refused, err, func(_ Ingested, err error) { answered <- err })
	}
	if err := t.hot.Submit(ctx, w.rows, finish); err != nil {
		finish(nil, err)
	}
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// admit turns well-formed records into rows.
func (w *write) admit(recs []Record) error {
	var c checker
	for i := range recs {
		if wrong := c.malformed(&recs[i]); wrong != "" {
			return fault.New(fault.Invalid, "Record %d: %s", i, wrong)
		}
		w.add(&recs[i])
	}
	return nil
}
