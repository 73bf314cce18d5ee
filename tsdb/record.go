package tsdb

import (
	"fmt"
	"math"
)

// TableRef names a table.
type TableRef struct{ Database, Table string }

// String prints the reference as database.table.
func (r TableRef) String() string { return r.Database + "." + r.Table }

// Dimension is one attribute of the metadata of a time series.
type Dimension struct{ Name, Value string }

// ValueType is the type of a measure value.
type ValueType uint8

// The value types (Timestream API reference, MeasureValueType).
const (
	Double ValueType = iota + 1
	Bigint
	Varchar
	Boolean
	Timestamp // only inside multi-measure records; nanoseconds
)

// Value is a measure value. The zero Value has no type and is not valid in a record.
type Value struct {
	Type ValueType
	bits uint64 // Double: IEEE bits; Bigint, Timestamp: two's complement; Boolean: 0 or 1
	text string // Varchar
}

// DoubleValue returns a DOUBLE.
func DoubleValue(f float64) Value { return Value{Type: Double, bits: math.Float64bits(f)} }

// BigintValue returns a BIGINT.
func BigintValue(i int64) Value { return Value{Type: Bigint, bits: uint64(i)} }

// VarcharValue returns a VARCHAR.
func VarcharValue(s string) Value { return Value{Type: Varchar, text: s} }

// TimestampValue returns a TIMESTAMP of ns nanoseconds since 1970.
func TimestampValue(ns int64) Value { return Value{Type: Timestamp, bits: uint64(ns)} }

// BooleanValue returns a BOOLEAN.
func BooleanValue(b bool) Value {
	if b {
		return Value{Type: Boolean, bits: 1}
	}
	return Value{Type: Boolean}
}

// Float returns a Double's number.
func (v Value) Float() float64 { return math.Float64frombits(v.bits) }

// Int returns a Bigint's number or a Timestamp's nanoseconds.
func (v Value) Int() int64 { return int64(v.bits) }

// Bool returns a Boolean's truth.
func (v Value) Bool() bool { return v.bits != 0 }

// Text returns a Varchar's text.
func (v Value) Text() string { return v.text }

// Measure is one measured value. In a single-measure record there is one and its Name is empty.
type Measure struct {
	Name  string
	Value Value
}

// Record is one row: the series it belongs to, an instant and what was measured.
// The store keeps none of its slices after the write was answered.
type Record struct {
	Dimensions  []Dimension   // any order; names are unique
	Set         *DimensionSet // the same, of who writes them again and again; may be nil
	MeasureName string
	Multi       bool // a multi-measure record: Measures are named
	Measures    []Measure
	Time        int64 // nanoseconds since 1970
	Version     int64 // at least 1
}

// Ingested counts the accepted records of a write by the tier their time belongs to.
type Ingested struct{ Total, Memory, Magnetic int }

// Rejection says why one record of a write was not stored.
type Rejection struct {
	Index           int // in the slice that was written
	Reason          string
	ExistingVersion int64 // 0 unless the reason is a version conflict
}

// RejectedRecords is the error of a write whose other records were stored.
type RejectedRecords struct{ Rejections []Rejection }

// Error counts the rejections and quotes the first.
func (e *RejectedRecords) Error() string {
	if len(e.Rejections) == 0 {
		return "records rejected"
	}
	return fmt.Sprintf("%d records rejected, the first (index %d) because: %s", len(e.Rejections), e.Rejections[0].Index, e.Rejections[0].Reason)
}
