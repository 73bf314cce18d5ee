package query

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"tidemark/sql/types"
)

// pair is one thing in Timestream's language and in DuckDB's, written by hand.
type pair struct{ ours, duck string }

// randomCol is a column of a relation.
type randomCol struct {
	name string
	kind types.Kind
}

// field is a column in scope, as both texts call it.
type field struct {
	text string
	kind types.Kind
}

// randomizer makes expressions over the fields in scope. Integers stay small, so that
// nothing overflows, and nothing else fails either.
type randomizer struct {
	*rand.Rand
	next int // number of the next alias
	ctes []relation
}

var kinds5 = []types.Kind{types.Boolean, types.Bigint, types.Double, types.Varchar, types.Timestamp}

func (r *randomizer) kind() types.Kind { return kinds5[r.IntN(len(kinds5))] }

// both formats the same text for both, from pairs.
func both(format string, args ...pair) pair {
	ours, duck := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		ours[i], duck[i] = a.ours, a.duck
	}
	return pair{fmt.Sprintf(format, ours...), fmt.Sprintf(format, duck...)}
}

func same(format string, args ...any) pair {
	text := fmt.Sprintf(format, args...)
	return pair{text, text}
}

// expr returns an expression of a kind.
func (r *randomizer) expr(kind types.Kind, depth int, scope []field) pair {
	if depth <= 0 {
		return r.leaf(kind, scope)
	}
	switch r.IntN(8) {
	case 0:
		return both("CASE WHEN %s THEN %s ELSE %s END", r.expr(types.Boolean, depth-1, scope), r.expr(kind, depth-1, scope), r.expr(kind, depth-1, scope))
	case 1:
		return both("coalesce(%s, %s)", r.expr(kind, depth-1, scope), r.expr(kind, depth-1, scope))
	case 2:
		return both("nullif(%s, %s)", r.expr(kind, depth-1, scope), r.expr(kind, depth-1, scope))
	case 3:
		return r.leaf(kind, scope)
	}
	return map[types.Kind]func(int, []field) pair{
		types.Boolean: r.boolean, types.Bigint: r.bigint, types.Double: r.double, types.Varchar: r.varchar, types.Timestamp: r.timestamp,
	}[kind](depth-1, scope)
}

// leaf returns a column, a constant or NULL.
func (r *randomizer) leaf(kind types.Kind, scope []field) pair {
	var fit []field
	for _, f := range scope {
		if f.kind == kind {
			fit = append(fit, f)
		}
	}
	if len(fit) > 0 && r.IntN(4) > 0 {
		return same("%s", fit[r.IntN(len(fit))].text)
	}
	if r.IntN(12) == 0 {
		duck := kind.String()
		if kind == types.Timestamp {
			duck = "TIMESTAMP_NS"
		}
		return pair{"CAST(NULL AS " + kind.String() + ")", "CAST(NULL AS " + duck + ")"}
	}
	switch kind {
	case types.Boolean:
		return same("%t", r.IntN(2) == 0)
	case types.Bigint:
		n := r.IntN(20)
		return pair{fmt.Sprintf("BIGINT '%d'", n), fmt.Sprintf("%d::BIGINT", n)}
	case types.Double:
		x := float64(r.IntN(100)) / 2
		return pair{fmt.Sprintf("%.1f", x), fmt.Sprintf("%.1f::DOUBLE", x)}
	case types.Varchar:
		return same("%s", quoted([]string{"h1", "r2", "ok", "x", "", "é", "it's"}[r.IntN(7)]))
	}
	at := noon.Add(-1 * minutes(r.IntN(300))).Format("2006-01-02 15:04:05")
	return pair{"TIMESTAMP '" + at + "'", "TIMESTAMP_NS '" + at + "'"}
}

func (r *randomizer) bigint(depth int, scope []field) pair {
	a, b := r.expr(types.Bigint, depth, scope), r.leaf(types.Bigint, scope)
	switch r.IntN(10) {
	case 0:
		return both("(%s + %s)", a, b)
	case 1:
		return both("(%s - %s)", a, b)
	case 2:
		return both("(%s * %s)", r.leaf(types.Bigint, scope), b)
	case 3:
		return pair{fmt.Sprintf("(%s / nullif(%s, 0))", a.ours, b.ours), fmt.Sprintf("(%s // nullif(%s, 0))", a.duck, b.duck)}
	case 4:
		return both("(%s %% nullif(%s, 0))", a, b)
	case 5:
		return both("abs(%s)", a)
	case 6:
		return both("length(%s)", r.expr(types.Varchar, depth, scope))
	case 7:
		s := r.expr(types.Timestamp, depth, scope)
		return pair{"to_milliseconds(" + s.ours + ")", "(epoch_ns(" + s.duck + ") // 1000000)"}
	case 8:
		s := r.expr(types.Timestamp, depth, scope)
		return pair{"hour(" + s.ours + ")", "hour(CAST(" + s.duck + " AS TIMESTAMP))"}
	}
	x := r.leaf(types.Double, scope)
	return pair{"CAST(" + x.ours + " AS bigint)", "CAST(round(" + x.duck + ") AS BIGINT)"}
}

