package query

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tidemark/sql/types"
)

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// randomQuery is a query in both languages.
type randomQuery struct {
	pair
	cols    []randomCol
	ordered bool
}

// relation is something to select from, with the columns under its alias.
type relation struct {
	pair
	cols []randomCol
}

// newRandomQuery returns the query of a seed.
func newRandomQuery(seed uint64) randomQuery {
	r := &randomizer{Rand: rand.New(rand.NewPCG(seed, 99))}
	var with []pair
	for range r.IntN(3) {
		q := r.query(2)
		name := r.alias("w")
		with = append(with, both(name+" AS (%s)", q.pair))
		r.ctes = append(r.ctes, relation{same("%s", name), q.cols})
	}
	q := r.query(3)
	if len(with) > 0 {
		q.pair = both("WITH %s %s", list(with, ", "), q.pair)
	}
	if r.IntN(3) == 0 {
		r.order(&q)
	}
	return q
}

func (r *randomizer) alias(prefix string) string {
	r.next++
	return fmt.Sprintf("%s_%d", prefix, r.next)
}

// order sorts by every column, so that a LIMIT means the same in both.
func (r *randomizer) order(q *randomQuery) {
	ours, duck := make([]string, len(q.cols)), make([]string, len(q.cols))
	for i := range q.cols {
		direction := []string{"", " DESC", " NULLS FIRST", " DESC NULLS FIRST"}[r.IntN(4)]
		ours[i] = fmt.Sprintf("%d%s", i+1, direction)
		if duck[i] = ours[i]; !strings.Contains(direction, "NULLS") {
			duck[i] += " NULLS LAST"
		}
	}
	q.ordered = true
	n := r.IntN(20) + 1
	q.ours += fmt.Sprintf(" ORDER BY %s LIMIT %d", strings.Join(ours, ", "), n)
	q.duck += fmt.Sprintf(" ORDER BY %s LIMIT %d", strings.Join(duck, ", "), n)
}

// query returns a SELECT or a set operation of two.
func (r *randomizer) query(depth int) randomQuery {
	if depth < 2 || r.IntN(5) > 0 {
		return r.selection(depth, nil)
	}
	left := r.selection(depth-1, nil)
	right := r.selection(depth-1, left.cols)
	operator := []string{"UNION ALL", "UNION", "INTERSECT", "EXCEPT"}[r.IntN(4)]
	left.pair = both("%s "+operator+" %s", left.pair, right.pair)
	return left
}

// selection returns a SELECT, with columns of given kinds if there are any.
func (r *randomizer) selection(depth int, like []randomCol) randomQuery {
	from, scope := r.from(depth)
	where := r.where(scope)
	switch shape := r.IntN(6); {
	case shape < 2:
		return r.grouped(from, where, scope, like)
	case shape == 2 && like == nil:
		return r.newest(where)
	case shape == 3:
		return r.windowed(from, where, scope, like)
	}
	return r.project("SELECT ", from, where, scope, like)
}

// wanted returns the kinds of a select list.
func (r *randomizer) wanted(like []randomCol) []types.Kind {
	kinds := make([]types.Kind, r.IntN(3)+1)
	for i := range kinds {
		kinds[i] = r.kind()
	}
	if like != nil {
		kinds = make([]types.Kind, len(like))
		for i, c := range like {
			kinds[i] = c.kind
		}
	}
	return kinds
}

// items names expressions c1, c2, ... like the columns to imitate, or anew.
func (r *randomizer) items(kinds []types.Kind, like []randomCol, each func(types.Kind) pair) (pair, []randomCol) {
	items, cols := make([]pair, len(kinds)), make([]randomCol, len(kinds))
	for i, kind := range kinds {
		cols[i] = randomCol{r.alias("c"), kind}
		if like != nil {
			cols[i].name = like[i].name
		}
		items[i] = both("%s AS "+cols[i].name, each(kind))
	}
	return list(items, ", "), cols
}

