package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Verify reads every file of backups, each once, and returns an error for each that is
// missing or not what it was. Damaged lists are among them.
func (t *Target) Verify(ctx context.Context, list []*Backup, tell func(Progress)) (faults []error) {
	var done Progress
	seen := map[string]bool{}
	for _, b := range list {
		done.AllFiles, done.AllBytes = done.AllFiles+len(b.Files), done.AllBytes+b.Bytes()
	}
	for _, b := range list {
		for _, f := range b.Files {
			if ctx.Err() != nil {
				return append(faults, context.Cause(ctx))
			}
			if !seen[f.Sum] {
				seen[f.Sum] = true
				if err := t.verify(ctx, f); err != nil {
					faults = append(faults, fmt.Errorf("backup %s: %s: %w", b.ID, f.Path, err))
				}
			}
			done.Files, done.Bytes = done.Files+1, done.Bytes+f.Size
			if tell != nil {
				tell(done)
			}
		}
	}
	return faults
}

func (t *Target) verify(ctx context.Context, f File) error {
	name := t.filePath(f.Sum)
	sum, size, err := t.sum(ctx, f)
	switch {
	case err != nil:
		return err
	case size != f.Size:
		return fmt.Errorf("%s has %d bytes, not %d", name, size, f.Size)
	case sum != f.Sum:
		return fmt.Errorf("%s has other contents than were backed up", name)
	}
	return nil
}

// sum reads a file of a backup.
func (t *Target) sum(ctx context.Context, f File) (sum string, size int64, err error) {
	in, err := t.shelf.open(ctx, fileName(f.Sum))
	if err != nil {
		return "", 0, err
	}
	defer in.Close()
	return sumOfAll(ctx, in)
}

// sumFile reads a file.
func sumFile(ctx context.Context, name string) (sum string, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	return sumOfAll(ctx, f)
}

func sumOfAll(ctx context.Context, in io.Reader) (sum string, size int64, err error) {
	hash := sha256.New()
	size, err = io.CopyBuffer(hash, struct{ io.Reader }{&interruptible{ctx, in}}, make([]byte, 1<<20))
	return hex.EncodeToString(hash.Sum(nil)), size, err
}
