package check

import (
	"context"
	"fmt"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// hot compares the catalogue of the hot store with its tables, and reads these.
func (c *checking) hot(ctx context.Context) error {
	c.dims, c.known = map[uint32][]string{}, map[uint32]struct{}{}
	if !c.rows {
		return nil
	}
	for _, look := range []func(context.Context) error{c.hotFormat, c.hotTables, c.hotSegments, c.hotBlocks} {
		if err := look(ctx); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			c.fault(c.path("hot.duckdb"), doRestore, "it cannot be read: %v", err)
		}
	}
	return nil
}

func (c *checking) hotFormat(ctx context.Context) error {
	rows, err := c.ask(ctx, "SELECT version FROM hot_format")
	if err != nil {
		return err
	}
	version := int32(0)
	if len(rows) == 1 {
		version, _ = rows[0][0].(int32)
	}
	if version < 1 || version > hot.FormatVersion {
		c.fault(c.path("hot.duckdb"), "use the program that wrote it", "it has format %d in %d rows, this program reads formats 1 to %d", version, len(rows), hot.FormatVersion)
	}
	return nil
}

// hotTables looks for the dictionary of every table.
func (c *checking) hotTables(ctx context.Context) error {
	rows, err := c.ask(ctx, `SELECT id::BIGINT, concat('t', id, '_d') IN (SELECT table_name FROM duckdb_tables()) FROM hot_tables ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, row := range rows {
		id := uint32(row[0].(int64))
		if !row[1].(bool) {
			c.fault(c.path("hot.duckdb"), doRestore, "table %d has no dictionary of series", id)
			continue
		}
		c.known[id] = struct{}{}
	}
	names, err := c.ask(ctx, "SELECT id::BIGINT, name FROM hot_columns WHERE dimension ORDER BY id, ordinal")
	for _, row := range names {
		id := uint32(row[0].(int64))
		c.dims[id] = append(c.dims[id], row[1].(string))
	}
	return err
}

// hotSegments looks at the rows of every segment: each identity is there once, and its
// series is known.
func (c *checking) hotSegments(ctx context.Context) error {
	rows, err := c.ask(ctx, `SELECT id::BIGINT, seq::BIGINT, concat('t', id, '_s', seq) IN (SELECT table_name FROM duckdb_tables()) FROM hot_segments ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	for _, row := range rows {
		id, name := uint32(row[0].(int64)), fmt.Sprintf("t%d_s%d", row[0], row[1])
		if _, ok := c.known[id]; !ok || !row[2].(bool) {
			c.fault(c.path("hot.duckdb"), doRestore, "segment %s is listed, but it or its table is not there", name)
			continue
		}
		n, err := c.figures(ctx, fmt.Sprintf(`SELECT count(*), count(*) FILTER (NOT EXISTS (FROM t%d_d d WHERE d.sid = s.sid)),
			count(*) - (SELECT count(*) FROM (SELECT DISTINCT sid, time FROM %s)) FROM %[2]s s`, id, name))
		if err != nil {
			return fmt.Errorf("segment %s: %w", name, err)
		}
		c.report.Hot += n[0]
		if n[1] > 0 {
			c.fault(c.path("hot.duckdb"), doRestore, "segment %s has %d rows whose series are not in the dictionary", name, n[1])
		}
		if n[2] > 0 {
			c.fault(c.path("hot.duckdb"), doRestore, "segment %s has %d rows too many of the same series and time", name, n[2])
		}
	}
	return nil
}

// hotBlocks reads every value: DuckDB compares the checksum of each block.
func (c *checking) hotBlocks(ctx context.Context) error {
	if !c.o.Deep {
		return nil
	}
	rows, err := c.ask(ctx, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1")
	if err != nil {
		return err
	}
	for _, row := range rows {
		name := row[0].(string)
		c.tell(c.path("hot.duckdb") + " " + name)
		if _, err := c.ask(ctx, "SELECT bit_xor(hash(t)) FROM "+duckdb.Ident(name)+" t"); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return c.dictionaries(ctx)
}

// dictionaries looks whether series are there once.
func (c *checking) dictionaries(ctx context.Context) error {
	for id := range c.known {
		columns := []string{"measure"}
		for i := range c.dims[id] {
			columns = append(columns, fmt.Sprintf("d%d", i))
		}
		n, err := c.figures(ctx, fmt.Sprintf("SELECT count(*) - count(DISTINCT sid), count(*) - (SELECT count(*) FROM (SELECT DISTINCT %s FROM t%d_d)) FROM t%[2]d_d",
			strings.Join(columns, ", "), id))
		if err != nil {
			return fmt.Errorf("dictionary of table %d: %w", id, err)
		}
		if n[0] != 0 || n[1] != 0 {
			c.fault(c.path("hot.duckdb"), doRestore, "the dictionary of table %d has %d numbers and %d series twice", id, n[0], n[1])
		}
	}
	return nil
}
