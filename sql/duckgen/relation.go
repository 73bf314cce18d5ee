package duckgen

import (
	"strconv"
	"strings"

	"tidemark/sql/plan"
)

func (e *emitter) scan(n *plan.Scan) *block {
	name := e.table()
	b := &block{from: hole(len(e.scans)) + " AS " + name}
	e.scans = append(e.scans, n.Access())
	for i, c := range n.Cols {
		b.items = append(b.items, plainItem(c.ID, name+".c"+strconv.Itoa(n.Index[i])))
	}
	return b
}

func (e *emitter) partial(n *plan.Partial) *block {
	name := e.table()
	b := &block{from: hole(len(e.scans)) + " AS " + name}
	e.scans = append(e.scans, n.Access())
	for i, c := range n.Scan.Cols {
		b.items = append(b.items, plainItem(c.ID, name+".c"+strconv.Itoa(n.Scan.Index[i])))
	}
	if n.Bucket != nil {
		b.items = append(b.items, plainItem(n.Bucket.Col.ID, name+".bucket"))
	}
	for i, c := range n.Calls {
		b.items = append(b.items, plainItem(c.Col.ID, name+".p"+strconv.Itoa(i)))
	}
	return b
}

func (e *emitter) values(n *plan.Values) *block {
	if len(n.Cols) == 0 && len(n.Rows) == 1 {
		return &block{}
	}
	rows := make([]string, len(n.Rows))
	for i, row := range n.Rows {
		rows[i] = "(" + e.list(nil, row) + ")"
	}
	return e.named("(VALUES "+strings.Join(rows, ", ")+")", n.Cols)
}

// named returns a block over a relation whose columns get the given identities by position.
func (e *emitter) named(relation string, cols []plan.Col) *block {
	name := e.table()
	b := &block{}
	labels := make([]string, len(cols))
	for i, c := range cols {
		labels[i] = column(c.ID)
		b.items = append(b.items, plainItem(c.ID, name+"."+labels[i]))
	}
	b.from = relation + " AS " + name + "(" + strings.Join(labels, ", ") + ")"
	return b
}

func (e *emitter) filter(n *plan.Filter) *block {
	b := e.node(n.Input)
	if !b.plain() || !readsSimple(b, n.Cond) || b.from == "" {
		b = e.unordered(b)
	}
	for _, c := range plan.Conjuncts(n.Cond) {
		b.where = append(b.where, e.expr(b.scope(), c))
	}
	return b
}

// readsSimple reports that e repeats no computed column of b.
func readsSimple(b *block, exprs ...plan.Expr) bool {
	if b.simple() {
		return true
	}
	refs := map[plan.ID]bool{}
	for _, x := range exprs {
		plan.Refs(x, refs)
	}
	for _, it := range b.items {
		if !it.simple && refs[it.id] {
			return false
		}
	}
	return true
}

func (e *emitter) project(n *plan.Project) *block {
	b := e.node(n.Input)
	exprs := make([]plan.Expr, len(n.Items))
	renames := true
	for i, it := range n.Items {
		exprs[i] = it.Expr
		_, ref := it.Expr.(*plan.Ref)
		renames = renames && ref
	}
	if b.distinct || !renames && (b.grouped || b.windowed || !readsSimple(b, exprs...)) {
		b = e.wrap(b)
	}
	return e.assign(b, n.Items)
}

// assign replaces the columns of a block. Keys of its order that disappear stay as text.
func (e *emitter) assign(b *block, assigns []plan.Assign) *block {
	in, items := b.scope(), make([]item, len(assigns))
	for i, a := range assigns {
		items[i] = item{id: a.Col.ID, sql: e.expr(in, a.Expr), simple: simple(a.Expr)}
		if r, ok := a.Expr.(*plan.Ref); ok {
			from := e.pick(b, r.Col.ID)
			items[i].simple, items[i].column, items[i].call = from.simple, from.column, from.call
		}
	}
	b.items = items
	return b
}

// simple reports an expression whose text may be repeated for nothing.
func simple(x plan.Expr) bool {
	switch x.(type) {
	case *plan.Ref, *plan.Literal:
		return true
	}
	return false
}

func (e *emitter) sort(n *plan.Sort) *block {
	b := e.node(n.Input)
	if b.ended() && (b.limit != "" || len(b.order) > 0) {
		b = e.unordered(b)
	}
	for _, k := range n.Keys {
		if _, ref := k.Expr.(*plan.Ref); !ref && (b.grouped || b.windowed || b.distinct || !readsSimple(b, k.Expr)) {
			b = e.wrap(b)
			break
		}
	}
	for _, k := range n.Keys {
		if e.constantKey(b, k.Expr) {
			continue
		}
		key := orderKey{sql: e.expr(b.scope(), k.Expr), tail: sortTail(k)}
		if r, ok := k.Expr.(*plan.Ref); ok {
			key.id = r.Col.ID
		}
		b.order = append(b.order, key)
	}
	return b
}

// constantKey reports a key that orders nothing: a constant, or the item of one. Were it
// written after its item has gone, a number would be an ordinal and anything else an error.
func (e *emitter) constantKey(b *block, x plan.Expr) bool {
	r, ok := x.(*plan.Ref)
	if !ok {
		return simple(x)
	}
	from := e.pick(b, r.Col.ID)
	return from.simple && !from.column
}

func sortTail(k plan.SortKey) string {
	tail := ""
	if k.Desc {
		tail = " DESC"
	}
	if k.NullsFirst {
		return tail + " NULLS FIRST"
	}
	return tail + " NULLS LAST"
}

func (e *emitter) limit(n *plan.Limit) *block {
	b := e.node(n.Input)
	if b.limit != "" {
		b = e.wrap(b)
	}
	if n.Count >= 0 {
		b.limit = " LIMIT " + strconv.FormatInt(n.Count, 10)
	}
	if n.Offset > 0 {
		b.limit += " OFFSET " + strconv.FormatInt(n.Offset, 10)
	}
	return b
}

func (e *emitter) distinct(n *plan.Distinct) *block {
	b := e.node(n.Input)
	if b.ended() {
		b = e.unordered(b)
	}
	b.distinct = true
	return b
}

func (e *emitter) with(n *plan.With) *block {
	var binds []string
	for _, bind := range n.Binds {
		q := e.node(bind.Query)
		binds = append(binds, "w"+strconv.Itoa(int(bind.ID))+" AS ("+q.sql(nil)+")")
	}
	b := e.node(n.Body)
	b.with = append(binds, b.with...)
	return b
}

func (e *emitter) withRef(n *plan.WithRef) *block {
	name := e.table()
	b := &block{from: "w" + strconv.Itoa(int(n.Bind)) + " AS " + name}
	for i, c := range n.Cols {
		b.items = append(b.items, plainItem(c.ID, name+"."+column(n.Source[i])))
	}
	return b
}
