package query

import (
	"context"

	"tidemark/sql"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// Prepare compiles a statement and describes its result columns and where they come
// from, and its parameters. Nothing runs (AWS page "PrepareQuery").
func (e *Engine) Prepare(ctx context.Context, text string) ([]ColumnSource, []Parameter, error) {
	if err := (Request{Text: text}).check(); err != nil {
		return nil, nil, err
	}
	params, values, err := parameters(text)
	if err != nil {
		return nil, nil, err
	}
	view := &view{store: e.opt.Store}
	defer view.Close()
	prog, err := e.compile(ctx, text, view, values)
	if err != nil {
		return nil, nil, err
	}
	sources := make([]ColumnSource, len(prog.Columns))
	for i, c := range columnsOf(prog) {
		sources[i] = ColumnSource{Column: c}
	}
	if output, ok := prog.Plan.(*plan.Output); ok {
		nameSources(output, sources)
	}
	return sources, params, nil
}

// scheduledRuntime is the one parameter whose type is known from its name (developer
// guide, "Scheduled query patterns"). Any other is of the type of NULL, which fits
// wherever it stands.
const scheduledRuntime = "scheduled_runtime"

// parameters lists the parameters of a text, and gives each a NULL to compile with.
func parameters(text string) ([]Parameter, map[string]*plan.Literal, error) {
	names, err := sql.Params(text)
	if err != nil {
		return nil, nil, err
	}
	params, values := make([]Parameter, len(names)), map[string]*plan.Literal{}
	for i, name := range names {
		params[i] = Parameter{Name: name, Type: types.Of(types.Unknown)}
		if name == scheduledRuntime {
			params[i].Type = types.Of(types.Timestamp)
		}
		values[name] = &plan.Literal{T: params[i].Type}
	}
	return params, values, nil
}

// nameSources says which of the columns are a table's. Such a column is aliased when
// it has another name than in its table; any other when its name was not made up.
func nameSources(output *plan.Output, sources []ColumnSource) {
	origins := map[plan.ID]origin{}
	findOrigins(output.Input, origins)
	for i, c := range output.Cols {
		from, ok := origins[c.Col.ID]
		if !ok {
			sources[i].Aliased = !madeUp(c.Name)
			continue
		}
		sources[i].Database, sources[i].Table = from.table.Database, from.table.Name
		sources[i].Aliased = c.Name != from.table.Columns[from.column].Name
	}
}

// origin is a column of a table.
type origin struct {
	table  *plan.Table
	column int // index in table.Columns
}

// findOrigins notes which columns of a relation, and of those below it, are read
// from a table and passed on as they are.
func findOrigins(n plan.Node, origins map[plan.ID]origin) {
	for _, input := range n.Inputs() {
		findOrigins(input, origins)
	}
	switch n := n.(type) {
	case *plan.Scan:
		for i, c := range n.Cols {
			origins[c.ID] = origin{n.Table, n.Index[i]}
		}
	case *plan.Partial:
		for i, c := range n.Scan.Cols {
			origins[c.ID] = origin{n.Scan.Table, n.Scan.Index[i]}
		}
	case *plan.Project:
		passOrigins(n.Items, origins)
	case *plan.Aggregate:
		passOrigins(n.Keys, origins)
	}
}

// passOrigins notes the columns that only rename another.
func passOrigins(items []plan.Assign, origins map[plan.ID]origin) {
	for _, item := range items {
		if ref, ok := item.Expr.(*plan.Ref); ok {
			if from, ok := origins[ref.Col.ID]; ok {
				origins[item.Col.ID] = from
			}
		}
	}
}

// madeUp reports whether a column's name is one that expressions without a name get.
func madeUp(name string) bool { return len(name) > 4 && name[:4] == "_col" }
