// Package duckgen turns a plan into a program for DuckDB.
//
// Emit gives a Program; Program.SQL gives its text once the caller supplies a
// relation for each scan. The text relies on nothing of DuckDB's own name lookup or
// implicit casts: columns are called x<identity>, results o<position>, relations
// t<number>, and every value is typed. No text of the user stands in it except
// inside quoted literals. Types are represented as builtin.DuckType says; the statements of
// Prelude must have run on the connection, and the functions of package native must
// be registered. Everything here is pure text work; all functions are safe to call at once.
package duckgen

import (
	"fmt"
	"strings"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// Program is a query ready to run, or a statement that the engine answers itself:
// one of Meta, Unload and Explain is set then.
type Program struct {
	Columns []Output      // of the result, in order
	Scans   []plan.Access // numbered as SQL asks for them
	Meta    *plan.Meta    // a metadata statement; Scans and SQL are empty then
	Plan    plan.Node     // what was emitted, for Explain

	// Unload is an UNLOAD; Query is the program whose rows it writes.
	Unload *plan.Unload
	// Explain is an EXPLAIN, which runs nothing: Explanation answers it. Query is the
	// program of the statement that it is about.
	Explain *plan.Explained
	Query   *Program

	text  []string // the text around the relations
	holes []int    // the scan whose relation stands after text[i]
}

// Output is one column of a result. Its value comes as column o<i> in the
// representation of builtin.DuckType: time of day and day to second intervals as BIGINT
// nanoseconds, year to month intervals as INTEGER months.
type Output struct {
	Name string
	Type types.Type
}

// SQL returns the text of the query. relation returns, for each scan, a
// parenthesised relation that exposes a column c<i> for every i in Access.Columns;
// it is called once per scan, in order.
func (p *Program) SQL(relation func(i int, a plan.Access) (string, error)) (string, error) {
	relations := make([]string, len(p.Scans))
	for i, a := range p.Scans {
		text, err := relation(i, a)
		if err != nil {
			return "", fmt.Errorf("relation of %s.%s: %w", a.Table.Database, a.Table.Name, err)
		}
		relations[i] = text
	}
	var b strings.Builder
	for i, text := range p.text {
		b.WriteString(text)
		if i < len(p.holes) {
			b.WriteString(relations[p.holes[i]])
		}
	}
	return b.String(), nil
}

// Explanation returns the answer to an EXPLAIN by lines. In a text for DuckDB the
// name of the table stands for each relation that the store would give.
func (p *Program) Explanation() ([]string, error) {
	text := plan.Explain(p.Explain.Root)
	if p.Explain.Format == plan.ExplainSQL {
		of := p.Query
		if of.Unload != nil {
			of = of.Query
		}
		var err error
		if text, err = of.SQL(tableName); err != nil {
			return nil, err
		}
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), nil
}

func tableName(_ int, a plan.Access) (string, error) {
	return `"` + a.Table.Database + `"."` + a.Table.Name + `"`, nil
}

// hole marks the place of scan i's relation in text under construction. A NUL
// cannot come from anywhere else: literals spell it chr(0).
func hole(i int) string { return fmt.Sprintf("\x00%d\x00", i) }

// cut splits finished text at its holes.
func cut(text string) (parts []string, holes []int) {
	for i, piece := range strings.Split(text, "\x00") {
		if i%2 == 0 {
			parts = append(parts, piece)
			continue
		}
		var n int
		fmt.Sscan(piece, &n)
		holes = append(holes, n)
	}
	return parts, holes
}
