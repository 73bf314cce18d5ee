package cold

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"tidemark/fault"
)

// Copy is a table as of one moment. Its files are immutable, so a link is a copy.
type Copy struct {
	table   *Table
	version *version
}

// Copies are the tables that are loaded and exist, as of their last commits. It waits
// for no commit in progress. Tables in a bucket are fault.Invalid.
func (s *Store) Copies() ([]Copy, error) {
	if s.opt.Bucket != nil {
		return nil, fault.New(fault.Invalid, "cold: the tables are in a bucket, of which no copies are made")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Copy
	for _, t := range s.mu.tables {
		if v := t.version.Load(); v.number > 0 {
			list = append(list, Copy{t, v})
		}
	}
	return list, nil
}

// Link puts the table's folder below a directory: the files of its current snapshot and
// what leads to them. A file that Expire has deleted since is fs.ErrNotExist. Files are
// copied where they cannot be linked.
func (c Copy) Link(ctx context.Context, dir string) error {
	to := filepath.Join(dir, filepath.FromSlash(c.table.key.folder()))
	for _, name := range c.names() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		target := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("cold: copy a table: %w", err)
		}
		if err := link(filepath.Join(filepath.FromSlash(c.table.dir), filepath.FromSlash(name)), target); err != nil {
			return fmt.Errorf("cold: copy a table: %w", err)
		}
	}
	hint := filepath.Join(to, filepath.FromSlash(hintName))
	return os.WriteFile(hint, []byte(strconv.Itoa(c.version.number)), 0o644)
}

// names are the files of the current snapshot, relative to the table's folder.
func (c Copy) names() []string {
	v := c.version
	list := []string{metadataName(v.number)}
	if s := v.meta.snapshot(); s != nil {
		if name, err := relative(v.meta.Location, s.ManifestList); err == nil {
			list = append(list, name)
		}
	}
	for _, m := range v.manifests {
		list = append(list, m.name)
		for _, e := range m.entries {
			list = append(list, e.name)
		}
	}
	return list
}

func link(from, to string) error {
	err := os.Link(from, to)
	for _, no := range []error{syscall.EXDEV, syscall.EPERM, syscall.EMLINK, syscall.ENOTSUP, syscall.ENOSYS} {
		if errors.Is(err, no) {
			return duplicate(from, to)
		}
	}
	return err
}

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
