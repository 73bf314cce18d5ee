package duckgen

import (
	"strconv"
	"strings"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// side is one side of a comparison as text, and what is known of its values.
type side struct {
	sql     string
	nan     bool // perhaps NaN, or something that holds it
	notNull bool // a constant
}

func (e *emitter) side(in scope, x plan.Expr) side {
	l, constant := x.(*plan.Literal)
	return side{e.expr(in, x), e.doubles.of(x) == perhaps, constant && l.Value != nil}
}

// compare writes a comparison of two expressions of one type.
func (e *emitter) compare(in scope, op plan.CompareOp, left, right plan.Expr) string {
	l, ok := left.(*plan.MakeRow)
	r, also := right.(*plan.MakeRow)
	if ok && also && (op == plan.Equal || op == plan.NotEqual) {
		return negatedIf(op == plan.NotEqual, e.fields(in, l.Items, r.Items))
	}
	return e.comparison(op, left.Type(), e.side(in, left), e.side(in, right))
}

func negatedIf(not bool, text string) string {
	if not {
		return "(NOT " + text + ")"
	}
	return text
}

// fields writes the equality of two rows that are written out.
func (e *emitter) fields(in scope, left, right []plan.Expr) string {
	terms := make([]string, len(left))
	for i := range left {
		terms[i] = e.compare(in, plan.Equal, left[i], right[i])
	}
	return "(" + strings.Join(terms, " AND ") + ")"
}

// comparison writes a comparison of two texts of one type. Whether values are distinct
// DuckDB decides as Trino does; else it takes NULLs inside of arrays and rows for
// values, and NaN for the greatest number, equal to itself.
func (e *emitter) comparison(op plan.CompareOp, t types.Type, l, r side) string {
	distinct := op == plan.Distinguishable || op == plan.NotDistinguishable
	switch {
	case !distinct && (t.Kind == types.Array || t.Kind == types.Row):
		return e.nested(op, t, l, r)
	case !distinct && t.Kind == types.Double:
		return compareDoubles(op, l, r)
	}
	return plainly(op, l, r)
}

func plainly(op plan.CompareOp, l, r side) string {
	return "(" + l.sql + " " + op.String() + " " + r.sql + ")"
}

// compareDoubles adds a test for NaN where DuckDB's answer would be wrong. Which side
// needs it depends on the sign:
//
//	a = b   a     a <> b  a: then it is true     a > b   a     a < b   b
//
// A comparison with NULL stays NULL.
func compareDoubles(op plan.CompareOp, l, r side) string {
	suspect, other := l, r
	switch op {
	case plan.Less, plan.LessOrEqual:
		suspect, other = r, l
	case plan.Equal, plan.NotEqual:
		if !l.nan || !r.nan {
			return plainly(op, l, r)
		}
	}
	if !suspect.nan {
		return plainly(op, l, r)
	}
	test := "isnan(" + suspect.sql + ")"
	if op == plan.NotEqual {
		if !other.notNull {
			test += " AND " + other.sql + " IS NOT NULL"
		}
		return "(" + plainly(op, l, r) + " OR (" + test + "))"
	}
	test = "NOT " + test
	if !other.notNull {
		test = "(" + test + " OR " + other.sql + " IS NULL)"
	}
	return "(" + plainly(op, l, r) + " AND " + test + ")"
}

// nested writes a comparison of arrays or of rows.
func (e *emitter) nested(op plan.CompareOp, t types.Type, l, r side) string {
	if op == plan.Equal || op == plan.NotEqual {
		return negatedIf(op == plan.NotEqual, e.bind(l, r, func(l, r side) string { return e.equal(t, l, r) }))
	}
	return "(tm_order(" + e.bind(l, r, func(l, r side) string { return e.order(t, l, r) }) + ") " + op.String() + " 0)"
}

// bind gives long texts short names, because what is made of them repeats them.
func (e *emitter) bind(l, r side, body func(l, r side) string) string {
	if isName(l.sql) && isName(r.sql) {
		return body(l, r)
	}
	name := column(e.ids.Next())
	inner := body(side{name + ".l", l.nan, l.notNull}, side{name + ".r", r.nan, r.notNull})
	return "list_transform([{'l': " + l.sql + ", 'r': " + r.sql + "}], lambda " + name + ": " + inner + ")[1]"
}

// isName reports a text that costs nothing to repeat: a column or a field of one.
func isName(text string) bool {
	for i := range len(text) {
		if !wordByte(text[i]) && text[i] != '.' {
			return false
		}
	}
	return true
}

// equal writes the equality of two names: NULL when it depends on a NULL inside.
func (e *emitter) equal(t types.Type, l, r side) string {
	guard := "CASE WHEN " + l.sql + " IS NULL OR " + r.sql + " IS NULL THEN NULL "
	if t.Kind == types.Row {
		terms := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			terms[i] = e.comparison(plan.Equal, f.Type, l.field(i), r.field(i))
		}
		return guard + "ELSE (" + strings.Join(terms, " AND ") + ") END"
	}
	i := column(e.ids.Next())
	item := e.comparison(plan.Equal, *t.Elem, l.element(i), r.element(i))
	return guard + "WHEN len(" + l.sql + ") <> len(" + r.sql + ") THEN false ELSE list_reduce(list_transform(range(1, len(" + l.sql + ") + 1), lambda " + i + ": " +
		item + "), lambda p, q: p AND q, true) END"
}

