package duckgen

import (
	"fmt"
	"strconv"

	"tidemark/fault"
	"tidemark/sql/plan"
)

// Emit returns the program of a plan whose root is what the analyzer returns. Its
// error is fault.Invalid and names what DuckDB cannot compute.
func Emit(root plan.Node) (*Program, error) {
	switch root := root.(type) {
	case *plan.Meta:
		return &Program{Columns: outputs(root), Meta: root, Plan: root}, nil
	case *plan.Output:
		return emitOutput(root)
	case *plan.Unload:
		query, err := Emit(root.Query)
		return &Program{Columns: outputs(root), Unload: root, Query: query, Plan: root}, err
	case *plan.Explained:
		of, err := Emit(root.Root)
		return &Program{Columns: outputs(root), Explain: root, Query: of, Plan: root}, err
	}
	return nil, fmt.Errorf("emit: %T is not the root of a plan", root)
}

func emitOutput(root *plan.Output) (*Program, error) {
	e := &emitter{ids: plan.MaxID(root), doubles: newDoubles(), volatile: map[plan.Expr]bool{}}
	e.doubles.learn(root.Input)
	b := e.node(root.Input)
	if e.err != nil {
		return nil, e.err
	}
	items := make([]item, len(root.Cols))
	for i, c := range root.Cols {
		items[i] = e.pick(b, c.Col.ID)
	}
	text := b.result(items)
	if why := tooComplex(text); e.err == nil && why != "" {
		e.refuse("%s", why)
	}
	if e.err != nil {
		return nil, e.err
	}
	p := &Program{Columns: outputs(root), Scans: e.scans, Plan: root}
	p.text, p.holes = cut(text)
	return p, nil
}

func outputs(n plan.Node) []Output {
	cols := n.Columns()
	out := make([]Output, len(cols))
	for i, c := range cols {
		out[i] = Output{Name: c.Name, Type: c.Type}
	}
	return out
}

// result writes the block with the columns of the root. A set of rows that DISTINCT
// made keeps its own columns: the root chooses among them from outside.
func (b *block) result(items []item) string {
	name := func(i int) string { return "o" + strconv.Itoa(i) }
	if !b.distinct || sameItems(b.items, items) {
		b.items = items
		return b.sql(name)
	}
	inner := b.sql(nil)
	outer := &block{from: "(" + inner + ") AS t0"}
	for _, it := range items {
		outer.items = append(outer.items, plainItem(it.id, "t0."+column(it.id)))
	}
	return outer.sql(name)
}

func sameItems(a, b []item) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].id != b[i].id {
			return false
		}
	}
	return true
}

// emitter carries what is common to one plan.
type emitter struct {
	scans    []plan.Access
	scopes   []scope            // of the enclosing queries, outermost first
	tables   int                // relations named so far
	ids      plan.IDs           // for columns that only the text needs
	guard    *guard             // of the TRY that is being written
	doubles  doubles            // which columns may be NaN
	volatile map[plan.Expr]bool // which expressions draw random numbers
	err      error              // the first
}

// scope is the text by which each visible column is read.
type scope map[plan.ID]string

// refuse records that something cannot be emitted.
func (e *emitter) refuse(format string, args ...any) string {
	if e.err == nil {
		e.err = fault.New(fault.Invalid, format, args...)
	}
	return "NULL"
}

// table returns the name of one more relation.
func (e *emitter) table() string {
	e.tables++
	return "t" + strconv.Itoa(e.tables)
}

// node emits a relation.
func (e *emitter) node(n plan.Node) *block {
	switch n := e.local(n).(type) {
	case *apart:
		return e.unordered(e.node(n.Node))
	case *plan.Scan:
		return e.scan(n)
	case *plan.Partial:
		return e.partial(n)
	case *plan.Values:
		return e.values(n)
	case *plan.Filter:
		return e.filter(n)
	case *plan.Project:
		return e.project(n)
	case *plan.Aggregate:
		return e.aggregate(n)
	case *plan.Window:
		return e.window(n)
	case *plan.Join:
		return e.join(n)
	case *plan.SetOp:
		return e.setOp(n)
	case *plan.Sort:
		return e.sort(n)
	case *plan.Limit:
		return e.limit(n)
	case *plan.Distinct:
		return e.distinct(n)
	case *plan.With:
		return e.with(n)
	case *plan.WithRef:
		return e.withRef(n)
	case *plan.Unnest:
		return e.unnest(n)
	}
	e.refuse("%T cannot be emitted", n)
	return &block{}
}

// wrap makes a block the derived table of a new one. An order without a limit is
// kept outside, because inside it would mean nothing.
func (e *emitter) wrap(b *block) *block {
	outer := &block{}
	name := e.table()
	for _, it := range b.items {
		outer.items = append(outer.items, plainItem(it.id, name+"."+column(it.id)))
	}
	outer.order = e.liftOrder(b, name)
	outer.from = "(" + b.sql(nil) + ") AS " + name
	return outer
}

// liftOrder returns the keys of b as they read from outside; b keeps them only
// under a limit. A key that is no column of b becomes one.
func (e *emitter) liftOrder(b *block, name string) []orderKey {
	keys := make([]orderKey, len(b.order))
	for i, k := range b.order {
		if k.id == 0 || b.find(k.id) < 0 {
			k.id = e.ids.Next()
			b.items = append(b.items, plainItem(k.id, k.sql))
			b.order[i] = k
		}
		keys[i] = orderKey{k.id, name + "." + column(k.id), k.tail}
	}
	if b.limit == "" {
		b.order = nil
	}
	return keys
}

// unordered wraps a block and forgets its order.
func (e *emitter) unordered(b *block) *block {
	if b.limit == "" {
		b.order = nil
	}
	outer := e.wrap(b)
	outer.order = nil
	return outer
}

// source returns what stands in FROM for a block, and the columns as read there.
// A block that is only its FROM goes in as it is.
func (e *emitter) source(b *block, single bool) (from string, items []item) {
	if !b.bare() || single && b.joined {
		b = e.unordered(b)
	}
	return b.from, b.items
}

// pick returns the item of an output column.
func (e *emitter) pick(b *block, id plan.ID) item {
	if i := b.find(id); i >= 0 {
		return b.items[i]
	}
	if text, ok := e.outer(id); ok {
		return item{id: id, sql: text, simple: true}
	}
	e.err = fmt.Errorf("emit: column %d is not in scope", id)
	return plainItem(id, "NULL")
}

// outer looks a column up in the enclosing queries, innermost first.
func (e *emitter) outer(id plan.ID) (string, bool) {
	for i := len(e.scopes) - 1; i >= 0; i-- {
		if text, ok := e.scopes[i][id]; ok {
			return text, true
		}
	}
	return "", false
}
