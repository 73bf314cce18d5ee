package analyzer

import "tidemark/sql/types"

// The limits keep the time and memory that a statement takes in proportion to its
// text, whatever the text is: * multiplies columns, an alias in ORDER BY and the
// operand of a CASE repeat expressions, rows of rows multiply types.
const (
	maxExprs   = 300_000 // expressions of a statement, repeated ones included
	maxColumns = 10_000  // columns of a FROM or of a select list
	maxKeys    = 500     // keys of a GROUP BY or of an ORDER BY
	maxFields  = 1_000   // fields of a type, those inside its fields included
	maxLambdas = 16      // lambdas inside each other: DuckDB's time to bind them doubles with each
	maxNested  = 12      // subqueries of expressions inside each other, for the same reason
	maxAlike   = 256     // aggregates that a new one is compared with
)

// spend counts n more expressions.
func (a *analyzer) spend(n int, at place) {
	if a.spent += n; a.spent > maxExprs {
		fail(at.Span(), "The query is too complex: it has more than %d expressions", maxExprs)
	}
}

// bounded stops at a list that is longer than its limit.
func bounded(n, most int, what string, at place) {
	if n > most {
		fail(at.Span(), "The query has more than %d %s", most, what)
	}
}

// checkType stops at a type with too many fields.
func checkType(t types.Type, at place) types.Type {
	if left := maxFields; !countFields(t, &left) {
		fail(at.Span(), "The type has more than %d fields", maxFields)
	}
	return t
}

// countFields takes the fields of a type from what is left, and gives up below zero.
func countFields(t types.Type, left *int) bool {
	if *left -= len(t.Fields); *left < 0 {
		return false
	}
	for _, f := range t.Fields {
		if !countFields(f.Type, left) {
			return false
		}
	}
	return t.Elem == nil || countFields(*t.Elem, left)
}
