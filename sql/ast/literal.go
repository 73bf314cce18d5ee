package ast

// Null is the constant without a value.
//
//	null = NULL
type Null struct{ Place }

// Bool is a truth value.
//
//	bool = TRUE | FALSE
type Bool struct {
	Place
	Value bool
}

// Integer is a number without point and exponent, as written.
//
//	integer = digit { digit }
type Integer struct {
	Place
	Digits string
}

// Float is a number with a point or an exponent, as written.
//
//	float = digits '.' [ digits ] [ exponent ] | '.' digits [ exponent ] | digits exponent
type Float struct {
	Place
	Digits string
}

// Duration is a number with a unit, as written, for example 15m.
//
//	duration = ( integer | digits '.' digits ) unit
type Duration struct {
	Place
	Literal string
}

// String is a text constant.
//
//	string = "'" { character | "''" } "'"
type String struct {
	Place
	Value string
}

// Typed is a text constant to be read as a type.
//
//	typed = type string
type Typed struct {
	Place
	Type  *TypeName
	Value *String
}

// Interval is a count of one unit. Unit is in lower case.
//
//	interval = INTERVAL [ '+' | '-' ] string ident
type Interval struct {
	Place
	Negative bool
	Value    *String
	Unit     *Ident
}

// Param is a named parameter.
//
//	param = '@' ident
type Param struct {
	Place
	Name string
}

func (*Null) expr()     {}
func (*Bool) expr()     {}
func (*Integer) expr()  {}
func (*Float) expr()    {}
func (*Duration) expr() {}
func (*String) expr()   {}
func (*Typed) expr()    {}
func (*Interval) expr() {}
func (*Param) expr()    {}

func (*Null) children(func(Node))     {}
func (*Bool) children(func(Node))     {}
func (*Integer) children(func(Node))  {}
func (*Float) children(func(Node))    {}
func (*Duration) children(func(Node)) {}
func (*String) children(func(Node))   {}
func (*Param) children(func(Node))    {}

func (t *Typed) children(visit func(Node)) {
	visit(t.Type)
	visit(t.Value)
}

func (i *Interval) children(visit func(Node)) {
	visit(i.Value)
	visit(i.Unit)
}

// TypeName is a type as written. Name is in lower case; array(T), array<T> and
// T array are the same, and an interval type has its two unit words in Name.
//
//	type  = ident [ '(' param,* ')' ] | ARRAY '(' type ')' | ARRAY '<' type '>' | ROW '(' param,* ')'
//	      | type ARRAY | INTERVAL ident TO ident
type TypeName struct {
	Place
	Name   string
	Params []*TypeParam
}

func (t *TypeName) children(visit func(Node)) { each(visit, t.Params) }

// TypeParam is a length, an element type, or a field with or without a name.
//
//	param = digits | [ ident ] type
type TypeParam struct {
	Place
	Field *Ident
	Type  *TypeName // nil for a length
	Size  string
}

func (t *TypeParam) children(visit func(Node)) {
	if t.Field != nil {
		visit(t.Field)
	}
	if t.Type != nil {
		visit(t.Type)
	}
}
