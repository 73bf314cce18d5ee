package plan

import "tidemark/sql/types"

// ScalarQuery is the one value of a query of one column and at most one row; no
// row is NULL, a second one a run-time error.
type ScalarQuery struct{ Query Node }

// Type returns the type of the query's column.
func (e *ScalarQuery) Type() types.Type             { return e.Query.Columns()[0].Type }
func (e *ScalarQuery) each(func(Expr))              {}
func (e *ScalarQuery) rebuild(func(Expr) Expr) Expr { return e }

// Exists is true when the query has a row.
type Exists struct{ Query Node }

// Type is boolean.
func (e *Exists) Type() types.Type             { return boolean }
func (e *Exists) each(func(Expr))              {}
func (e *Exists) rebuild(func(Expr) Expr) Expr { return e }

// Quantified compares X with the values of a query of one column of the same type:
// with All every one must satisfy, else some one. X IN (query) is Equal without All.
type Quantified struct {
	Op    CompareOp
	All   bool
	X     Expr
	Query Node
}

// Type is boolean.
func (e *Quantified) Type() types.Type  { return boolean }
func (e *Quantified) each(f func(Expr)) { f(e.X) }
func (e *Quantified) rebuild(f func(Expr) Expr) Expr {
	if x := f(e.X); x != e.X {
		return &Quantified{e.Op, e.All, x, e.Query}
	}
	return e
}

// Lambda is an argument of a function. Its parameters are columns with identities
// of their own, which the body reads through Ref.
type Lambda struct {
	Params []Col
	Body   Expr
}

// Type returns the type of the body.
func (e *Lambda) Type() types.Type  { return e.Body.Type() }
func (e *Lambda) each(f func(Expr)) { f(e.Body) }
func (e *Lambda) rebuild(f func(Expr) Expr) Expr {
	if body := f(e.Body); body != e.Body {
		return &Lambda{e.Params, body}
	}
	return e
}

// MakeRow is a row constructor; T is a row type with one field per item.
type MakeRow struct {
	Items []Expr
	T     types.Type
}

// Type returns the row type.
func (e *MakeRow) Type() types.Type { return e.T }
func (e *MakeRow) each(f func(Expr)) {
	for _, it := range e.Items {
		f(it)
	}
}
func (e *MakeRow) rebuild(f func(Expr) Expr) Expr {
	items := mapAll(e.Items, f)
	if same(items, e.Items) {
		return e
	}
	return &MakeRow{items, e.T}
}

// FieldOf reads a field of a row by its position from 0.
type FieldOf struct {
	X     Expr
	Index int
}

// Type returns the field's type.
func (e *FieldOf) Type() types.Type  { return e.X.Type().Fields[e.Index].Type }
func (e *FieldOf) each(f func(Expr)) { f(e.X) }
func (e *FieldOf) rebuild(f func(Expr) Expr) Expr {
	if x := f(e.X); x != e.X {
		return &FieldOf{x, e.Index}
	}
	return e
}

// MakeArray is an array constructor; every item has the type T.Elem.
type MakeArray struct {
	Items []Expr
	T     types.Type
}

// Type returns the array type.
func (e *MakeArray) Type() types.Type { return e.T }
func (e *MakeArray) each(f func(Expr)) {
	for _, it := range e.Items {
		f(it)
	}
}
func (e *MakeArray) rebuild(f func(Expr) Expr) Expr {
	items := mapAll(e.Items, f)
	if same(items, e.Items) {
		return e
	}
	return &MakeArray{items, e.T}
}

// Subscript reads an element of an array by its position from 1, a bigint. A
// position outside is a run-time error.
type Subscript struct{ X, Index Expr }

// Type returns the element type.
func (e *Subscript) Type() types.Type  { return *e.X.Type().Elem }
func (e *Subscript) each(f func(Expr)) { f(e.X); f(e.Index) }
func (e *Subscript) rebuild(f func(Expr) Expr) Expr {
	c := Subscript{f(e.X), f(e.Index)}
	if c == *e {
		return e
	}
	return &c
}
