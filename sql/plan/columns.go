package plan

// appendColumns appends the columns of a node. Joins are as deep as a FROM is long,
// and so are the columns of each: they are gathered in one list on the way down, not
// copied at every level.
func appendColumns(cols []Col, n Node) []Col {
	switch n := n.(type) {
	case *Join:
		return appendColumns(appendColumns(cols, n.Left), n.Right)
	case *Unnest:
		return n.appendOwn(appendColumns(cols, n.Input))
	case *Window:
		return n.appendOwn(appendColumns(cols, n.Input))
	case *Filter:
		return appendColumns(cols, n.Input)
	}
	return append(cols, n.Columns()...)
}
