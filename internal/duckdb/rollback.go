package duckdb

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long a connection asks for the memory to end its transaction: queries that hold
// it fail or end soon.
const (
	rollbackTries = 2000
	rollbackPause = 5 * time.Millisecond
)

// Rollback ends the transaction of the connection, if one is open, and keeps nothing of
// it. DuckDB needs memory even for that, so it is asked again while there is none: a
// transaction that stayed open would take in what comes next, and commit none of it. The
// error, if any, is Broken; only Reopen ends the transaction then.
func (c *Conn) Rollback(ctx context.Context) error {
	if err := c.engine.gate.enter(ctx); err != nil {
		return err
	}
	defer c.engine.gate.leave()
	return c.rollback(ctx)
}

func (c *Conn) rollback(ctx context.Context) error {
	return insist(ctx, func() error {
		_, err := c.exec(ctx, "ROLLBACK")
		return err
	})
}

// insist tries to end a transaction until there is memory for it, or there was no transaction.
func insist(ctx context.Context, try func() error) error {
	for left := rollbackTries; ; left-- {
		err := try()
		switch class := ClassOf(err); {
		case err == nil, class == Transaction:
			return nil
		case Broken(err), errors.Is(err, errClosed):
			return err
		case class != OutOfMemory, left == 0, ctx.Err() != nil:
			return fmt.Errorf("%w: %w", &Error{Class: Fatal, Message: "a transaction cannot be ended"}, err)
		}
		time.Sleep(rollbackPause)
	}
}
