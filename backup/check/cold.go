package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
)

// cold looks at the tables of files.
func (c *checking) cold(ctx context.Context) error {
	dir := c.path("iceberg")
	if _, err := os.Stat(dir); err != nil {
		return nil // there is nothing yet, or the rows never left the hot store
	}
	tables, err := cold.Inspect(ctx, dir)
	if err != nil {
		return err
	}
	for _, t := range tables {
		c.report.Tables++
		c.report.Orphans += len(t.Orphans)
		if t.Err != nil {
			c.fault(t.Folder, doRestore, "its metadata cannot be read: %v", t.Err)
		}
		if t.State == nil {
			continue
		}
		if err := c.table(ctx, t); err != nil {
			return err
		}
		if err := c.others(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// table looks at each file of a table, and at those of a day together.
func (c *checking) table(ctx context.Context, t cold.Inspected) error {
	var day []cold.File
	for _, f := range t.State.Files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		c.tell(f.Path)
		c.report.Files, c.report.Rows = c.report.Files+1, c.report.Rows+f.Rows
		if len(day) > 0 && day[0].Day != f.Day {
			c.twice(ctx, day)
			day = nil
		}
		if c.file(ctx, t, f) {
			day = append(day, f)
		}
	}
	c.twice(ctx, day)
	return context.Cause(ctx)
}

// file reports whether a file can be read; what it holds may be wrong.
func (c *checking) file(ctx context.Context, t cold.Inspected, f cold.File) bool {
	info, err := os.Stat(f.Path)
	if err != nil {
		c.fault(f.Path, doFile, "%v", err)
		return false
	}
	if info.Size() != f.Bytes {
		c.fault(f.Path, doFile, "it has %d bytes, the table's metadata say %d", info.Size(), f.Bytes)
		return false
	}
	if err := c.sum(f.Path); err != nil {
		c.fault(f.Path, doFile, "%v", err)
	}
	for _, look := range []func(context.Context, cold.Inspected, cold.File) error{c.bounds, c.values, c.order, c.series} {
		if err := look(ctx, t, f); err != nil {
			if ctx.Err() == nil {
				c.fault(f.Path, doFile, "it cannot be read: %v", err)
			}
			return false
		}
	}
	return true
}

// bounds compares the rows with what the metadata say of them.
func (c *checking) bounds(ctx context.Context, _ cold.Inspected, f cold.File) error {
	n, err := c.figures(ctx, fmt.Sprintf(`SELECT count(*), coalesce(min(epoch_ns(time)), 0), coalesce(max(epoch_ns(time)), 0),
		coalesce(min(ts_series), -1)::BIGINT, coalesce(max(ts_series), -1)::BIGINT, count(*) - count(time), count(*) - count(ts_series) FROM read_parquet(%s)`, duckdb.Quote(f.Path)))
	if err != nil {
		return err
	}
	want := []int64{f.Rows, f.MinTime, f.MaxTime, int64(f.MinSeries), int64(f.MaxSeries), 0, 0}
	for i, name := range []string{"rows", "first time", "last time", "lowest series", "highest series", "rows without time", "rows without series"} {
		if n[i] != want[i] {
			c.fault(f.Path, doFile, "%s: %d in the file, %d in the table's metadata", name, n[i], want[i])
		}
	}
	return nil
}

// values reads every value.
func (c *checking) values(ctx context.Context, _ cold.Inspected, f cold.File) error {
	if !c.o.Deep {
		return nil
	}
	_, err := c.ask(ctx, "SELECT bit_xor(hash(t)) FROM read_parquet("+duckdb.Quote(f.Path)+") t")
	return err
}

// order looks whether each series stands together, by time, with each time once.
func (c *checking) order(ctx context.Context, _ cold.Inspected, f cold.File) error {
	if !c.o.Deep {
		return nil
	}
	n, err := c.figures(ctx, fmt.Sprintf(`SELECT count(*) FILTER (s = ps AND t <= pt), count(*) FILTER (s IS DISTINCT FROM ps) - count(DISTINCT s) FROM (
		SELECT ts_series AS s, time AS t, lag(ts_series) OVER w AS ps, lag(time) OVER w AS pt
		FROM read_parquet(%s, file_row_number = true) WINDOW w AS (ORDER BY file_row_number))`, duckdb.Quote(f.Path)))
	if err == nil && (n[0] != 0 || n[1] != 0) {
		c.fault(f.Path, doFile, "%d rows are not after the one before, and %d series stand in several places", n[0], n[1])
	}
	return err
}

// series compares the texts of series with the dictionary.
func (c *checking) series(ctx context.Context, t cold.Inspected, f cold.File) error {
	if !c.o.Deep || !c.rows {
		return nil
	}
	if _, ok := c.known[t.ID]; !ok {
		c.fault(f.Path, doRestore, "the hot store has no dictionary of series for its table %d", t.ID)
		return nil
	}
	columns := []string{field(t, "ts_series", "sid", "INTEGER"), field(t, "measure_name", "measure", "VARCHAR")}
	names := []string{"sid::UINTEGER", "measure"}
	known := []string{"sid", "measure"}
	for i, name := range c.dims[t.ID] {
		d := fmt.Sprintf("d%d", i)
		known = append(known, d)
		if _, ok := t.State.Fields[name]; !ok {
			names = append(names, "NULL::VARCHAR")
			continue
		}
		columns, names = append(columns, field(t, name, d, "VARCHAR")), append(names, d)
	}
	n, err := c.figures(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT DISTINCT %s FROM read_parquet(%s, schema = MAP {%s}) EXCEPT SELECT %s FROM t%d_d)",
		strings.Join(names, ", "), duckdb.Quote(f.Path), strings.Join(columns, ", "), strings.Join(known, ", "), t.ID))
	if err == nil && n[0] != 0 {
		c.fault(f.Path, doFile, "%d series have other texts than in the dictionary, or are not in it", n[0])
	}
	return err
}

// field names a column of a file by its number in the table.
func field(t cold.Inspected, name, as, typ string) string {
	return fmt.Sprintf("%d: {name: '%s', type: '%s', default_value: NULL}", t.State.Fields[name], as, typ)
}

// twice looks whether files of a day have the same rows.
func (c *checking) twice(ctx context.Context, day []cold.File) {
	if !c.o.Deep || len(day) < 2 {
		return
	}
	paths := make([]string, len(day))
	for i, f := range day {
		paths[i] = duckdb.Quote(f.Path)
	}
	n, err := c.figures(ctx, "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT ts_series, time FROM read_parquet(["+strings.Join(paths, ", ")+
		"]))) FROM read_parquet(["+strings.Join(paths, ", ")+"])")
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.fault(filepath.Dir(day[0].Path), doFile, "its files cannot be read together: %v", err)
	case n[0] != 0:
		c.fault(filepath.Dir(day[0].Path), doRestore, "%d rows are in two files", n[0])
	}
}
