package duckgen

import (
	"slices"
	"strconv"
	"strings"

	"tidemark/sql/plan"
)

// block is one SELECT under construction. Nodes are added to it as long as SQL's
// order of evaluation (FROM, WHERE, GROUP BY, select list, DISTINCT, ORDER BY,
// LIMIT) is theirs too; then it is wrapped into a derived table of a new block.
type block struct {
	with     []string
	from     string // empty without FROM
	joined   bool   // from is more than one relation
	where    []string
	group    string // the text after GROUP BY; () is one group of everything
	grouped  bool
	windowed bool // an item is a window call
	distinct bool
	order    []orderKey
	limit    string
	items    []item
}

// item is an output column: its identity and its text in terms of FROM.
type item struct {
	id     plan.ID
	sql    string
	simple bool // a column or a short constant: repeating it costs nothing
	column bool // a column of FROM, which an outer join turns into NULL where it has no partner
	call   bool // the call of an aggregate
}

// plainItem is a column that reads as the text of a name.
func plainItem(id plan.ID, sql string) item {
	return item{id: id, sql: sql, simple: true, column: true}
}

// orderKey is one key of ORDER BY: a column of the block by identity, else a text over FROM.
type orderKey struct {
	id   plan.ID
	sql  string
	tail string // ASC NULLS LAST and so on
}

// plain reports that nothing after WHERE was added.
func (b *block) plain() bool { return !b.grouped && !b.windowed && !b.ended() }

// ended reports that DISTINCT, ORDER BY or LIMIT were added.
func (b *block) ended() bool { return b.distinct || len(b.order) > 0 || b.limit != "" }

// bare reports that the block is its FROM and nothing else: every item is a column of it.
func (b *block) bare() bool {
	return b.plain() && len(b.with) == 0 && len(b.where) == 0 && b.from != "" &&
		!slices.ContainsFunc(b.items, func(it item) bool { return !it.column })
}

// columns reports that every item is a column of FROM. DuckDB takes an aggregate that
// reads none of its own query's columns, only constants and the enclosing query's, for
// one of the enclosing query.
func (b *block) columns() bool {
	return !slices.ContainsFunc(b.items, func(it item) bool { return !it.column })
}

// simple reports that every item may be repeated for nothing.
func (b *block) simple() bool {
	return !slices.ContainsFunc(b.items, func(it item) bool { return !it.simple })
}

func (b *block) find(id plan.ID) int {
	return slices.IndexFunc(b.items, func(it item) bool { return it.id == id })
}

// scope returns the text of each column.
func (b *block) scope() scope {
	s := make(scope, len(b.items))
	for _, it := range b.items {
		s[it.id] = it.sql
	}
	return s
}

// sql writes the block with the given name for each item, or x<identity> without names.
func (b *block) sql(name func(i int) string) string {
	var w strings.Builder
	if len(b.with) > 0 {
		w.WriteString("WITH " + strings.Join(b.with, ", ") + " ")
	}
	w.WriteString("SELECT ")
	if b.distinct {
		w.WriteString("DISTINCT ")
	}
	b.writeItems(&w, name)
	clause(&w, " FROM ", b.from)
	clause(&w, " WHERE ", strings.Join(b.where, " AND "))
	clause(&w, " GROUP BY ", b.groupBy())
	clause(&w, " ORDER BY ", b.orderText())
	w.WriteString(b.limit)
	return w.String()
}

// groupBy leaves out the () where an aggregate in the select list says the same:
// DuckDB then takes its faster way without a hash table.
func (b *block) groupBy() string {
	if b.group == "()" && slices.ContainsFunc(b.items, func(it item) bool { return it.call }) {
		return ""
	}
	return b.group
}

func clause(w *strings.Builder, word, text string) {
	if text != "" {
		w.WriteString(word + text)
	}
}

func (b *block) writeItems(w *strings.Builder, name func(i int) string) {
	if len(b.items) == 0 {
		w.WriteString("1 AS x0")
	}
	for i, it := range b.items {
		if i > 0 {
			w.WriteString(", ")
		}
		w.WriteString(it.sql + " AS ")
		if name != nil {
			w.WriteString(name(i))
		} else {
			w.WriteString(column(it.id))
		}
	}
}

// orderText prints keys that are columns of the block by their ordinals: that is
// unambiguous, and the only form that DISTINCT allows.
func (b *block) orderText() string {
	texts := make([]string, len(b.order))
	for i, k := range b.order {
		texts[i] = k.sql + k.tail
		if at := b.find(k.id); k.id != 0 && at >= 0 {
			texts[i] = strconv.Itoa(at+1) + k.tail
		}
	}
	return strings.Join(texts, ", ")
}

func column(id plan.ID) string { return "x" + strconv.Itoa(int(id)) }
