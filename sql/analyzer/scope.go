package analyzer

import (
	"slices"
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// field is a column as a query sees it. Names of tables and of their columns match
// byte by byte; a name that a query gave, and a column that every table has, also
// matches in another case when nothing matches exactly and it is the only one.
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

// find returns the field that a name means in s alone, nil for none. An empty relation
// stands for a bare name. What matches exactly goes before what matches in another
// case, first for the relation and then for the column; two different columns that
// match equally well are an error at the given place.
func (s *scope) find(database, rel, name string, at place) *field {
	var exact, folded *field
	several := false
	exactRelation := s.has(database, rel)
	for i := range s.fields {
		f := &s.fields[i]
		if !f.within(database, rel, exactRelation) {
			continue
		}
		switch {
		case f.name == name && exact == nil:
			exact, several = f, false
		case f.name == name:
			several = several || f.col.ID != exact.col.ID
		case exact != nil || !f.folds() || !strings.EqualFold(f.name, name):
		case folded == nil:
			folded = f
		default:
			several = several || f.col.ID != folded.col.ID
		}
	}
	if several {
		fail(at.Span(), "Column '%s' is ambiguous", dotted(database, rel, name))
	}
	if exact != nil {
		return exact
	}
	return folded
}

// dotted joins the parts of a name that are there.
func dotted(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ".")
}

// has reports whether a relation has exactly this name.
func (s *scope) has(database, rel string) bool {
	for i := range s.fields {
		if f := &s.fields[i]; f.relation == rel && (database == "" || f.database == database) {
			return true
		}
	}
	return false
}

// folds reports whether the name of the field matches in any letter case. Of a table's
// columns only those do whose names are not the user's.
func (f *field) folds() bool {
	return f.given || f.name == "time" || f.name == "measure_name" || strings.HasPrefix(f.name, "measure_value::")
}

// within reports whether the field belongs to the relation that a qualifier names.
func (f *field) within(database, rel string, exact bool) bool {
	switch {
	case rel == "":
		return !f.hidden
	case f.relation == "" || database != "" && f.database != database:
		return false
	case exact:
		return f.relation == rel
	}
	return f.aliased && strings.EqualFold(f.relation, rel)
}

// column returns the one column that a bare name means, innermost query first.
func (s *scope) column(id *ast.Ident) (plan.Expr, bool) {
	f := s.qualified(id, "", "", id)
	if f == nil {
		return nil, false
	}
	return f.col.Ref(), true
}

// qualified returns the one column that relation.name means, innermost query first,
// and nil for none.
func (s *scope) qualified(at place, database, rel string, name *ast.Ident) *field {
	for ; s != nil; s = s.parent {
		if f := s.find(database, rel, name.Name, at); f != nil {
			return f
		}
	}
	return nil
}

// relationFields returns the fields of a relation that this query or one around it has.
func (s *scope) relationFields(database, rel string) []field {
	for ; s != nil; s = s.parent {
		var out []field
		exact := s.has(database, rel)
		for i := range s.fields {
			if s.fields[i].within(database, rel, exact) {
				out = append(out, s.fields[i])
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
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
