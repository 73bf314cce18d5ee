package plan

import "strings"

// assigns prints computed columns; one that only passes a column of the same name
// prints as that name.
func (p *printer) assigns(items []Assign) string {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = p.bareExpr(it.Expr)
		if name := it.Col.Name; name != "" && name != texts[i] {
			texts[i] += " AS " + name
		}
	}
	return strings.Join(texts, ", ")
}

// aggregate prints the keys and the calls, each in brackets.
func (p *printer) aggregate(n *Aggregate) string {
	keys := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = p.bareExpr(k.Expr)
	}
	text := "[" + strings.Join(keys, ", ") + "]"
	for i, set := range n.Sets {
		text += map[bool]string{true: " sets ", false: ", "}[i == 0] + "(" + pick(keys, set) + ")"
	}
	calls := make([]string, len(n.Aggs))
	for i, a := range n.Aggs {
		calls[i] = p.aggCall(a.Call)
	}
	for _, g := range n.Groupings {
		calls = append(calls, "grouping("+pick(keys, g.Keys)+")")
	}
	return text + " [" + strings.Join(calls, ", ") + "]"
}

func pick(texts []string, at []int) string {
	out := make([]string, len(at))
	for i, k := range at {
		out[i] = texts[k]
	}
	return strings.Join(out, ", ")
}

func (p *printer) aggCall(a AggCall) string {
	args := make([]string, len(a.Args))
	for i, x := range a.Args {
		args[i] = p.bareExpr(x)
	}
	inside := strings.Join(args, ", ")
	if len(args) == 0 && a.Fn.Name == "count" {
		inside = "*"
	}
	if a.Distinct {
		inside = "DISTINCT " + inside
	}
	if len(a.OrderBy) > 0 {
		inside += " ORDER BY " + p.keys(a.OrderBy)
	}
	text := a.Fn.Name + "(" + inside + ")"
	if a.Filter != nil {
		text += " FILTER (" + p.bareExpr(a.Filter) + ")"
	}
	return text
}

func (p *printer) keys(keys []SortKey) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = p.bareExpr(k.Expr) + map[bool]string{true: " DESC"}[k.Desc] + map[bool]string{true: " NULLS FIRST"}[k.NullsFirst]
	}
	return strings.Join(texts, ", ")
}

func (p *printer) windows(n *Window) string {
	texts := make([]string, len(n.Calls))
	for i, w := range n.Calls {
		texts[i] = p.aggCall(w.Call.AggCall) + map[bool]string{true: " IGNORE NULLS"}[w.Call.IgnoreNulls] + " OVER (" + p.over(w.Call) + ")"
	}
	return strings.Join(texts, ", ")
}

func (p *printer) over(w WindowCall) string {
	var parts []string
	if len(w.PartitionBy) > 0 {
		parts = append(parts, "PARTITION BY "+p.list(w.PartitionBy))
	}
	if len(w.Order) > 0 {
		parts = append(parts, "ORDER BY "+p.keys(w.Order))
	}
	if f := w.Frame; f != nil {
		parts = append(parts, frameUnits[f.Unit]+" "+p.bound(f.Start)+" AND "+p.bound(f.End))
	}
	return strings.Join(parts, " ")
}

var (
	frameUnits = [...]string{Rows: "ROWS", Range: "RANGE", Groups: "GROUPS"}
	frameEnds  = [...]string{"UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW", " FOLLOWING", "UNBOUNDED FOLLOWING"}
)

func (p *printer) bound(b Bound) string {
	if b.Offset == nil {
		return frameEnds[b.Kind]
	}
	return p.expr(b.Offset) + frameEnds[b.Kind]
}

func (p *printer) rows(rows [][]Expr) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = "(" + p.list(row) + ")"
	}
	return strings.Join(texts, ", ")
}

func (p *printer) unnest(n *Unnest) string {
	texts := make([]string, len(n.Items))
	for i, it := range n.Items {
		texts[i] = p.bareExpr(it.Expr)
	}
	return strings.Join(texts, ", ") + map[bool]string{true: " with ordinality"}[n.Ordinality != nil] + map[bool]string{true: " outer"}[n.Outer]
}
