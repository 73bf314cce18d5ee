package analyzer

import (
	"errors"
	"fmt"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/sqlerr"
)

func (a *analyzer) statement(stmt ast.Statement) plan.Node {
	switch stmt := stmt.(type) {
	case *ast.Query:
		return a.output(stmt)
	case *ast.Show:
		return a.show(stmt)
	case *ast.Describe:
		t := a.table(stmt.Table)
		return &plan.Meta{Kind: plan.Describe, Database: t.Database, Table: t.Name}
	case *ast.Explain:
		return a.explain(stmt)
	}
	return a.unload(stmt.(*ast.Unload))
}

// output plans a query and lists the columns that the client sees.
func (a *analyzer) output(q *ast.Query) *plan.Output {
	r := a.query(q, &scope{}, true)
	out := &plan.Output{Input: r.node}
	for _, f := range r.fields {
		out.Cols = append(out.Cols, plan.OutputCol{Name: f.name, Col: f.col})
	}
	return out
}

var showKinds = [...]plan.MetaKind{
	ast.ShowDatabases: plan.ShowDatabases, ast.ShowTables: plan.ShowTables, ast.ShowMeasures: plan.ShowMeasures,
}

func (a *analyzer) show(s *ast.Show) plan.Node {
	m := &plan.Meta{Kind: showKinds[s.Kind]}
	if s.Like != nil {
		m.Like = &s.Like.Value
	}
	switch {
	case s.Kind == ast.ShowMeasures:
		t := a.table(s.From)
		m.Database, m.Table = t.Database, t.Name
	case s.From != nil:
		m.Database = s.From.Parts[0].Name
		a.checkDatabase(s.From)
	}
	return m
}

// checkDatabase asks the catalog for a table without a name, which no database has:
// only whether it knows the database matters.
func (a *analyzer) checkDatabase(n *ast.QName) {
	_, err := a.catalog.Table(a.ctx, n.Parts[0].Name, "")
	switch {
	case errors.Is(err, plan.ErrDatabaseNotFound):
		stop(sqlerr.New(n.Span(), "Requested database '%s' not found at line %s%s", n.Parts[0].Name, n.Span().Start, a.suggestDatabase(n.Parts[0].Name, "")))
	case err != nil && !errors.Is(err, plan.ErrTableNotFound):
		stop(fmt.Errorf("look up database %s: %w", n, err))
	}
}

// table asks the catalog for database.table, once per statement.
func (a *analyzer) table(n *ast.QName) *plan.Table {
	switch len(n.Parts) {
	case 1:
		fail(n.Span(), "Schema must be specified when session schema is not set")
	case 2:
	default:
		fail(n.Span(), "Too many parts in table name: %s", n)
	}
	name := tableName{n.Parts[0].Name, n.Parts[1].Name}
	if t, ok := a.tables[name]; ok {
		return t
	}
	t, err := a.catalog.Table(a.ctx, name.database, name.table)
	if err != nil {
		stop(a.tableError(err, n, name))
	}
	a.tables[name] = t
	return t
}

// tableError words what the catalog answered as Timestream does.
func (a *analyzer) tableError(err error, n *ast.QName, name tableName) error {
	span := n.Span()
	switch {
	case errors.Is(err, plan.ErrDatabaseNotFound):
		return sqlerr.New(span, "Requested database '%s' not found for identifier '%s' at line %s%s", name.database, n, span.Start, a.suggestDatabase(name.database, "."+name.table))
	case errors.Is(err, plan.ErrTableNotFound):
		return sqlerr.New(span, "Requested table '%s' not found for identifier '%s' at line %s%s", name.table, n, span.Start, a.suggestTable(name))
	}
	return fmt.Errorf("look up table %s: %w", n, err)
}
