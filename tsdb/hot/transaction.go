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
	wrote  bool
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

// run decides about every row and writes what is new. The commit is the last step;
// a batch that changes nothing is not committed.
func (tx *transaction) run() error {
	ctx := context.Background() // what was accepted is finished
	for _, p := range tx.parts {
		p.resolve(tx.store.opts)
	}
	if _, err := tx.writer.conn.Exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, p := range tx.parts {
		if err := p.write(ctx, tx); err != nil {
			return err
		}
	}
	if !tx.wrote {
		_, err := tx.writer.conn.Exec(ctx, "ROLLBACK")
		return err
	}
	if _, err := tx.writer.conn.Exec(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// undo forgets the batch after a failure. A transaction that DuckDB has already ended is fine.
func (tx *transaction) undo() {
	tx.writer.forgetAll()
	_, _ = tx.writer.conn.Exec(context.Background(), "ROLLBACK")
	for _, p := range tx.parts {
		p.undo()
	}
}

func (tx *transaction) publish() {
	for _, p := range tx.parts {
		p.publish()
	}
}

// exec runs a statement that changes the file.
func (tx *transaction) exec(ctx context.Context, text string, args ...any) error {
	tx.wrote = true
	if _, err := tx.writer.conn.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("%.40s: %w", text, err)
	}
	return nil
}

// write stores a table's part of the batch.
func (p *part) write(ctx context.Context, tx *transaction) error {
	stored, err := p.lookUp(ctx, tx)
	if err != nil {
		return fmt.Errorf("look up rows: %w", err)
	}
	p.decide(stored)
	if len(p.inserts) == 0 && len(p.replaced) == 0 {
		p.schema = p.table.mu.schema // rows that were refused add no columns
		return nil
	}
	tx.wrote = true
	err = p.define(ctx, tx)
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
