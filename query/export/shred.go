package export

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"tidemark/sql/types"
)

// node takes values of one type apart into columns, each value with a repetition level
// (at which list it continues) and a definition level (how much of its path is there),
// as Parquet's format demands (apache/parquet-format, "Nested Encoding").
type node struct {
	def  int16   // of a value that is there
	rep  int16   // of the elements of a list after the first
	kids []*node // the element of a list, the fields of a row, time and value of a point
	leaf leaf    // of a scalar
	kind types.Kind
}

// newNode returns the node of a type and its schema, where def and rep levels are above it.
// Everything may be NULL; the elements of a series, the points, never are but their values.
func newNode(name string, t types.Type, def, rep int16) (*node, schema.Node) {
	optional := parquet.Repetitions.Optional
	n := &node{kind: t.Kind, def: def + 1, rep: rep}
	switch t.Kind {
	case types.Array, types.Timeseries:
		elem := *t.Elem
		if t.Kind == types.Timeseries {
			elem = types.Type{Kind: types.Row, Fields: []types.Field{{Name: "time", Type: types.Of(types.Timestamp)}, {Name: "value", Type: elem}}}
		}
		n.rep++
		kid, s := newNode("element", elem, n.def+1, n.rep)
		n.kids = []*node{kid}
		return n, schema.Must(schema.ListOfWithName(name, s, optional, -1))
	case types.Row:
		fields := make(schema.FieldList, len(t.Fields))
		for i, f := range t.Fields {
			kid, s := newNode(fieldName(f, i), f.Type, n.def, rep)
			n.kids, fields[i] = append(n.kids, kid), s
		}
		return n, schema.Must(schema.NewGroupNode(name, optional, fields, -1))
	}
	n.leaf = leaves[t.Kind](levels{def: n.def, rep: rep})
	p := physical[t.Kind]
	return n, schema.Must(schema.NewPrimitiveNodeLogical(name, optional, p.logical, p.kind, -1, -1))
}

// collect appends the leaves in the order of the schema.
func (n *node) collect(to []leaf) []leaf {
	if n.leaf != nil {
		return append(to, n.leaf)
	}
	for _, kid := range n.kids {
		to = kid.collect(to)
	}
	return to
}

// put takes a value whose path is there up to def and that repeats at rep.
func (n *node) put(v any, def, rep int16) {
	if v == nil {
		n.missing(def, rep)
		return
	}
	switch n.kind {
	case types.Array:
		putList(n, v.([]any), rep, func(e any, rep int16) { n.kids[0].put(e, n.def+1, rep) })
	case types.Timeseries:
		point := n.kids[0]
		putList(n, v.([]types.Point), rep, func(p types.Point, rep int16) {
			point.kids[0].put(p.Time, point.def, rep)
			point.kids[1].put(p.Value, point.def, rep)
		})
	case types.Row:
		for i, e := range v.([]any) {
			n.kids[i].put(e, n.def, rep)
		}
	default:
		n.leaf.put(v, rep)
	}
}

// putList takes the elements of a list: the first repeats where the list does.
func putList[T any](n *node, elems []T, rep int16, put func(e T, rep int16)) {
	if len(elems) == 0 {
		n.missing(n.def, rep)
	}
	for i, e := range elems {
		if i > 0 {
			rep = n.rep
		}
		put(e, rep)
	}
}

// missing notes in every column below that there is nothing beyond def.
func (n *node) missing(def, rep int16) {
	if n.leaf != nil {
		n.leaf.missing(def, rep)
	}
	for _, kid := range n.kids {
		kid.missing(def, rep)
	}
}

// leaf is one column whose values wait.
type leaf interface {
	put(v any, rep int16)
	missing(def, rep int16)
	size() int64 // bytes that wait
	write(to file.ColumnChunkWriter) error
}

// levels are those of a column's values.
type levels struct {
	def, rep   int16 // the highest
	defs, reps []int16
}

func (l *levels) add(def, rep int16) {
	l.defs = append(l.defs, def)
	if l.rep > 0 {
		l.reps = append(l.reps, rep)
	}
}

