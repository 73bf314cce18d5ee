package tsdb

import (
	"context"
	"fmt"
	"slices"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// Bulk is many records of one kind in a table of the engine, as the caller's connection
// sees it, with the columns of hot.Bulk and others.
type Bulk struct {
	Source     string // an identifier that needs no quotes
	Number     string // the column with the number of a record for the report, which may be rowid
	Series     string // of hot.Bulk
	Dimensions []string
	Measures   []BulkMeasure // without a name: single-measure records, of one type
	Rules      []BulkRule    // of the caller's own, that records must not meet; the first of all that one meets counts
}

// CheckDimensionName returns what is wrong with the name of a dimension, or nothing.
func CheckDimensionName(name string) string {
	return checkColumnName("dimension", name, maxDimensionName)
}

// CheckMeasureName returns what is wrong with the name of a measure in multi-measure
// records, or nothing.
func CheckMeasureName(name string) string {
	return checkColumnName("multi-measure attribute", name, maxMeasureName)
}

// BulkRule is a reason to refuse records.
type BulkRule struct {
	Condition string // of columns of the source, in SQL of ours
	Reason    string
}

// BulkMeasure is a column of values.
type BulkMeasure struct {
	Name string
	Type ValueType
}

// BulkReport says what became of the records.
type BulkReport struct {
	Stored   int64 // those that repeat a stored one included
	Replaced int64 // of them, in place of one with a lower version
	Refused  []BulkRefusal
}

// BulkRefusal is records that were not stored, for one reason.
type BulkRefusal struct {
	Reason string
	Count  int64
	Sample []int64 // the numbers of the first of them, at most bulkSample
}

const bulkSample = 100

// Bulk stores records under the rules of Write, except that their time need only be
// within the whole retention of the table and that a record with a wrong name or value
// is refused alone. It returns when they are on disk. Refused records are deleted from
// the source. Errors: NotFound for the table, Invalid for a name or a type that does not
// fit it, Exceeded for a table that would be too wide, Unavailable for a store that
// cannot write; then nothing was stored. It is for up to millions of records.
func (d *DB) Bulk(ctx context.Context, conn *duckdb.Conn, ref TableRef, b Bulk) (BulkReport, error) {
	t, err := d.open(ref)
	if err == nil {
		err = ownTable(ref)
	}
	if err == nil {
		err = b.check()
	}
	if err != nil {
		return BulkReport{}, err
	}
	var report BulkReport
	if report.Refused, err = b.refuse(ctx, conn, &t.doc, d.retained(&t.doc)); err != nil {
		return report, fmt.Errorf("examine records: %w", err)
	}
	rows := hot.Bulk{Source: b.Source, Number: b.Number, Series: b.Series, Dims: b.Dimensions, Kind: hot.Multi}
	for _, m := range b.Measures {
		rows.Columns = append(rows.Columns, hot.Column{Name: m.Name, Type: hot.Type(m.Type)})
	}
	if b.single() {
		rows.Kind = rows.Columns[0].Type
		rows.Columns[0].Name = hot.SingleColumn(rows.Kind)
	}
	stored, err := t.hot.Bulk(ctx, conn, rows)
	report.Stored, report.Replaced = stored.Stored, stored.Replaced
	if stored.Rejected > 0 {
		report.Refused = append(report.Refused, conflictsOf(&stored)...)
	}
	return report, err
}

// BulkSchema returns the dimensions and the columns of values that a table has. Those of
// single-measure records are hot.SingleColumn of their type.
func (d *DB) BulkSchema(ref TableRef) (hot.Schema, error) {
	t, err := d.open(ref)
	if err != nil {
		return hot.Schema{}, err
	}
	return t.hot.Schema(), nil
}

// retained is the window of times for records that come in bulk.
func (d *DB) retained(doc *tableDocument) window {
	all := *doc
	all.MagneticWrites.Enabled = true
	return d.window(&all)
}

const retainedText = "The record timestamp is outside the retention of the table, or too far in the future."

func (b *Bulk) single() bool { return len(b.Measures) == 1 && b.Measures[0].Name == "" }

// check validates the names, which all records share.
func (b *Bulk) check() error {
	switch {
	case len(b.Dimensions) > maxDimensions:
		return fault.New(fault.Invalid, "A record has at most %d dimensions, not %d.", maxDimensions, len(b.Dimensions))
	case len(b.Measures) == 0:
		return fault.New(fault.Invalid, "A record has at least one measure.")
	}
	for i, name := range b.Dimensions {
		if wrong := CheckDimensionName(name); wrong != "" {
			return fault.New(fault.Invalid, "%s", wrong)
		}
		if slices.Contains(b.Dimensions[:i], name) {
			return fault.New(fault.Invalid, "The dimension %s is given twice.", quote(name))
		}
	}
	if b.single() {
		if b.Measures[0].Type == Timestamp {
			return fault.New(fault.Invalid, "A single-measure record cannot be of type TIMESTAMP.")
		}
		return nil
	}
	return b.checkMeasures()
}

func (b *Bulk) checkMeasures() error {
	for i, m := range b.Measures {
		if wrong := CheckMeasureName(m.Name); wrong != "" {
			return fault.New(fault.Invalid, "%s", wrong)
		}
		if slices.ContainsFunc(b.Measures[:i], func(o BulkMeasure) bool { return o.Name == m.Name }) {
			return fault.New(fault.Invalid, "The multi-measure attribute %s is given twice.", quote(m.Name))
		}
		if slices.Contains(b.Dimensions, m.Name) {
			return fault.New(fault.Invalid, "The name %s cannot be both a dimension and a multi-measure attribute.", quote(m.Name))
		}
	}
	return nil
}