func (r *randomizer) double(depth int, scope []field) pair {
	a, b := r.expr(types.Double, depth, scope), r.leaf(types.Double, scope)
	switch r.IntN(7) {
	case 0:
		return both("(%s + %s)", a, b)
	case 1:
		return both("(%s - %s)", a, b)
	case 2:
		return both("(%s * %s)", r.leaf(types.Double, scope), b)
	case 3:
		zero := pair{"0.0", "0.0::DOUBLE"}
		return both("(%s / nullif(%s, %s))", a, b, zero)
	case 4:
		return both("round(%s)", a)
	case 5:
		return both("sqrt(abs(%s))", a)
	}
	return both("CAST(%s AS double)", r.expr(types.Bigint, depth, scope))
}

func (r *randomizer) varchar(depth int, scope []field) pair {
	a := r.expr(types.Varchar, depth, scope)
	switch r.IntN(6) {
	case 0:
		return both("(%s || %s)", a, r.leaf(types.Varchar, scope))
	case 1:
		return both("upper(%s)", a)
	case 2:
		from, n := r.IntN(2)+1, r.IntN(3)+1
		return pair{fmt.Sprintf("substr(%s, %d, %d)", a.ours, from, n), fmt.Sprintf("substr(%s, %d, %d)", a.duck, from, n)}
	case 3:
		return both("replace(%s, 'h', 'xy')", a)
	case 4:
		return both("reverse(%s)", a)
	}
	return both("CAST(%s AS varchar)", r.expr(types.Bigint, depth, scope))
}

func (r *randomizer) timestamp(depth int, scope []field) pair {
	a := r.expr(types.Timestamp, depth, scope)
	n := r.IntN(50) + 1
	switch r.IntN(4) {
	case 0:
		step := int64(n) * 60e9
		return pair{fmt.Sprintf("bin(%s, %dm)", a.ours, n), fmt.Sprintf("make_timestamp_ns(epoch_ns(%[1]s) // %[2]d * %[2]d)", a.duck, step)}
	case 1:
		return pair{fmt.Sprintf("(%s + %dms)", a.ours, n), fmt.Sprintf("make_timestamp_ns(epoch_ns(%s) + %d)", a.duck, n*1_000_000)}
	case 2:
		return pair{fmt.Sprintf("(%s - %dns)", a.ours, n), fmt.Sprintf("make_timestamp_ns(epoch_ns(%s) - %d)", a.duck, n)}
	}
	return pair{"date_trunc('hour', " + a.ours + ")", "make_timestamp_ns(epoch_ns(" + a.duck + ") // 3600000000000 * 3600000000000)"}
}

func (r *randomizer) boolean(depth int, scope []field) pair {
	if r.IntN(3) == 0 {
		return r.bound(scope)
	}
	kind := r.kind()
	a, b := r.expr(kind, depth, scope), r.leaf(kind, scope)
	switch r.IntN(10) {
	case 9:
		return r.subquery(scope)
	case 0:
		return both("(%s AND %s)", r.expr(types.Boolean, depth, scope), r.expr(types.Boolean, depth, scope))
	case 1:
		return both("(%s OR %s)", r.expr(types.Boolean, depth, scope), r.expr(types.Boolean, depth, scope))
	case 2:
		return both("(NOT %s)", r.expr(types.Boolean, depth, scope))
	case 3:
		return both("(%s BETWEEN %s AND %s)", a, b, r.leaf(kind, scope))
	case 4:
		return both("(%s IN (%s, %s))", a, b, r.leaf(kind, scope))
	case 5:
		return both("(%s IS "+[]string{"", "NOT "}[r.IntN(2)]+"NULL)", a)
	case 6:
		return both("(%s IS "+[]string{"", "NOT "}[r.IntN(2)]+"DISTINCT FROM %s)", a, b)
	case 7:
		return both("(%s LIKE %s)", r.expr(types.Varchar, depth, scope), same("%s", quoted([]string{"h%", "_1", "%o%", "%"}[r.IntN(4)])))
	}
	return both("(%s "+[]string{"=", "<>", "<", "<=", ">", ">="}[r.IntN(6)]+" %s)", a, b)
}

