// Package types holds the types of Timestream SQL and the Go form of their values.
//
// A value travels from the engine to an encoder as an any, by the kind of its type:
//
//	Boolean bool · Integer int32 · Bigint int64 · Double float64 · Varchar string
//	Timestamp int64, nanoseconds since 1970-01-01 UTC
//	Date int32, days since 1970-01-01 · Time int64, nanoseconds of the day
//	IntervalDayToSecond int64, nanoseconds · IntervalYearToMonth int32, months
//	Array []any · Row []any, one per field · Timeseries []Point
//	NULL of any type, and Unknown: nil
//
// Types and values are immutable; all functions are safe to call at once.
// Source: Timestream developer guide, "Supported data types".
package types

import "strings"

// Kind is the family of a type.
type Kind uint8

// The kinds.
const (
	Unknown Kind = iota // the type of a bare NULL
	Boolean
	Integer
	Bigint
	Double
	Varchar
	Timestamp
	Date
	Time
	IntervalDayToSecond
	IntervalYearToMonth
	Array      // Elem
	Row        // Fields
	Timeseries // Elem is the type of the values
)

// Type is a type of the language.
type Type struct {
	Kind   Kind
	Elem   *Type
	Fields []Field
}

// Field is one field of a row type; Name is empty for an unnamed one.
type Field struct {
	Name string
	Type Type
}

// Point is one element of a timeseries value.
type Point struct {
	Time  int64 // nanoseconds since 1970-01-01 UTC
	Value any   // nil is NULL
}

var kindNames = [...]string{
	"unknown", "boolean", "integer", "bigint", "double", "varchar", "timestamp", "date", "time",
	"interval day to second", "interval year to month", "array", "row", "timeseries",
}

// String returns the kind's name in lower case.
func (k Kind) String() string { return kindNames[k] }

// Of returns the scalar type of a kind.
func Of(k Kind) Type { return Type{Kind: k} }

// ArrayOf returns the array type with the given element type.
func ArrayOf(elem Type) Type { return Type{Kind: Array, Elem: &elem} }

// SeriesOf returns the timeseries type with the given value type.
func SeriesOf(value Type) Type { return Type{Kind: Timeseries, Elem: &value} }

// RowOf returns the row type with the given fields.
func RowOf(fields ...Field) Type { return Type{Kind: Row, Fields: fields} }

// Equal reports whether two types are the same, field names included.
func (t Type) Equal(o Type) bool {
	if t.Kind != o.Kind || len(t.Fields) != len(o.Fields) || (t.Elem == nil) != (o.Elem == nil) {
		return false
	}
	if t.Elem != nil && !t.Elem.Equal(*o.Elem) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return true
}

// String returns the type as typeof prints it, for example array(row(a bigint, double)).
func (t Type) String() string {
	switch t.Kind {
	case Array, Timeseries:
		return t.Kind.String() + "(" + t.Elem.String() + ")"
	case Row:
		return "row(" + strings.Join(fieldTexts(t.Fields), ", ") + ")"
	default:
		return t.Kind.String()
	}
}

func fieldTexts(fields []Field) []string {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = f.Type.String()
		if f.Name != "" {
			texts[i] = f.Name + " " + texts[i]
		}
	}
	return texts
}
