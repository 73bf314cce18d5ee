// Package duckdbtest runs emitted programs on DuckDB, for tests only.
//
// It stands apart from duckgen so that only its own test binary links DuckDB.
package duckdbtest

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"tidemark/sql/duckgen"
	"tidemark/sql/native"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// DB is an in-memory DuckDB with the prelude and the native functions.
type DB struct {
	db   *sql.DB
	conn *sql.Conn
}

// Open opens a database of its own.
func Open(ctx context.Context) (*DB, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range native.Funcs() {
		if err := duckdb.RegisterScalarUDF(conn, f.Name, scalar(f)); err != nil {
			return nil, fmt.Errorf("register %s: %w", f.Name, err)
		}
	}
	d := &DB{db, conn}
	for _, text := range duckgen.Prelude() {
		if err := d.Exec(ctx, text); err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return d, nil
}

// Exec runs a statement.
func (d *DB) Exec(ctx context.Context, text string) error {
	_, err := d.conn.ExecContext(ctx, text)
	return err
}

// Close closes the database.
func (d *DB) Close() error {
	d.conn.Close()
	return d.db.Close()
}

// Rows runs a program whose scans read the given relations, and returns every value
// as text, NULL for NULL.
func (d *DB) Rows(ctx context.Context, p *duckgen.Program, relation func(int, plan.Access) (string, error)) ([][]string, error) {
	text, err := p.SQL(relation)
	if err != nil {
		return nil, err
	}
	rows, err := d.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("%w\nin %s", err, text)
	}
	defer rows.Close()
	var all [][]string
	for rows.Next() {
		row, err := scan(rows, p.Columns)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func scan(rows *sql.Rows, cols []duckgen.Output) ([]string, error) {
	values, into := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	texts := make([]string, len(cols))
	for i, c := range cols {
		texts[i] = Text(c.Type, values[i])
	}
	return texts, nil
}

// Text prints a value as the driver returns it.
func Text(t types.Type, v any) string {
	if v == nil {
		return "NULL"
	}
	switch t.Kind {
	case types.Array, types.Timeseries:
		return list(t, v.([]any))
	case types.Row:
		return row(t, v.(map[string]any))
	case types.Timestamp:
		return types.Text(t, v.(time.Time).UnixNano())
	case types.Date:
		return v.(time.Time).Format(time.DateOnly)
	}
	if n, ok := v.(*big.Int); ok {
		return "hugeint " + n.String()
	}
	return scalarText(t, v)
}

// scalarText shows a value of another physical type than the program promises.
func scalarText(t types.Type, v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T %v instead of %s", v, v, t)
		}
	}()
	return types.Text(t, v)
}

func list(t types.Type, items []any) string {
	texts := make([]string, len(items))
	for i, it := range items {
		if t.Kind == types.Timeseries {
			p := it.(map[string]any)
			texts[i] = Text(types.Of(types.Timestamp), p["time"]) + "=" + Text(*t.Elem, p["value"])
			continue
		}
		texts[i] = Text(*t.Elem, it)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func row(t types.Type, fields map[string]any) string {
	texts := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		texts[i] = Text(f.Type, fields[fmt.Sprintf("field%d", i)])
	}
	return "(" + strings.Join(texts, ", ") + ")"
}
