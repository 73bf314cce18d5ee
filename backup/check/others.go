package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/internal/seqlog"
	"tidemark/meta"
	"tidemark/tsdb/cold"
)

// documents checks a copy of the control plane's file: SQLite would write beside it.
func (c *checking) documents(ctx context.Context) error {
	name := c.path("meta.db")
	c.tell(name)
	copied := filepath.Join(c.o.Temp, "meta.db")
	if err := duplicate(name, copied); err != nil {
		c.fault(name, doRestore, "%v", err)
		return nil
	}
	if err := duplicate(name+"-wal", copied+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.fault(name+"-wal", doRestore, "%v", err)
		return nil
	}
	if err := meta.Check(ctx, copied); err != nil {
		c.fault(name, doRestore, "%v", err)
	}
	return context.Cause(ctx)
}

// queues reads the store of sessions and queues.
func (c *checking) queues(ctx context.Context) error {
	name := c.path("mqtt")
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.tell(name)
	if err := seqlog.Check(ctx, name); err != nil && ctx.Err() == nil {
		c.fault(name, doRestore, "%v", err)
	}
	return context.Cause(ctx)
}

// sum compares a file with the checksum in its name, and with a backup, where there is
// one that has it.
func (c *checking) sum(path string) error {
	if !c.o.Deep {
		return nil
	}
	if _, err := cold.CheckSeal(path); err != nil {
		return err
	}
	rel, err := filepath.Rel(c.dir, path)
	if err != nil {
		return err
	}
	want, ok := c.o.Sums[filepath.ToSlash(rel)]
	if !ok {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != want {
		return fmt.Errorf("it has other contents than when it was backed up")
	}
	return nil
}

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
