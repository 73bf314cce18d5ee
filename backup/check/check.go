// Package check looks whether a data directory is whole, and says of everything that is
// not what it is and what to do. It changes nothing.
//
//	report, err := check.Run(ctx, dir, check.Options{Deep: true})
//	for _, f := range report.Faults { fmt.Println(f) }
//
// Nobody may use the directory meanwhile. A server that runs checks a copy of itself
// (backup.Live).
package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/internal/duckdb"
)

// Options says how closely to look. The zero value reads names, sizes, metadata and the
// columns of time and series.
type Options struct {
	Deep   bool              // read every value of every file
	Temp   string            // where copies and what memory does not hold go; empty is the system's
	Memory int64             // bytes for the engine; 0 is its default
	Tell   func(path string) // called with what is looked at next; may be nil
	Sums   map[string]string // checksums of files as a backup has them, by path in the directory; may be nil
}

// Fault is something that is wrong.
type Fault struct {
	Path string // the file or folder
	What string
	Do   string // what helps
}

// String is the fault on one line.
func (f Fault) String() string {
	return strings.ReplaceAll(f.Path+": "+f.What+"; "+f.Do, "\n", " ")
}

// Report is what was found.
type Report struct {
	Faults  []Fault
	Tables  int   // of files
	Files   int   // data files
	Rows    int64 // in them
	Orphans int   // files that nobody names: the next start removes them, they are no fault
	Hot     int64 // rows that have not moved into files; of segments that are about to be dropped, too
}

// Run looks at everything. The error is of the looking itself.
func Run(ctx context.Context, dir string, o Options) (*Report, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if o.Temp, err = os.MkdirTemp(o.Temp, "tidemark-check-"); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	c := &checking{dir: dir, o: o, report: new(Report)}
	defer c.close()
	for _, step := range []func(context.Context) error{c.documents, c.queues, c.open, c.hot, c.cold} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("check %s: %w", dir, err)
		}
	}
	return c.report, nil
}

// checking is one look at a directory.
type checking struct {
	dir    string
	o      Options
	report *Report
	engine *duckdb.Engine
	conn   *duckdb.Conn
	rows   bool                // the engine has the hot store's file
	dims   map[uint32][]string // dimensions of tables, in the order of the dictionary
	known  map[uint32]struct{} // tables with a dictionary
}

func (c *checking) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	if c.engine != nil {
		c.engine.Close()
	}
	os.RemoveAll(c.o.Temp)
}

func (c *checking) path(name string) string { return filepath.Join(c.dir, name) }

func (c *checking) tell(path string) {
	if c.o.Tell != nil {
		c.o.Tell(path)
	}
}

// What to do about faults.
const (
	doRestore = "restore it from a backup"
	doFile    = "put the file back from a backup, or restore the whole backup; until then queries that read it fail"
)

func (c *checking) fault(path, do, format string, args ...any) {
	what, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n") // DuckDB quotes the statement below
	c.report.Faults = append(c.report.Faults, Fault{path, what, do})
}

// open opens the hot store's file for reading, or an engine without it when it cannot be
// opened.
func (c *checking) open(ctx context.Context) error {
	name := c.path("hot.duckdb")
	c.tell(name)
	if err := duckdb.CheckLog(name); err != nil {
		c.fault(name+".wal", doRestore, "%v", err)
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		c.fault(name, doRestore, "it is missing")
	} else if c.engine, err = c.openEngine(ctx, name); err != nil {
		c.fault(name, doRestore, "it cannot be opened: %v", err)
	}
	c.rows = c.engine != nil
	if !c.rows {
		var err error
		if c.engine, err = c.openEngine(ctx, ""); err != nil {
			return err
		}
	}
	var err error
	c.conn, err = c.engine.Connect(ctx)
	return err
}

func (c *checking) openEngine(ctx context.Context, path string) (*duckdb.Engine, error) {
	o := duckdb.Options{Path: path, MemoryLimit: c.o.Memory, TempDir: filepath.Join(c.o.Temp, "spill"), AllowedDirs: []string{c.path("iceberg")}}
	if path != "" {
		o.Settings = map[string]string{"access_mode": "READ_ONLY"}
	}
	return duckdb.Open(ctx, o)
}

// ask runs a query and returns its rows.
func (c *checking) ask(ctx context.Context, text string) ([][]any, error) {
	rows, err := c.conn.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return rows.All(ctx)
}

// figures runs a query of one row of BIGINTs.
func (c *checking) figures(ctx context.Context, text string) ([]int64, error) {
	rows, err := c.ask(ctx, text)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("%d rows", len(rows))
	}
	list := make([]int64, len(rows[0]))
	for i, v := range rows[0] {
		list[i], _ = v.(int64)
	}
	return list, nil
}