func (r *randomizer) project(verb string, from, where pair, scope []field, like []randomCol) randomQuery {
	items, cols := r.items(r.wanted(like), like, func(kind types.Kind) pair { return r.expr(kind, 2, scope) })
	if r.IntN(5) == 0 {
		verb = "SELECT DISTINCT "
	}
	return randomQuery{pair: both(verb+"%s FROM %s%s", items, from, where), cols: cols}
}

func (r *randomizer) where(scope []field) pair {
	switch r.IntN(4) {
	case 0:
		return pair{}
	case 1:
		return both(" WHERE %s", r.expr(types.Boolean, 2, scope))
	}
	return both(" WHERE %s AND %s", r.bound(scope), r.expr(types.Boolean, 1, scope))
}

// grouped returns aggregates over groups by up to two keys.
func (r *randomizer) grouped(from, where pair, scope []field, like []randomCol) randomQuery {
	var keys []pair
	for range r.IntN(3) {
		keys = append(keys, r.expr(r.kind(), 1, scope))
	}
	kinds := r.wanted(like)
	items, cols := r.items(kinds, like, func(kind types.Kind) pair { return r.aggregate(kind, scope) })
	q := randomQuery{pair: both("SELECT %s FROM %s%s", items, from, where), cols: cols}
	if len(keys) > 0 {
		q.pair = both("%s GROUP BY %s", q.pair, list(keys, ", "))
	}
	if r.IntN(3) == 0 {
		q.pair = both("%s HAVING count(*) > 1", q.pair)
	}
	return q
}

func (r *randomizer) aggregate(kind types.Kind, scope []field) pair {
	if r.IntN(3) == 0 {
		return both([]string{"min", "max"}[r.IntN(2)]+"(%s)", r.expr(kind, 1, scope))
	}
	x := r.expr(kind, 1, scope)
	condition := r.expr(types.Boolean, 1, scope)
	switch kind {
	case types.Boolean:
		return both([]string{"bool_and", "bool_or"}[r.IntN(2)]+"(%s)", x)
	case types.Bigint:
		return []pair{
			same("count(*)"), both("count(%s)", r.expr(r.kind(), 1, scope)), both("count(DISTINCT %s)", r.expr(r.kind(), 1, scope)),
			{"sum(" + x.ours + ")", "CAST(sum(" + x.duck + ") AS BIGINT)"},
			{"count_if(" + condition.ours + ")", "count(*) FILTER (WHERE " + condition.duck + ")"},
			both("count(*) FILTER (WHERE %s)", condition),
		}[r.IntN(6)]
	case types.Double:
		return both([]string{"avg", "sum"}[r.IntN(2)]+"(%s)", x)
	}
	return both("CASE WHEN count(*) > 2 THEN min(%s) ELSE max(%s) END", x, x)
}

// windowed adds a window function over the rows in an order that leaves only equal
// rows open.
func (r *randomizer) windowed(from, where pair, scope []field, like []randomCol) randomQuery {
	kinds := r.wanted(like)
	order := make([]pair, len(scope))
	for i, f := range scope {
		order[i] = pair{f.text, f.text + " NULLS LAST"}
	}
	by := both("PARTITION BY %s ORDER BY %s", r.leaf(types.Varchar, scope), list(order, ", "))
	items, cols := r.items(kinds, like, func(kind types.Kind) pair {
		switch {
		case kind == types.Bigint && r.IntN(2) == 0:
			return both([]string{"row_number", "rank", "dense_rank"}[r.IntN(3)]+"() OVER (%s)", by)
		case r.IntN(2) == 0:
			return both([]string{"lag", "lead", "first_value", "last_value"}[r.IntN(4)]+"(%s) OVER (%s)", r.leaf(kind, scope), by)
		}
		return r.leaf(kind, scope)
	})
	return randomQuery{pair: both("SELECT %s FROM %s%s", items, from, where), cols: cols}
}

