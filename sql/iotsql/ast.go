package iotsql

import "tidemark/sql/iotsql/value"

// expr is a node of an expression.
type expr interface{ where() Span }

func (s Span) where() Span { return s }

type (
	// literal := number | string | TRUE | FALSE | NULL
	literal struct {
		Span
		value value.Value
	}

	// name is a field of the payload, or of the element inside a nested query.
	name struct {
		Span
		name string
	}

	// variable := "@" name
	variable struct {
		Span
		name string
	}

	// star := "*"
	star struct{ Span }

	// field := postfix "." name
	field struct {
		Span
		of   expr
		name string
	}

	// call := function "(" [expr {"," expr}] ")"
	call struct {
		Span
		function string // in lower case
		args     []expr
	}

	// cast := "cast" "(" expr AS type ")"
	cast struct {
		Span
		of expr
		to string // in lower case
	}

	// unary := (NOT | "-") expr
	unary struct {
		Span
		op string
		of expr
	}

	// binary := expr operator expr
	binary struct {
		Span
		op          string // AND, OR, IN in upper case, or a symbol; never !=
		left, right expr
	}

	// exists := EXISTS "(" query ")"
	exists struct {
		Span
		query *query
	}

	// choice := CASE expr WHEN expr THEN expr {WHEN expr THEN expr} [ELSE expr] END
	choice struct {
		Span
		of        expr
		when      []branch
		otherwise expr // nil without ELSE
	}

	// object := "{" [string ":" expr {"," string ":" expr}] "}"
	object struct {
		Span
		names  []string
		values []expr
	}

	// array := "[" [expr {"," expr}] "]"
	array struct {
		Span
		elems []expr
	}

	// query := SELECT [VALUE] item {"," item} [FROM source] [WHERE expr]
	query struct {
		Span
		bare   bool // VALUE
		items  []item
		from   expr   // the source of a nested query
		alias  string // of the element of a nested query
		filter *literal
		cond   expr // nil without WHERE
	}
)

type branch struct{ test, result expr }

// item := expr [AS name {"." name}]
type item struct {
	expr  expr
	alias []string
}

// assignment := "@" name "=" expr
type assignment struct {
	Span
	name string
	expr expr
}

// statement := [SET assignment {"," assignment}] query
type statement struct {
	set   []assignment
	query *query
}