// subquery returns a condition on another table, correlated or not.
func (r *randomizer) subquery(scope []field) pair {
	e := r.alias("e")
	from := pair{"rnd.events " + e, "events " + e}
	fields := []field{{e + ".host", types.Varchar}, {e + ".time", types.Timestamp}, {e + ".code", types.Bigint}}
	local := r.bound(fields)
	if r.IntN(2) == 0 {
		local = both("%s AND %s", local, both("%s >= %s", same("%s", e+".code"), r.leaf(types.Bigint, scope)))
	}
	switch r.IntN(4) {
	case 0:
		return both("EXISTS (SELECT 1 FROM %s WHERE %s AND "+e+".host = %s)", from, local, r.leaf(types.Varchar, scope))
	case 1:
		return both("(%s IN (SELECT "+e+".host FROM %s WHERE %s))", r.leaf(types.Varchar, scope), from, local)
	case 2:
		return both("(%s NOT IN (SELECT "+e+".code FROM %s WHERE %s))", r.leaf(types.Bigint, scope), from, local)
	}
	return both("(%s > (SELECT max("+e+".code) FROM %s WHERE %s))", r.leaf(types.Bigint, scope), from, local)
}

// bound returns a condition of the kind that rewrites carry into scans.
func (r *randomizer) bound(scope []field) pair {
	var times, texts []string
	for _, f := range scope {
		switch f.kind {
		case types.Timestamp:
			times = append(times, f.text)
		case types.Varchar:
			texts = append(texts, f.text)
		}
	}
	if len(texts) > 0 && r.IntN(3) == 0 {
		text := texts[r.IntN(len(texts))]
		return []pair{
			same("(%s = 'h%d')", text, r.IntN(5)), same("(%s IN ('h%d', 'h%d', 'm1', 'r2'))", text, r.IntN(5), r.IntN(5)), same("(%s <> 'h%d')", text, r.IntN(5)),
		}[r.IntN(3)]
	}
	if len(times) == 0 {
		return same("true")
	}
	text, n := times[r.IntN(len(times))], r.IntN(250)
	at := fmt.Sprintf("make_timestamp_ns(%d)", noon.Add(-minutes(n)).UnixNano())
	hour := fmt.Sprintf("make_timestamp_ns(%d)", noon.Add(-minutes(n/60*60)).UnixNano())
	trunc := fmt.Sprintf("make_timestamp_ns(epoch_ns(%s) // 3600000000000 * 3600000000000)", text)
	op := []string{"<", "<=", ">", ">=", "="}[r.IntN(5)]
	return []pair{
		{fmt.Sprintf("(%s %s ago(%dm))", text, op, n), fmt.Sprintf("(%s %s %s)", text, op, at)},
		{fmt.Sprintf("(%s BETWEEN ago(%dm) AND now())", text, n), fmt.Sprintf("(%s >= %s AND %s <= TIMESTAMP_NS '2026-01-01 12:00:00')", text, at, text)},
		{fmt.Sprintf("(NOT %s %s ago(%dm))", text, op, n), fmt.Sprintf("(NOT %s %s %s)", text, op, at)},
		{fmt.Sprintf("(now() - %s < %dm)", text, n), fmt.Sprintf("(%s > %s)", text, at)},
		{fmt.Sprintf("(date_trunc('hour', %s) %s ago(%dh))", text, op, n/60), fmt.Sprintf("(%s %s %s)", trunc, op, hour)},
		{fmt.Sprintf("(bin(%s, 1h) %s ago(%dh))", text, op, n/60), fmt.Sprintf("(%s %s %s)", trunc, op, hour)},
		{fmt.Sprintf("(to_milliseconds(%s) %s to_milliseconds(ago(%dm)))", text, op, n), fmt.Sprintf("(epoch_ns(%s) // 1000000 %s %d)", text, op, noon.Add(-minutes(n)).UnixMilli())},
		{fmt.Sprintf("(%s + 30m %s ago(%dm))", text, op, n), fmt.Sprintf("(epoch_ns(%s) + 1800000000000 %s epoch_ns(%s))", text, op, at)},
		{fmt.Sprintf("(date(%s) %s DATE '2026-01-01')", text, op), fmt.Sprintf("(CAST(CAST(%s AS TIMESTAMP) AS DATE) %s DATE '2026-01-01')", text, op)},
	}[r.IntN(9)]
}

// list joins the two texts of each pair.
func list(pairs []pair, separator string) pair {
	ours, duck := make([]string, len(pairs)), make([]string, len(pairs))
	for i, p := range pairs {
		ours[i], duck[i] = p.ours, p.duck
	}
	return pair{strings.Join(ours, separator), strings.Join(duck, separator)}
}
