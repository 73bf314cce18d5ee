package plan

import "tidemark/sql/types"

// Scan reads a table. Time, In and Newest are permissions to skip, not filters:
// the filter that they came from stays above.
type Scan struct {
	Table  *Table
	Cols   []Col // the columns that are read
	Index  []int // of each column in Table.Columns, ascending
	Time   TimeRange
	In     []In
	Newest bool // of each series only the newest row up to Time.Max is needed
}

// NewScan returns the scan of every column of a table.
func NewScan(ids *IDs, t *Table) *Scan {
	s := &Scan{Table: t, Time: AllTime}
	for i, c := range t.Columns {
		s.Cols = append(s.Cols, ids.New(c.Name, c.Type))
		s.Index = append(s.Index, i)
	}
	return s
}

// Columns lists the columns that are read.
func (n *Scan) Columns() []Col { return n.Cols }

// Inputs returns nothing.
func (n *Scan) Inputs() []Node { return nil }

func (n *Scan) rebuild([]Node, func(Expr) Expr) Node { return n }

// Access is what the store must serve for this scan.
func (n *Scan) Access() Access {
	return Access{Table: n.Table, Columns: n.Index, Time: n.Time, In: n.In, Newest: n.Newest}
}

// Column returns the table's column behind an identity.
func (n *Scan) Column(id ID) (Column, int, bool) {
	for i, c := range n.Cols {
		if c.ID == id {
			return n.Table.Columns[n.Index[i]], n.Index[i], true
		}
	}
	return Column{}, 0, false
}

// WithTime returns the scan with another time range.
func (n *Scan) WithTime(r TimeRange) *Scan {
	c := *n
	c.Time = r
	return &c
}

// Intersect returns the range that lies in both. It may be empty: Min above Max.
func (r TimeRange) Intersect(o TimeRange) TimeRange {
	return TimeRange{max(r.Min, o.Min), min(r.Max, o.Max)}
}

// Hull returns the smallest range that holds both.
func (r TimeRange) Hull(o TimeRange) TimeRange {
	return TimeRange{min(r.Min, o.Min), max(r.Max, o.Max)}
}

// Values is a list of rows. One row without columns stands for a SELECT without FROM.
type Values struct {
	Cols []Col
	Rows [][]Expr
}

// OneRow returns the relation of one row without columns.
func OneRow() *Values { return &Values{Rows: [][]Expr{{}}} }

// Columns lists the columns.
func (n *Values) Columns() []Col { return n.Cols }

// Inputs returns nothing.
func (n *Values) Inputs() []Node { return nil }

func (n *Values) rebuild(_ []Node, f func(Expr) Expr) Node {
	rows := mapSome(n.Rows, func(row *[]Expr) bool {
		old := *row
		*row = mapAll(old, f)
		return !same(old, *row)
	})
	if same(rows, n.Rows) {
		return n
	}
	return &Values{n.Cols, rows}
}

// Unnest puts one row per element of its arrays beside each input row. Arrays that
// are shorter than the longest are padded with NULL.
type Unnest struct {
	Input Node
	Items []UnnestItem
	// Ordinality, if not nil, is one more column at the end: a bigint counter from 1.
	Ordinality *Col
	// Outer keeps an input row whose arrays are all empty or NULL (LEFT JOIN ... ON true).
	Outer bool
}

// UnnestItem is one argument of UNNEST. An array of rows gives one column per
// field, a timeseries the columns time and value, another array one column.
type UnnestItem struct {
	Expr Expr // an array or a timeseries over the input
	Cols []Col
}

// Columns lists the input's columns, then those of the items, then the counter.
func (n *Unnest) Columns() []Col { return appendColumns(nil, n) }

func (n *Unnest) appendOwn(cols []Col) []Col {
	for _, it := range n.Items {
		cols = append(cols, it.Cols...)
	}
	if n.Ordinality != nil {
		cols = append(cols, *n.Ordinality)
	}
	return cols
}

// Inputs returns the input.
func (n *Unnest) Inputs() []Node { return []Node{n.Input} }

func (n *Unnest) rebuild(in []Node, f func(Expr) Expr) Node {
	items := mapSome(n.Items, func(it *UnnestItem) bool { return replace(&it.Expr, f) })
	if in[0] == n.Input && same(items, n.Items) {
		return n
	}
	c := *n
	c.Input, c.Items = in[0], items
	return &c
}

// UnnestTypes returns the types of the columns that unnesting t gives, nil when t cannot be unnested.
func UnnestTypes(t types.Type) []types.Field {
	switch {
	case t.Kind == types.Timeseries:
		return []types.Field{{Name: "time", Type: types.Of(types.Timestamp)}, {Name: "value", Type: *t.Elem}}
	case t.Kind == types.Array && t.Elem.Kind == types.Row:
		return t.Elem.Fields
	case t.Kind == types.Array:
		return []types.Field{{Type: *t.Elem}}
	}
	return nil
}
