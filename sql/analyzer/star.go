package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// star returns the columns of *, relation.* or row.*.
func (s *selection) star(it *ast.SelectItem) []output {
	if it.X == nil && len(s.spec.From) == 0 {
		fail(it.Span(), "SELECT * not allowed in queries without FROM clause")
	}
	outs := s.starColumns(it)
	if it.Columns != nil && len(it.Columns) != len(outs) {
		fail(it.Span(), "Column alias list has %d entries but '%s' has %d columns available", len(it.Columns), ast.Print(it.X), len(outs))
	}
	for i, c := range it.Columns {
		outs[i].name = c.Name
	}
	return outs
}

func (s *selection) starColumns(it *ast.SelectItem) []output {
	fields := s.from.fields
	if it.X != nil {
		database, rel, ok := relationName(it.X)
		if ok {
			fields = s.scope.relationFields(database, rel)
		}
		if !ok || fields == nil {
			return s.rowStar(it)
		}
	}
	var outs []output
	for _, f := range fields {
		if !f.hidden {
			outs = append(outs, output{at: it, expr: f.col.Ref(), name: f.name})
		}
	}
	return outs
}

// relationName reads x as a table or alias, with or without its database.
func relationName(x ast.Expr) (database, rel string, ok bool) {
	switch parts := names(x); len(parts) {
	case 1:
		return "", parts[0].Name, true
	case 2:
		return parts[0].Name, parts[1].Name, true
	}
	return "", "", false
}

// rowStar returns the fields of a row.
func (s *selection) rowStar(it *ast.SelectItem) []output {
	x := s.expr(it.X, &env{scope: s.scope, clause: "SELECT clause", missing: "Table '%s' not found"})
	if len(x.Type().Fields) == 0 {
		fail(it.Span(), "Cannot expand type %s with .*", x.Type())
	}
	var outs []output
	for i, f := range x.Type().Fields {
		outs = append(outs, output{at: it, expr: &plan.FieldOf{X: x, Index: i}, name: f.Name})
	}
	return outs
}
