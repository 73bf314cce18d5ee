// Package plan is the typed tree between the analyser and the emitters.
//
// A Node is a relation, an Expr computes a value for a row of it. Every output
// column of every node has an identity (Col.ID) that is unique in the whole plan;
// a Ref names that identity and nothing else, so a reference to an enclosing query
// needs no marker and a rewrite cannot capture a name. The names that users see
// live in the Output node at the root; Col.Name only helps Explain.
//
// All coercions are explicit Cast nodes: both sides of a comparison, the arms of a
// CASE, the inputs of a set operation have equal types. Nodes and expressions are
// immutable once built: rewrites copy. All functions are safe to call at once.
package plan

import "tidemark/sql/types"

// ID is the identity of a column within one plan.
type ID int

// IDs hands out identities. The zero value is ready; it is not safe for concurrent use.
type IDs struct{ last ID }

// Next returns an identity that was not handed out before.
func (g *IDs) Next() ID {
	g.last++
	return g.last
}

// New returns a column with a new identity.
func (g *IDs) New(name string, t types.Type) Col {
	return Col{ID: g.Next(), Name: name, Type: t}
}

// Col is one output column of a node. Name is for people only.
type Col struct {
	ID   ID
	Name string
	Type types.Type
}

// Ref returns the expression that reads the column.
func (c Col) Ref() *Ref { return &Ref{Col: c} }

// Node is a relation.
type Node interface {
	// Columns lists the output columns in order. Callers do not change the slice.
	Columns() []Col
	// Inputs lists the relations that the node reads, leaving out subqueries in expressions.
	Inputs() []Node
	// rebuild returns the node with other inputs and with f applied to each of its own
	// expressions, itself where nothing changes.
	rebuild(inputs []Node, f func(Expr) Expr) Node
}

// Assign is an expression and the column that holds its result.
type Assign struct {
	Col  Col
	Expr Expr
}

// SortKey is one key of an ordering. NULLs come last unless NullsFirst.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// Output is the root of a query: the columns that the client sees, with their names.
// Names may repeat, and a column may be listed twice.
type Output struct {
	Input Node
	Cols  []OutputCol
}

// OutputCol is one column of a result.
type OutputCol struct {
	Name string // as the client sees it: an alias, the table's column name, or _colN
	Col  Col    // a column of the input
}

// Columns lists the columns under the names of the result.
func (n *Output) Columns() []Col {
	cols := make([]Col, len(n.Cols))
	for i, c := range n.Cols {
		cols[i] = Col{ID: c.Col.ID, Name: c.Name, Type: c.Col.Type}
	}
	return cols
}

// Inputs returns the input.
func (n *Output) Inputs() []Node { return []Node{n.Input} }

func (n *Output) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == n.Input {
		return n
	}
	return &Output{in[0], n.Cols}
}

// Columns lists what the metadata statement answers with; its identities are not referenced.
func (m *Meta) Columns() []Col {
	cols := metaColumns[m.Kind]
	return cols
}

// Inputs returns nothing.
func (m *Meta) Inputs() []Node { return nil }

func (m *Meta) rebuild([]Node, func(Expr) Expr) Node { return m }

// metaColumns are the result columns of the metadata statements (developer guide,
// pages "SHOW statements" and "DESCRIBE statements").
var metaColumns = [...][]Col{
	ShowDatabases: varchars("Database"),
	ShowTables:    varchars("Table"),
	ShowMeasures: append(varchars("measure_name", "data_type"), Col{Name: "dimensions", Type: types.ArrayOf(types.RowOf(
		types.Field{Name: "dimension_name", Type: types.Of(types.Varchar)},
		types.Field{Name: "data_type", Type: types.Of(types.Varchar)}))}),
	Describe: varchars("Column", "Type", "Timestream attribute type"),
}

func varchars(names ...string) []Col {
	cols := make([]Col, len(names))
	for i, name := range names {
		cols[i] = Col{Name: name, Type: types.Of(types.Varchar)}
	}
	return cols
}
