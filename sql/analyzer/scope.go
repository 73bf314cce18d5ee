package analyzer

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// field is a column as a query sees it. Names of tables and of their columns match
// byte by byte; a name that a query gave also matches in another case when nothing
// matches exactly and it is the only one.
type field struct {
	col      plan.Col
	name     string
	relation string // the table or its alias; empty without one
	database string // of a table that has no alias
	given    bool   // the query gave the name of the column
	aliased  bool   // the query gave the name of the relation
	hidden   bool   // USING merged it: only its relation's name leads to it
}

// relation is an analysed relation and the columns that it shows, which need not be
// all columns of the node and may name one twice.
type relation struct {
	node   plan.Node
	fields []field
}

// cols lists the columns that the relation shows.
func (r relation) cols() []plan.Col {
	cols := make([]plan.Col, 0, len(r.fields))
	for _, f := range r.fields {
		if !f.hidden {
			cols = append(cols, f.col)
		}
	}
	return cols
}

// visible lists the fields that * stands for.
func (r relation) visible() []field {
	var out []field
	for _, f := range r.fields {
		if !f.hidden {
			out = append(out, f)
		}
	}
	return out
}

// scope is what names mean at a place: the columns of a FROM or the parameters of a
// lambda, and behind them what the enclosing query sees.
type scope struct {
	parent *scope
	fields []field
	ctes   *cte // the innermost one first
	lambda bool
}

// cte is a query of a WITH clause and those before it.
type cte struct {
	next   *cte
	name   string
	bind   plan.Bind
	fields []field
	used   bool
}

// inner returns a scope for what sees the given columns and, behind them, s.
func (s *scope) inner(fields []field) *scope {
	return &scope{parent: s, fields: fields, ctes: s.ctes}
}

// match returns the fields that a name may mean: those that match exactly, else
// those that match in another case.
func match(fields []field, relationOf func(field) bool, name string) []field {
	var exact, folded []field
	for _, f := range fields {
		switch {
		case !relationOf(f):
		case f.name == name:
			exact = append(exact, f)
		case f.given && strings.EqualFold(f.name, name):
			folded = append(folded, f)
		}
	}
	if exact != nil {
		return exact
	}
	return folded
}

// byName finds a column by its bare name in s alone.
func (s *scope) byName(name string) []field {
	return match(s.fields, func(f field) bool { return !f.hidden }, name)
}

// of returns the fields of the relation that a qualifier names, in s alone.
func (s *scope) of(database, rel string) []field {
	var exact, folded []field
	for _, f := range s.fields {
		switch {
		case f.relation == "" || database != "" && f.database != database:
		case f.relation == rel:
			exact = append(exact, f)
		case f.aliased && strings.EqualFold(f.relation, rel):
			folded = append(folded, f)
		}
	}
	if exact != nil {
		return exact
	}
	return folded
}

// column returns the one column that a bare name means, innermost query first.
func (s *scope) column(id *ast.Ident) (plan.Expr, bool) {
	for ; s != nil; s = s.parent {
		if f, ok := one(id, s.byName(id.Name), id.Name); ok {
			return f.col.Ref(), true
		}
	}
	return nil, false
}

// qualified returns the one column that relation.name means, innermost query first.
func (s *scope) qualified(at ast.Node, database, rel string, name *ast.Ident) (field, bool) {
	for ; s != nil; s = s.parent {
		matches := match(s.of(database, rel), func(field) bool { return true }, name.Name)
		if f, ok := one(at, matches, name.Name); ok {
			return f, true
		}
	}
	return field{}, false
}

// relationFields returns the fields of a relation that some query around has.
func (s *scope) relationFields(database, rel string) []field {
	for ; s != nil; s = s.parent {
		if f := s.of(database, rel); f != nil {
			return f
		}
	}
	return nil
}

// one stops with an error when a name means different columns.
func one(at ast.Node, matches []field, name string) (field, bool) {
	if len(matches) == 0 {
		return field{}, false
	}
	for _, f := range matches[1:] {
		if f.col.ID != matches[0].col.ID {
			fail(at.Span(), "Column '%s' is ambiguous", name)
		}
	}
	return matches[0], true
}

// lookupCTE finds a query of a WITH clause.
func (s *scope) lookupCTE(name string) *cte {
	var folded *cte
	several := false
	for c := s.ctes; c != nil; c = c.next {
		switch {
		case c.name == name:
			return c
		case !strings.EqualFold(c.name, name) || folded != nil && folded.name == c.name:
		case folded == nil:
			folded = c
		default:
			several = true
		}
	}
	if several {
		return nil
	}
	return folded
}