// column is a leaf whose values have the form T in Parquet.
type column[T any] struct {
	levels
	values []T
	of     func(v any) (T, int) // and its size in bytes
	bytes  int64
}

func (c *column[T]) put(v any, rep int16) {
	value, size := c.of(v)
	c.values = append(c.values, value)
	c.bytes += int64(size)
	c.add(c.def, rep)
}

func (c *column[T]) missing(def, rep int16) { c.add(def, rep) }

func (c *column[T]) size() int64 { return c.bytes + int64(2*len(c.defs)+2*len(c.reps)) }

// write writes everything that waits, and lets go of its memory: what a hundred
// partitions keep would add up.
func (c *column[T]) write(to file.ColumnChunkWriter) error {
	w, ok := to.(interface {
		WriteBatch(values []T, defs, reps []int16) (int64, error)
	})
	if !ok {
		return fmt.Errorf("column of %T cannot be written by %T", c.values, to)
	}
	_, err := w.WriteBatch(c.values, c.defs, c.reps)
	c.values, c.defs, c.reps, c.bytes = nil, nil, nil, 0
	return err
}

// newColumn returns what makes a column.
func newColumn[T any](of func(v any) (T, int)) func(levels) leaf {
	return func(l levels) leaf { return &column[T]{levels: l, of: of} }
}

// leaves make the column of each kind. Intervals are texts, as the Query API has them:
// Parquet's own interval counts milliseconds, and no reader knows it.
var leaves = map[types.Kind]func(levels) leaf{
	types.Boolean:             newColumn(func(v any) (bool, int) { return v.(bool), 1 }),
	types.Integer:             newColumn(func(v any) (int32, int) { return v.(int32), 4 }),
	types.Date:                newColumn(func(v any) (int32, int) { return v.(int32), 4 }),
	types.Bigint:              newColumn(func(v any) (int64, int) { return v.(int64), 8 }),
	types.Double:              newColumn(func(v any) (float64, int) { return v.(float64), 8 }),
	types.Timestamp:           newColumn(func(v any) (parquet.Int96, int) { return int96(v.(int64)), 12 }),
	types.Varchar:             newColumn(func(v any) (parquet.ByteArray, int) { return sized([]byte(v.(string))) }),
	types.IntervalDayToSecond: newColumn(textOf(types.IntervalDayToSecond)),
	types.IntervalYearToMonth: newColumn(textOf(types.IntervalYearToMonth)),
}

func sized(b []byte) (parquet.ByteArray, int) { return b, len(b) + 24 }

func textOf(k types.Kind) func(v any) (parquet.ByteArray, int) {
	return func(v any) (parquet.ByteArray, int) { return sized(types.AppendText(nil, types.Of(k), v)) }
}

// physical are the types of the columns.
var physical = map[types.Kind]struct {
	kind    parquet.Type
	logical schema.LogicalType
}{
	types.Boolean:             {parquet.Types.Boolean, nil},
	types.Integer:             {parquet.Types.Int32, nil},
	types.Date:                {parquet.Types.Int32, schema.DateLogicalType{}},
	types.Bigint:              {parquet.Types.Int64, nil},
	types.Double:              {parquet.Types.Double, nil},
	types.Timestamp:           {parquet.Types.Int96, nil},
	types.Varchar:             {parquet.Types.ByteArray, schema.StringLogicalType{}},
	types.IntervalDayToSecond: {parquet.Types.ByteArray, schema.StringLogicalType{}},
	types.IntervalYearToMonth: {parquet.Types.ByteArray, schema.StringLogicalType{}},
}

// julianEpoch is the Julian day of 1970-01-01.
const julianEpoch = 2_440_588

// int96 is a time as nanoseconds of the day and Julian day, both little-endian. The
// nanoseconds are never negative.
func int96(ns int64) (v parquet.Int96) {
	day := types.FloorDiv(ns, types.Day)
	binary.LittleEndian.PutUint64(v[:8], uint64(ns-day*types.Day))
	binary.LittleEndian.PutUint32(v[8:], uint32(day+julianEpoch))
	return v
}
