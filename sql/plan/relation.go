package plan

// Filter keeps the rows for which Cond is true.
type Filter struct {
	Input Node
	Cond  Expr
}

// Columns lists the input's columns.
func (n *Filter) Columns() []Col { return n.Input.Columns() }

// Inputs returns the input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

func (n *Filter) rebuild(in []Node, f func(Expr) Expr) Node {
	c := Filter{in[0], f(n.Cond)}
	if c == *n {
		return n
	}
	return &c
}

// Project computes columns; nothing else of the input passes. A Ref under a new
// identity renames; to let a column pass as it is, assign its Ref to the same Col.
type Project struct {
	Input Node
	Items []Assign
}

// Columns lists the computed columns.
func (n *Project) Columns() []Col { return assigned(n.Items) }

// Inputs returns the input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

func (n *Project) rebuild(in []Node, f func(Expr) Expr) Node {
	items := mapAssigns(n.Items, f)
	if in[0] == n.Input && same(items, n.Items) {
		return n
	}
	return &Project{in[0], items}
}

// Pass returns the assignments that let columns pass unchanged.
func Pass(cols []Col) []Assign {
	items := make([]Assign, len(cols))
	for i, c := range cols {
		items[i] = Assign{c, c.Ref()}
	}
	return items
}

// Sort orders the rows. An order below any other node than Limit, Sort's own root
// Output or a Project between them means nothing.
type Sort struct {
	Input Node
	Keys  []SortKey
}

// Columns lists the input's columns.
func (n *Sort) Columns() []Col { return n.Input.Columns() }

// Inputs returns the input.
func (n *Sort) Inputs() []Node { return []Node{n.Input} }

func (n *Sort) rebuild(in []Node, f func(Expr) Expr) Node {
	keys := mapKeys(n.Keys, f)
	if in[0] == n.Input && same(keys, n.Keys) {
		return n
	}
	return &Sort{in[0], keys}
}

// Limit skips Offset rows and passes at most Count, or all when Count is negative.
type Limit struct {
	Input  Node
	Count  int64
	Offset int64
}

// Columns lists the input's columns.
func (n *Limit) Columns() []Col { return n.Input.Columns() }

// Inputs returns the input.
func (n *Limit) Inputs() []Node { return []Node{n.Input} }

func (n *Limit) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == n.Input {
		return n
	}
	return &Limit{in[0], n.Count, n.Offset}
}

// Distinct drops rows that equal another in every column, NULLs being equal.
type Distinct struct{ Input Node }

// Columns lists the input's columns.
func (n *Distinct) Columns() []Col { return n.Input.Columns() }

// Inputs returns the input.
func (n *Distinct) Inputs() []Node { return []Node{n.Input} }

func (n *Distinct) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == n.Input {
		return n
	}
	return &Distinct{in[0]}
}

func assigned(items []Assign) []Col {
	cols := make([]Col, len(items))
	for i, it := range items {
		cols[i] = it.Col
	}
	return cols
}