// newest asks for the newest rows in the forms that a rewrite answers from the series.
func (r *randomizer) newest(pair) randomQuery {
	scope := []field{{"p.host", types.Varchar}, {"p.measure_name", types.Varchar}, {"p.time", types.Timestamp}}
	where := []pair{{}, both(" WHERE %s", r.bound(scope)), both(" WHERE %s AND %s", r.bound(scope), r.bound(scope))}[r.IntN(3)]
	from := pair{"rnd.points p", "points p"}
	if r.IntN(2) == 0 {
		cols := []randomCol{{r.alias("c"), types.Varchar}, {r.alias("c"), types.Timestamp}, {r.alias("c"), types.Double}}
		head := fmt.Sprintf("SELECT p.host AS %s, max(p.time) AS %s, ", cols[0].name, cols[1].name)
		return randomQuery{pair: pair{
			head + "max_by(p.cpu, p.time) AS " + cols[2].name + " FROM " + from.ours + where.ours + " GROUP BY p.host",
			head + "arg_max_null(p.cpu, p.time) AS " + cols[2].name + " FROM " + from.duck + where.duck + " GROUP BY p.host",
		}, cols: cols}
	}
	cols := []randomCol{{r.alias("c"), types.Varchar}, {r.alias("c"), types.Double}}
	format := "SELECT n.host AS " + cols[0].name + ", n.cpu AS " + cols[1].name +
		" FROM (SELECT p.host, p.cpu, row_number() OVER (PARTITION BY p.host ORDER BY p.time DESC) AS rn FROM %s%s) n WHERE n.rn = 1"
	return randomQuery{pair: both(format, from, where), cols: cols}
}

// from returns one relation or a join of two, and the columns in scope.
func (r *randomizer) from(depth int) (pair, []field) {
	left, scope := r.relation(depth)
	if depth <= 0 || r.IntN(3) > 0 {
		return left, scope
	}
	right, more := r.relation(depth - 1)
	all := append(scope[:len(scope):len(scope)], more...)
	switch r.IntN(6) {
	case 0:
		return both("%s CROSS JOIN %s", left, right), all
	case 1:
		n := r.alias("n")
		arrays := both("ARRAY[%s, %s]", r.leaf(types.Bigint, scope), r.leaf(types.Bigint, scope))
		u := r.alias("u")
		unnest := pair{fmt.Sprintf("UNNEST(%s) AS %s(%s)", arrays.ours, u, n), fmt.Sprintf("LATERAL (SELECT unnest(%s) AS %s) AS %s", arrays.duck, n, u)}
		return both("%s CROSS JOIN %s", left, unnest), append(scope, field{u + "." + n, types.Bigint})
	}
	kind := []string{"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}[r.IntN(4)]
	return both("%s "+kind+" %s ON %s", left, right, r.on(scope, more, kind)), all
}

// on joins by columns of one kind, which DuckDB's outer joins want.
func (r *randomizer) on(left, right []field, kind string) pair {
	for _, a := range left {
		for _, b := range right {
			if a.kind == b.kind && a.kind != types.Boolean && r.IntN(3) == 0 {
				equal := same("%s = %s", a.text, b.text)
				if kind == "FULL JOIN" || r.IntN(2) == 0 {
					return equal
				}
				return both("%s AND %s", equal, r.bound(append(left[:len(left):len(left)], right...)))
			}
		}
	}
	return same("false")
}

// relation returns a table, a derived table or a name of the WITH clause.
func (r *randomizer) relation(depth int) (pair, []field) {
	alias := r.alias("t")
	var rel relation
	switch shape := r.IntN(6); {
	case shape == 0 && len(r.ctes) > 0:
		rel = r.ctes[r.IntN(len(r.ctes))]
	case shape < 3 && depth > 0:
		q := r.query(depth - 1)
		rel = relation{both("(%s)", q.pair), q.cols}
	case shape == 3:
		rel = relation{pair{"rnd.events", "events"}, eventCols}
	default:
		rel = relation{pair{"rnd.points", "points"}, pointCols}
	}
	scope := make([]field, len(rel.cols))
	for i, c := range rel.cols {
		scope[i] = field{alias + "." + c.name, c.kind}
	}
	return both("%s "+alias, rel.pair), scope
}