// order writes which of two names comes first: -1, 0 or 1, NULL when one is NULL, and
// a number that tm_order raises an error for when that depends on a NULL inside.
func (e *emitter) order(t types.Type, l, r side) string {
	switch t.Kind {
	case types.Row:
		terms := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			terms[i] = e.orderInside(f.Type, "3", l.field(i), r.field(i))
		}
		return e.firstOf("["+strings.Join(terms, ", ")+"]", "0", l, r)
	case types.Array:
		i := column(e.ids.Next())
		item := e.orderInside(*t.Elem, "2", l.element(i), r.element(i))
		terms := "list_transform(range(1, least(len(" + l.sql + "), len(" + r.sql + ")) + 1), lambda " + i + ": " + item + ")"
		return e.firstOf(terms, "sign(len("+l.sql+") - len("+r.sql+"))", l, r)
	}
	return "tm_compare(" + l.sql + ", " + r.sql + ")"
}

// orderInside writes the order of two elements or fields, with the given number for NULL.
func (e *emitter) orderInside(t types.Type, null string, l, r side) string {
	text := ""
	if t.Kind == types.Row || t.Kind == types.Array {
		text = e.bind(l, r, func(l, r side) string { return e.order(t, l, r) })
	} else {
		text = e.order(t, l, r)
	}
	return "coalesce(" + text + ", " + null + ")"
}

// firstOf writes the first number of a list that is not 0, else a last resort.
func (e *emitter) firstOf(list, last string, l, r side) string {
	return "CASE WHEN " + l.sql + " IS NULL OR " + r.sql + " IS NULL THEN NULL ELSE coalesce(list_filter(" + list + ", lambda p: p <> 0)[1], " + last + ") END"
}

func (o side) field(i int) side {
	return side{sql: "struct_extract_at(" + o.sql + ", " + strconv.Itoa(i+1) + ")", nan: o.nan}
}

func (o side) element(i string) side { return side{sql: o.sql + "[" + i + "]", nan: o.nan} }

// ordinary reports a type whose comparisons DuckDB makes as Trino does.
func (e *emitter) ordinary(list ...plan.Expr) bool {
	for _, x := range list {
		if t := x.Type(); t.Kind == types.Array || t.Kind == types.Row || e.doubles.of(x) == perhaps {
			return false
		}
	}
	return true
}

