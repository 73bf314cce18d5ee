package hot

import (
	"context"
	"fmt"

	"tidemark/fault"
)

// transaction is one batch on its way into the file. It changes nothing that readers
// see before publish.
type transaction struct {
	store  *Store
	writer *writer
	parts  []*part
}

// newTransaction groups a batch by table; the order inside a table stays.
func newTransaction(s *Store, batch []*submission) *transaction {
	tx := &transaction{store: s, writer: s.writer}
	byTable := map[*Table]*part{}
	for _, sub := range batch {
		if sub.table.dropped.Load() {
			sub.err = errDropped
			continue
		}
		p, ok := byTable[sub.table]
		if !ok {
			p = newPart(sub.table)
			byTable[sub.table] = p
			tx.parts = append(tx.parts, p)
		}
		p.submissions = append(p.submissions, sub)
	}
	return tx
}

// run decides about every row and writes what is new. A batch that changes nothing is
// not committed. One that only appends to a single segment needs no transaction of
// its own: an inserter commits by itself, which spares DuckDB two statements.
func (tx *transaction) run() error {
	ctx := context.Background() // what was accepted is finished
	var changed []*part
	for _, p := range tx.parts {
		p.resolve(tx.store.opts)
		stored, err := p.lookUp(ctx, tx)
		if err != nil {
			return fmt.Errorf("look up rows: %w", err)
		}
		if p.decide(stored); p.changes() {
			changed = append(changed, p)
		}
	}
	switch {
	case len(changed) == 0:
		return nil
	case len(changed) == 1 && changed[0].appends():
		return changed[0].insert(ctx, tx)
	}
	return tx.writeAll(ctx, changed)
}

func (tx *transaction) writeAll(ctx context.Context, changed []*part) error {
	if err := tx.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	for _, p := range changed {
		if err := p.write(ctx, tx); err != nil {
			return err
		}
	}
	return tx.exec(ctx, "COMMIT")
}

// undo forgets the batch after a failure. On an error nobody may write before the file
// was opened anew.
func (tx *transaction) undo() error {
	for _, p := range tx.parts {
		p.undo()
	}
	tx.writer.forgetAll() // the tables are what they were before
	if err := tx.writer.conn.Rollback(context.Background()); err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	return nil
}

func (tx *transaction) publish() {
	for _, p := range tx.parts {
		p.publish()
	}
}

// exec runs a statement that changes the file.
func (tx *transaction) exec(ctx context.Context, text string, args ...any) error {
	if _, err := tx.writer.conn.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("%.40s: %w", text, err)
	}
	return nil
}

// changes reports whether there is anything to write. Rows that were refused add no columns.
func (p *part) changes() bool {
	if len(p.inserts) > 0 || len(p.replaced) > 0 || len(p.overrides) > 0 {
		return true
	}
	p.schema = p.table.mu.schema
	return false
}

// appends reports whether all that is to do is to append to the segment that is open.
func (p *part) appends() bool {
	p.target = p.table.open(false)
	return p.target != nil && len(p.replaced) == 0 && len(p.overrides) == 0 && len(p.fresh) == 0 && p.schema == p.table.mu.schema &&
		p.target.columns == len(p.schema.columns)
}

// write stores a table's part of the batch.
func (p *part) write(ctx context.Context, tx *transaction) error {
	err := p.define(ctx, tx)
	if err == nil {
		err = p.addSeries(ctx, tx)
	}
	if err == nil {
		err = p.replace(ctx, tx)
	}
	if err == nil {
		err = p.insert(ctx, tx)
	}
	return err
}

var errDropped = fault.New(fault.NotFound, "The table was deleted.")
