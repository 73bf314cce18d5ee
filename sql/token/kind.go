package token

// Kind is the kind of a token. Every operator and every word that the grammar
// mentions has a kind of its own.
type Kind uint8

// The kinds that carry text, then the operators.
const (
	EOF      Kind = iota
	Ident         // an unquoted name, and measure_value::type
	Quoted        // a name in double quotes
	String        // 'text'
	Integer       // digits
	Float         // a number with a point or an exponent
	Duration      // a number with a unit, for example 15m
	Param         // @name

	LParen    // (
	RParen    // )
	LBracket  // [
	RBracket  // ]
	Comma     // ,
	Dot       // .
	Semicolon // ;
	Plus      // +
	Minus     // -
	Star      // *
	Slash     // /
	Percent   // %
	Concat    // ||
	Eq        // =
	NotEq     // <>
	Less      // <
	LessEq    // <=
	Greater   // >
	GreaterEq // >=
	Arrow     // ->

	firstReserved
)

// The reserved words: not names unless they are quoted.
const (
	Alter Kind = iota + firstReserved
	And
	As
	Between
	By
	Case
	Cast
	Constraint
	Create
	Cross
	Cube
	CurrentDate
	CurrentTime
	CurrentTimestamp
	CurrentUser
	Deallocate
	Delete
	Describe
	Distinct
	Drop
	Else
	End
	Escape
	Except
	Execute
	Exists
	Extract
	False
	For
	From
	Full
	Group
	Grouping
	Having
	In
	Inner
	Insert
	Intersect
	Into
	Is
	Join
	Left
	Like
	Localtime
	Localtimestamp
	Natural
	Normalize
	Not
	Null
	On
	Or
	Order
	Outer
	Prepare
	Recursive
	Right
	Rollup
	Select
	Table
	Then
	True
	Uescape
	Union
	Unnest
	Using
	Values
	When
	Where
	With

	firstPlain
)

// The words that mean something to the grammar in their place and are names elsewhere.
const (
	All Kind = iota + firstPlain
	Any
	Array
	Asc
	At
	Current
	Databases
	Day
	Desc
	Explain
	Filter
	First
	Following
	Groups
	Ignore
	Interval
	Last
	Lateral
	Limit
	Measures
	Nulls
	Offset
	Ordinality
	Over
	Partition
	Position
	Preceding
	Range
	Respect
	Row
	Rows
	Sets
	Show
	Some
	Substring
	Tables
	Time
	To
	TryCast
	Unbounded
	Unload
	Window
	Within
	Year
	Zone

	afterPlain
)

