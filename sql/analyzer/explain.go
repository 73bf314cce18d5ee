package analyzer

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// explainValues are the options of EXPLAIN with the values that they may have.
var explainValues = map[string]map[string]plan.ExplainFormat{
	"FORMAT": {"TEXT": plan.ExplainText, "SQL": plan.ExplainSQL},
	"TYPE":   {"LOGICAL": plan.ExplainText},
}

// explain plans a statement in order to show the plan.
func (a *analyzer) explain(x *ast.Explain) plan.Node {
	out := &plan.Explained{}
	for i, o := range x.Options {
		for _, before := range x.Options[:i] {
			if strings.EqualFold(before.Name.Name, o.Name.Name) {
				fail(o.Span(), "EXPLAIN option %s is given twice", strings.ToUpper(o.Name.Name))
			}
		}
		out.Format = max(out.Format, explainOption(o))
	}
	out.Root = a.statement(x.Statement)
	if _, meta := out.Root.(*plan.Meta); meta && out.Format == plan.ExplainSQL {
		fail(x.Statement.Span(), "EXPLAIN (FORMAT SQL) needs a query: SHOW and DESCRIBE have no SQL")
	}
	return out
}

func explainOption(o *ast.ExplainOption) plan.ExplainFormat {
	name, value := strings.ToUpper(o.Name.Name), strings.ToUpper(o.Value.Name)
	values, ok := explainValues[name]
	if !ok {
		fail(o.Name.Span(), "EXPLAIN has no option %s, only FORMAT and TYPE", name)
	}
	format, ok := values[value]
	if !ok {
		fail(o.Value.Span(), "EXPLAIN (%s %s) is not supported: there are FORMAT TEXT, FORMAT SQL and TYPE LOGICAL", name, value)
	}
	return format
}
