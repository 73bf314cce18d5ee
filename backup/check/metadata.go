package check

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tidemark/tsdb/cold"
)

// doOld is what to do about files that only older snapshots name.
const doOld = "queries do not need it; it goes with its snapshot, within minutes of the next start"

// others compares the files of a table that its current snapshot does not read with their
// checksums, where they have one: those of older snapshots, which other engines may be reading.
func (c *checking) others(ctx context.Context, t cold.Inspected) error {
	if !c.o.Deep {
		return nil
	}
	known := map[string]bool{}
	for _, f := range t.State.Files {
		known[filepath.FromSlash(f.Path)] = true
	}
	for _, name := range t.Orphans {
		known[filepath.FromSlash(name)] = true
	}
	return filepath.WalkDir(filepath.FromSlash(t.Folder), func(name string, e fs.DirEntry, err error) error {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil || e.IsDir() || known[name] {
			return err
		}
		if filepath.Base(name) == "version-hint.text" {
			c.hint(name, t)
		} else if _, err := cold.CheckSeal(name); err != nil {
			c.fault(name, doOld, "%v", err)
		}
		return nil
	})
}

// hint looks at the file that tells other engines the newest version. It may lag behind.
func (c *checking) hint(name string, t cold.Inspected) {
	text, err := os.ReadFile(name)
	if err != nil {
		c.fault(name, doFile, "%v", err)
		return
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err == nil && n > 0 && n < t.State.Version {
		_, err = os.Stat(filepath.Join(filepath.Dir(name), fmt.Sprintf("v%d.metadata.json", n)))
	}
	if err != nil || n < 1 || n > t.State.Version {
		c.fault(name, "the next change of the table writes it anew; until then other engines may not find the table",
			"it names no version: %q", strings.ToValidUTF8(string(text[:min(len(text), 20)]), "?"))
	}
}