var spellings = [...]string{
	EOF: "end of query", Ident: "a name", Quoted: "a quoted name", String: "a string", Integer: "an integer",
	Float: "a number", Duration: "a duration", Param: "a parameter",

	LParen:           "(",
	RParen:           ")",
	LBracket:         "[",
	RBracket:         "]",
	Comma:            ",",
	Dot:              ".",
	Semicolon:        ";",
	Plus:             "+",
	Minus:            "-",
	Star:             "*",
	Slash:            "/",
	Percent:          "%",
	Concat:           "||",
	Eq:               "=",
	NotEq:            "<>",
	Less:             "<",
	LessEq:           "<=",
	Greater:          ">",
	GreaterEq:        ">=",
	Arrow:            "->",
	Alter:            "ALTER",
	And:              "AND",
	As:               "AS",
	Between:          "BETWEEN",
	By:               "BY",
	Case:             "CASE",
	Cast:             "CAST",
	Constraint:       "CONSTRAINT",
	Create:           "CREATE",
	Cross:            "CROSS",
	Cube:             "CUBE",
	CurrentDate:      "CURRENT_DATE",
	CurrentTime:      "CURRENT_TIME",
	CurrentTimestamp: "CURRENT_TIMESTAMP",
	CurrentUser:      "CURRENT_USER",
	Deallocate:       "DEALLOCATE",
	Delete:           "DELETE",
	Describe:         "DESCRIBE",
	Distinct:         "DISTINCT",
	Drop:             "DROP",
	Else:             "ELSE",
	End:              "END",
	Escape:           "ESCAPE",
	Except:           "EXCEPT",
	Execute:          "EXECUTE",
	Exists:           "EXISTS",
	Extract:          "EXTRACT",
	False:            "FALSE",
	For:              "FOR",
	From:             "FROM",
	Full:             "FULL",
	Group:            "GROUP",
	Grouping:         "GROUPING",
	Having:           "HAVING",
	In:               "IN",
	Inner:            "INNER",
	Insert:           "INSERT",
	Intersect:        "INTERSECT",
	Into:             "INTO",
	Is:               "IS",
	Join:             "JOIN",
	Left:             "LEFT",
	Like:             "LIKE",
	Localtime:        "LOCALTIME",
	Localtimestamp:   "LOCALTIMESTAMP",
	Natural:          "NATURAL",
	Normalize:        "NORMALIZE",
	Not:              "NOT",
	Null:             "NULL",
	On:               "ON",
	Or:               "OR",
	Order:            "ORDER",
	Outer:            "OUTER",
	Prepare:          "PREPARE",
	Recursive:        "RECURSIVE",
	Right:            "RIGHT",
	Rollup:           "ROLLUP",
	Select:           "SELECT",
	Table:            "TABLE",
	Then:             "THEN",
	True:             "TRUE",
	Uescape:          "UESCAPE",
	Union:            "UNION",
	Unnest:           "UNNEST",
	Using:            "USING",
	Values:           "VALUES",
	When:             "WHEN",
	Where:            "WHERE",
	With:             "WITH",
	All:              "ALL",
	Any:              "ANY",
	Array:            "ARRAY",
	Asc:              "ASC",
	At:               "AT",
	Current:          "CURRENT",
	Databases:        "DATABASES",
	Day:              "DAY",
	Desc:             "DESC",
	Explain:          "EXPLAIN",
	Filter:           "FILTER",
	First:            "FIRST",
	Following:        "FOLLOWING",
	Groups:           "GROUPS",
	Ignore:           "IGNORE",
	Interval:         "INTERVAL",
	Last:             "LAST",
	Lateral:          "LATERAL",
	Limit:            "LIMIT",
	Measures:         "MEASURES",
	Nulls:            "NULLS",
	Offset:           "OFFSET",
	Ordinality:       "ORDINALITY",
	Over:             "OVER",
	Partition:        "PARTITION",
	Position:         "POSITION",
	Preceding:        "PRECEDING",
	Range:            "RANGE",
	Respect:          "RESPECT",
	Row:              "ROW",
	Rows:             "ROWS",
	Sets:             "SETS",
	Show:             "SHOW",
	Some:             "SOME",
	Substring:        "SUBSTRING",
	Tables:           "TABLES",
	Time:             "TIME",
	To:               "TO",
	TryCast:          "TRY_CAST",
	Unbounded:        "UNBOUNDED",
	Unload:           "UNLOAD",
	Window:           "WINDOW",
	Within:           "WITHIN",
	Year:             "YEAR",
	Zone:             "ZONE",
}

// String returns the word in upper case, the operator, or what the kind is.
func (k Kind) String() string {
	if int(k) < len(spellings) && spellings[k] != "" {
		return spellings[k]
	}
	return "an unknown token"
}

// Reserved reports whether the kind is a reserved word.
func (k Kind) Reserved() bool { return firstReserved <= k && k < firstPlain }

// Name reports whether a token of this kind may be a name as it stands: an
// identifier, quoted or not, or a word that is not reserved.
func (k Kind) Name() bool { return k == Ident || k == Quoted || firstPlain <= k && k < afterPlain }

var words = wordTable()

// longestWord bounds the look-up of words, in bytes.
const longestWord = len("CURRENT_TIMESTAMP")

func wordTable() map[string]Kind {
	table := make(map[string]Kind, afterPlain-firstReserved)
	for k := firstReserved; k < afterPlain; k++ {
		table[spellings[k]] = k
	}
	return table
}

// Lookup returns the kind of an unquoted name in any case: a word's own, else Ident.
func Lookup(name string) Kind {
	if len(name) > longestWord {
		return Ident
	}
	var upper [longestWord]byte
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	if k, ok := words[string(upper[:len(name)])]; ok {
		return k
	}
	return Ident
}
