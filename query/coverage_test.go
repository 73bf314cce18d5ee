package query

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/sql/analyzer"
	"tidemark/sql/builtin"
	"tidemark/sql/parser"
	"tidemark/sql/plan"
)

// called collects what the statements of the golden files call, as the analyzer
// resolves it: before a rewrite could have computed it.
type called map[*builtin.Overload]bool

// statement adds the calls of a statement; one that is wrong has none.
func (c called) statement(t *testing.T, cat analyzer.Catalog, text string) {
	t.Helper()
	stmt, err := parser.Parse(text)
	if err != nil {
		return
	}
	root, err := analyzer.Analyze(t.Context(), stmt, cat, analyzer.Options{Now: time.Unix(0, 0)})
	if err != nil {
		return
	}
	c.node(root)
}

func (c called) node(n plan.Node) {
	switch n := n.(type) {
	case *plan.Aggregate:
		for _, a := range n.Aggs {
			c[a.Call.Fn] = true
		}
	case *plan.Window:
		for _, w := range n.Calls {
			c[w.Call.Fn] = true
		}
	}
	plan.EachExpr(n, c.expr)
	for _, in := range n.Inputs() {
		c.node(in)
	}
}

func (c called) expr(x plan.Expr) {
	plan.Walk(x, func(x plan.Expr) bool {
		if call, ok := x.(*plan.Call); ok {
			c[call.Fn] = true
		}
		if q := plan.Subquery(x); q != nil {
			c.node(q)
		}
		return true
	})
}

// Every form of every function is called by a golden case whose answer was computed by hand.
func TestEveryOverloadHasGoldenCase(t *testing.T) {
	engine := openDemo(t, Options{})
	v := &view{store: engine.opt.Store}
	defer v.Close()
	calls := called{}
	files, err := filepath.Glob("testdata/*.golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parseGolden(string(text)) {
			if _, ok := c.section("rows"); ok {
				query, _ := c.section("query")
				calls.statement(t, v, query)
			}
		}
	}
	for _, f := range builtin.Functions() {
		for _, o := range f.Overloads {
			if !calls[o] && !slices.Contains(decided, f.Name) {
				t.Errorf("no golden case calls %s", o.Signature)
			}
		}
	}
}

// decided are functions that the analyzer turns into something else, so that no plan
// calls them. Their cases are there all the same.
var decided = strings.Fields("typeof if position")
