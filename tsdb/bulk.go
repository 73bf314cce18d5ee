package tsdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// Bulk is many records of one kind in a table of the engine, as the caller's connection
// sees it, with the columns of hot.Bulk and others.
type Bulk struct {
	Source     string // an identifier that needs no quotes
	Number     string // the column with the number of a record for the report, which may be rowid
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
	rows := hot.Bulk{Source: b.Source, Dims: b.Dimensions, Kind: hot.Multi}
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

// rules are the checks of checker on columns, the first of those that hold counts.
func (b *Bulk) rules(doc *tableDocument, w window) []BulkRule {
	list := append(slices.Clip(b.Rules), []BulkRule{
		{`"time" IS NULL`, "The record has no time."},
		{fmt.Sprintf(`"time" < make_timestamp_ns(%d) OR "time" >= make_timestamp_ns(%d)`, w.from, w.to), retainedText},
		{`"version" IS NULL OR "version" < 1`, "The version must be 1 or more."},
		{`measure IS NULL OR measure = ''`, "The measure name must not be empty."},
		{fmt.Sprintf("strlen(measure) > %d", maxMeasureName), "The measure name is too long."},
		{`contains(measure, ':') OR regexp_matches(measure, '\p{Cc}')`, "The measure name contains a colon or a control character."},
		{reservedSQL("measure"), "The measure name is reserved."},
	}...)
	var sizes, values, present []string
	for i, name := range b.Dimensions {
		list = append(list, BulkRule{fmt.Sprintf("d%d = ''", i), "The value of dimension " + quote(name) + " must not be empty."})
		sizes = append(sizes, fmt.Sprintf("coalesce(strlen(d%d) + %d, 0)", i, len(name)))
		for _, k := range doc.PartitionKey {
			if k.Enforcement == Required && k.Name == name {
				list = append(list, BulkRule{fmt.Sprintf("d%d IS NULL", i), partitionText(k)})
			}
		}
	}
	for i, m := range b.Measures {
		present = append(present, fmt.Sprintf("v%d IS NULL", i))
		if m.Type == Varchar {
			values = append(values, fmt.Sprintf("coalesce(strlen(v%d), 0)", i))
		}
		list = append(list, valueRules(i, m)...)
	}
	list = append(list, BulkRule{strings.Join(present, " AND "), "The record has no measure value."})
	if len(b.Measures) > maxMeasures {
		absent := "(" + strings.Join(present, ")::INT + (") + ")::INT"
		list = append(list, BulkRule{fmt.Sprintf("%s < %d", absent, len(b.Measures)-maxMeasures), "The record has more than 256 measures."})
	}
	if len(sizes) > 0 {
		list = append(list, BulkRule{fmt.Sprintf("%s > %d", strings.Join(sizes, " + "), maxDimensionSize), "The names and values of the record's dimensions exceed 2048 bytes."})
	}
	if len(values) > 0 {
		list = append(list, BulkRule{b.sizeSQL(values) + fmt.Sprintf(" > %d", maxValueSize), "The measure values of the record exceed 2048 bytes."})
	}
	for _, k := range doc.PartitionKey {
		if k.Enforcement == Required && !slices.Contains(b.Dimensions, k.Name) {
			list = append(list, BulkRule{"true", partitionText(k)})
		}
	}
	return list
}

func partitionText(k PartitionKey) string {
	return "The record lacks the dimension " + quote(k.Name) + ", which the partition key of the table requires."
}

// sizeSQL adds to the sizes of texts those of the numbers that a record has.
func (b *Bulk) sizeSQL(texts []string) string {
	for i, m := range b.Measures {
		if m.Type != Varchar {
			texts = append(texts, fmt.Sprintf("CASE WHEN v%d IS NULL THEN 0 ELSE %d END", i, numberSize))
		}
	}
	return strings.Join(texts, " + ")
}

func reservedSQL(column string) string {
	var parts []string
	for _, word := range reserved {
		parts = append(parts, column+" = "+duckdb.Quote(word))
	}
	for _, prefix := range reservedPrefixes {
		parts = append(parts, "starts_with("+column+", "+duckdb.Quote(prefix)+")")
	}
	return strings.Join(parts, " OR ")
}

// valueRules are what badValue is for one value.
func valueRules(i int, m BulkMeasure) []BulkRule {
	what := "The measure " + quote(m.Name) + " "
	if m.Name == "" {
		what = "The measure "
	}
	switch m.Type {
	case Double:
		return []BulkRule{
			{fmt.Sprintf("NOT isfinite(v%d)", i), what + "must be a finite number."},
			{fmt.Sprintf("v%d = 0 AND signbit(v%[1]d)", i), what + "must not be negative zero."},
		}
	case Varchar:
		return []BulkRule{{fmt.Sprintf("v%d = ''", i), what + "must not be empty."}}
	case Timestamp:
		return []BulkRule{{fmt.Sprintf("v%d < make_timestamp_ns(0) OR NOT isfinite(v%[1]d)", i), what + "must be a timestamp from 1970-01-01 to 2262-04-11 23:47:16.854775806."}}
	default:
		return nil
	}
}

// refuse deletes the records that cannot be stored, and lists them by reason.
func (b *Bulk) refuse(ctx context.Context, conn *duckdb.Conn, doc *tableDocument, w window) ([]BulkRefusal, error) {
	rules := b.rules(doc, w)
	conditions := make([]string, len(rules))
	var cases strings.Builder
	for i, r := range rules {
		conditions[i] = "(" + r.Condition + ")"
		fmt.Fprintf(&cases, " WHEN %s THEN %d", r.Condition, i)
	}
	wrong := strings.Join(conditions, " OR ")
	rows, err := conn.Query(ctx, fmt.Sprintf("SELECT CASE%s END AS reason, count(*), min(%s, %d) FROM %s WHERE %s GROUP BY 1 ORDER BY 1",
		cases.String(), b.Number, bulkSample, b.Source, wrong))
	if err != nil {
		return nil, err
	}
	found, err := rows.All(ctx)
	rows.Close()
	if err != nil || len(found) == 0 {
		return nil, err
	}
	refused := make([]BulkRefusal, len(found))
	for i, row := range found {
		refused[i] = BulkRefusal{Reason: rules[row[0].(int32)].Reason, Count: row[1].(int64)}
		for _, n := range row[2].([]any) {
			refused[i].Sample = append(refused[i].Sample, n.(int64))
		}
	}
	_, err = conn.Exec(ctx, "DELETE FROM "+b.Source+" WHERE "+wrong)
	return refused, err
}

// conflictsOf counts the records that have no higher version than the stored one by
// reason, as far as they are listed; the texts are those of Write.
func conflictsOf(r *hot.BulkReport) []BulkRefusal {
	same := BulkRefusal{Reason: sameVersionText}
	lower := BulkRefusal{Reason: "The record version is lower than the existing version. A higher version is required to update the measure value."}
	for _, c := range r.Rejections {
		if c.Version == c.Stored {
			same.Count++
		} else {
			lower.Count++
		}
	}
	list := []BulkRefusal{same, lower}
	if rest := r.Rejected - same.Count - lower.Count; rest > 0 {
		list = append(list, BulkRefusal{Reason: "A record already exists with the same time, dimensions and measure name, and a version that is not lower.", Count: rest})
	}
	return slices.DeleteFunc(list, func(r BulkRefusal) bool { return r.Count == 0 })
}