// between writes BETWEEN; only a NaN as the upper bound and NULLs inside need more.
func (e *emitter) between(in scope, x *plan.Between) string {
	if e.ordinary(x.Hi) {
		return "(" + e.expr(in, x.X) + " BETWEEN " + e.expr(in, x.Lo) + " AND " + e.expr(in, x.Hi) + ")"
	}
	return "(" + e.compare(in, plan.GreaterOrEqual, x.X, x.Lo) + " AND " + e.compare(in, plan.LessOrEqual, x.X, x.Hi) + ")"
}

// inList writes IN, for values that DuckDB compares otherwise as equalities.
func (e *emitter) inList(in scope, x *plan.InList) string {
	if e.ordinary(x.X) {
		return "(" + e.expr(in, x.X) + " IN (" + e.list(in, x.List) + "))"
	}
	if x.X.Type().Kind == types.Double {
		return e.inDoubles(in, x)
	}
	terms := make([]string, len(x.List))
	for i, v := range x.List {
		terms[i] = e.compare(in, plan.Equal, x.X, v)
	}
	return "(" + strings.Join(terms, " OR ") + ")"
}

// inDoubles writes IN for a number that may be NaN, which is in no list.
func (e *emitter) inDoubles(in scope, x *plan.InList) string {
	value, list := e.side(in, x.X), make([]string, len(x.List))
	var nulls []string
	for i, v := range x.List {
		o := e.side(in, v)
		if list[i] = o.sql; !o.notNull {
			nulls = append(nulls, o.sql+" IS NULL")
		}
	}
	absent := "false"
	if nulls != nil {
		absent = "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE false END"
	}
	return "CASE WHEN isnan(" + value.sql + ") THEN " + absent + " ELSE " + value.sql + " IN (" + strings.Join(list, ", ") + ") END"
}

// quantified writes X IN (query) in its own form, which DuckDB plans best.
func (e *emitter) quantified(in scope, x *plan.Quantified) string {
	if !e.ordinaryQuery(x) {
		return e.quantifiedByHand(in, x)
	}
	left, query := e.expr(in, x.X), e.subquery(in, x.Query)
	switch {
	case x.Op == plan.Equal && !x.All:
		return "(" + left + " IN (" + query + "))"
	case x.Op == plan.NotEqual && x.All:
		return "(" + left + " NOT IN (" + query + "))"
	case x.All:
		return "(" + left + " " + x.Op.String() + " ALL (" + query + "))"
	}
	return "(" + left + " " + x.Op.String() + " ANY (" + query + "))"
}

// ordinaryQuery reports a comparison with a query's values that DuckDB makes as Trino does.
func (e *emitter) ordinaryQuery(x *plan.Quantified) bool {
	value := x.Query.Columns()[0].Ref()
	if x.Op == plan.Equal || x.Op == plan.NotEqual {
		return value.Type().Kind == types.Double && (e.ordinary(x.X) || e.ordinary(value)) || e.ordinary(x.X, value)
	}
	return e.ordinary(x.X, value)
}

// quantifiedByHand collects the values of the query in a list and folds the comparisons
// with each of them.
func (e *emitter) quantifiedByHand(in scope, x *plan.Quantified) string {
	col, left := x.Query.Columns()[0], e.side(in, x.X)
	row, table, item := column(e.ids.Next()), e.table(), column(e.ids.Next())
	values := "(SELECT list(" + table + "." + column(col.ID) + ") FROM (" + e.subquery(in, x.Query) + ") AS " + table + ")"
	each := e.comparison(x.Op, col.Type, side{row + ".x", left.nan, left.notNull}, side{item, e.doubles.column(col) == perhaps, false})
	word, empty := "OR", "false"
	if x.All {
		word, empty = "AND", "true"
	}
	fold := "list_reduce(list_transform(coalesce(" + row + ".l, []), lambda " + item + ": " + each + "), lambda p, q: p " + word + " q, " + empty + ")"
	return "list_transform([{'x': " + left.sql + ", 'l': " + values + "}], lambda " + row + ": " + fold + ")[1]"
}
