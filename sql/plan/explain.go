package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Explain prints a tree, one node per line and its inputs indented below it. The
// text is for people and golden tests; it may change.
func Explain(n Node) string {
	p := &printer{}
	p.node(n, 0)
	return p.b.String()
}

// printer writes lines; the subqueries of a line's expressions are numbered and follow it.
type printer struct {
	b       strings.Builder
	queries []Node // of the line being written
	number  int
}

func (p *printer) node(n Node, depth int) {
	line := p.title(n)
	queries, first := p.queries, p.number-len(p.queries)+1
	p.queries = nil
	p.line(depth, line)
	for i, q := range queries {
		p.line(depth+1, "Subquery "+strconv.Itoa(first+i))
		p.node(q, depth+2)
	}
	if w, ok := n.(*With); ok {
		p.binds(w, depth)
		return
	}
	for _, in := range n.Inputs() {
		p.node(in, depth+1)
	}
}

func (p *printer) line(depth int, text string) {
	p.b.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

func (p *printer) binds(w *With, depth int) {
	for _, b := range w.Binds {
		p.line(depth+1, "As "+b.Name)
		p.node(b.Query, depth+2)
	}
	p.node(w.Body, depth+1)
}

func (p *printer) title(n Node) string {
	switch n := n.(type) {
	case *Output:
		return "Output " + outputText(n)
	case *Meta:
		return metaTitle(n)
	case *Unload:
		return unloadTitle(n)
	case *Explained:
		return "Explain"
	case *Scan:
		return scanText(n)
	case *Partial:
		return partialText(n)
	case *Values:
		return "Values " + p.rows(n.Rows)
	case *Filter:
		return "Filter " + p.bareExpr(n.Cond)
	case *Project:
		return "Project " + p.assigns(n.Items)
	case *Aggregate:
		return "Aggregate " + p.aggregate(n)
	case *Window:
		return "Window " + p.windows(n)
	case *Sort:
		return "Sort " + p.keys(n.Keys)
	case *Limit:
		return limitText(n)
	case *Distinct:
		return "Distinct"
	}
	return p.joinTitle(n)
}

func (p *printer) joinTitle(n Node) string {
	switch n := n.(type) {
	case *Join:
		text := n.Kind.String() + "Join"
		if n.Lateral {
			text = "Lateral" + text
		}
		if n.On != nil {
			text += " " + p.bareExpr(n.On)
		}
		return text
	case *SetOp:
		if n.All {
			return n.Kind.String() + "All"
		}
		return n.Kind.String()
	case *With:
		return "With"
	case *WithRef:
		return "Read " + n.Name
	case *Unnest:
		return "Unnest " + p.unnest(n)
	}
	return fmt.Sprintf("%T", n)
}

func outputText(n *Output) string {
	names := make([]string, len(n.Cols))
	for i, c := range n.Cols {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

var metaNames = [...]string{"ShowDatabases", "ShowTables", "ShowMeasures", "Describe"}

func metaTitle(m *Meta) string {
	text := metaNames[m.Kind]
	if m.Database != "" {
		text += " " + m.Database
	}
	if m.Table != "" {
		text += "." + m.Table
	}
	if m.Like != nil {
		text += " like " + strconv.Quote(*m.Like)
	}
	return text
}

func unloadTitle(n *Unload) string {
	text := "Unload to s3://" + n.Bucket + "/" + n.Prefix + map[UnloadFormat]string{UnloadCSV: " as CSV", UnloadParquet: " as PARQUET"}[n.Format]
	if n.Gzip {
		text += " with GZIP"
	}
	if n.Partitioned > 0 {
		text += " partitioned by " + outputText(&Output{Cols: n.Query.Cols[len(n.Query.Cols)-n.Partitioned:]})
	}
	return text
}

// scanText prints a scan as: Scan db.table [from, to] host in (a, b) newest columns host, time.
func scanText(s *Scan) string {
	parts := []string{"Scan " + s.Table.Database + "." + s.Table.Name}
	if s.Time != AllTime {
		parts = append(parts, rangeText(s.Time))
	}
	for _, in := range s.In {
		parts = append(parts, s.Table.Columns[in.Column].Name+" in ("+strings.Join(in.Values, ", ")+")")
	}
	if s.Newest {
		parts = append(parts, "newest")
	}
	names := make([]string, len(s.Cols))
	for i, c := range s.Cols {
		names[i] = c.Name
	}
	return strings.Join(append(parts, "columns "+strings.Join(names, ", ")), " ")
}

// partialText prints the scan, then what is computed: … by bin(time, 1h) compute sum(cpu), count().
func partialText(n *Partial) string {
	text := "Partial" + strings.TrimPrefix(scanText(n.Scan), "Scan")
	if n.Bucket != nil {
		text += " by " + n.Bucket.Col.Name
	}
	for i, c := range n.Calls {
		if i == 0 {
			text += " compute "
		} else {
			text += ", "
		}
		text += c.Col.Name
	}
	return text
}

func rangeText(r TimeRange) string {
	from, to := "(-∞", "∞)"
	if r.Min != math.MinInt64 {
		from = "[" + timestampText(r.Min)
	}
	if r.Max != math.MaxInt64 {
		to = timestampText(r.Max) + "]"
	}
	return from + ", " + to
}

func limitText(n *Limit) string {
	text := "Limit"
	if n.Count >= 0 {
		text += " " + strconv.FormatInt(n.Count, 10)
	}
	if n.Offset > 0 {
		text += " offset " + strconv.FormatInt(n.Offset, 10)
	}
	return text
}
