package tsdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// bulkRule is a rule about a record, or about its series alone.
type bulkRule struct {
	BulkRule
	series bool
}

func ofRecord(condition, reason string) bulkRule {
	return bulkRule{BulkRule{condition, reason}, false}
}
func ofSeries(condition, reason string) bulkRule {
	return bulkRule{BulkRule{condition, reason}, true}
}

// rules are the checks of checker on columns, the first of those that hold counts.
func (b *Bulk) rules(doc *tableDocument, w window) (list []bulkRule) {
	for _, r := range b.Rules {
		list = append(list, ofRecord(r.Condition, r.Reason))
	}
	list = append(list,
		ofRecord(`"time" IS NULL`, "The record has no time."),
		ofRecord(fmt.Sprintf(`"time" < make_timestamp_ns(%d) OR "time" >= make_timestamp_ns(%d)`, w.from, w.to), retainedText),
		ofRecord(`"version" IS NULL OR "version" < 1`, "The version must be 1 or more."),
		ofSeries(`measure IS NULL OR measure = ''`, "The measure name must not be empty."),
		ofSeries(fmt.Sprintf("strlen(measure) > %d", maxMeasureName), "The measure name is too long."),
		ofSeries(`contains(measure, ':') OR regexp_matches(measure, '\p{Cc}')`, "The measure name contains a colon or a control character."),
		ofSeries(reservedSQL("measure"), "The measure name is reserved."),
	)
	list = append(list, b.dimensionRules(doc)...)
	list = append(list, b.measureRules()...)
	return append(list, b.sizeRules(doc)...)
}

// dimensionRules are those about the value of one dimension.
func (b *Bulk) dimensionRules(doc *tableDocument) (list []bulkRule) {
	for i, name := range b.Dimensions {
		list = append(list, ofSeries(fmt.Sprintf("d%d = ''", i), "The value of dimension "+quote(name)+" must not be empty."))
		for _, k := range doc.PartitionKey {
			if k.Enforcement == Required && k.Name == name {
				list = append(list, ofSeries(fmt.Sprintf("d%d IS NULL", i), partitionText(k)))
			}
		}
	}
	return list
}

// measureRules are those about values, and that there are some and not too many.
func (b *Bulk) measureRules() (list []bulkRule) {
	var present []string
	for i, m := range b.Measures {
		present = append(present, fmt.Sprintf("v%d IS NULL", i))
		for _, r := range valueRules(i, m) {
			list = append(list, bulkRule{r, false})
		}
	}
	list = append(list, ofRecord(strings.Join(present, " AND "), "The record has no measure value."))
	if len(b.Measures) > maxMeasures {
		absent := "(" + strings.Join(present, ")::INT + (") + ")::INT"
		list = append(list, ofRecord(fmt.Sprintf("%s < %d", absent, len(b.Measures)-maxMeasures), "The record has more than 256 measures."))
	}
	return list
}

// sizeRules are those about the whole record.
func (b *Bulk) sizeRules(doc *tableDocument) (list []bulkRule) {
	var sizes, values []string
	for i, name := range b.Dimensions {
		sizes = append(sizes, fmt.Sprintf("coalesce(strlen(d%d) + %d, 0)", i, len(name)))
	}
	for i, m := range b.Measures {
		if m.Type == Varchar {
			values = append(values, fmt.Sprintf("coalesce(strlen(v%d), 0)", i))
		}
	}
	if len(sizes) > 0 {
		list = append(list, ofSeries(fmt.Sprintf("%s > %d", strings.Join(sizes, " + "), maxDimensionSize), "The names and values of the record's dimensions exceed 2048 bytes."))
	}
	if len(values) > 0 {
		list = append(list, ofRecord(b.sizeSQL(values)+fmt.Sprintf(" > %d", maxValueSize), "The measure values of the record exceed 2048 bytes."))
	}
	for _, k := range doc.PartitionKey {
		if k.Enforcement == Required && !slices.Contains(b.Dimensions, k.Name) {
			list = append(list, ofRecord("true", partitionText(k)))
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

// which are the rules about series or records alone, and the others, as the number of the
// first that holds and as the condition that one does. Without any they are empty.
func decide(rules []bulkRule, which func(*bulkRule) bool) (first, any string) {
	var conditions []string
	var cases strings.Builder
	for i := range rules {
		if r := &rules[i]; which(r) {
			conditions = append(conditions, "("+r.Condition+")")
			fmt.Fprintf(&cases, " WHEN %s THEN %d", r.Condition, i)
		}
	}
	return "CASE" + cases.String() + " END", strings.Join(conditions, " OR ")
}

// bulkBad is the temporary table of series that a rule refuses.
const bulkBad = "bulk_bad"

// refuse deletes the records that cannot be stored, and lists them by reason.
func (b *Bulk) refuse(ctx context.Context, conn *duckdb.Conn, doc *tableDocument, w window) ([]BulkRefusal, error) {
	rules := b.rules(doc, w)
	first, wrong := decide(rules, func(r *bulkRule) bool { return b.Series == "" || !r.series })
	if b.Series != "" {
		bad, err := b.refuseSeries(ctx, conn, rules)
		defer conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+bulkBad)
		if err != nil {
			return nil, err
		}
		if bad {
			of := "(SELECT first(bad) FROM " + bulkBad + " b WHERE b.series = " + b.Source + ".series)"
			first, wrong = "least("+first+", "+of+")", wrong+" OR series IN (SELECT series FROM "+bulkBad+")"
		}
	}
	rows, err := conn.Query(ctx, fmt.Sprintf("SELECT %s AS reason, count(*), min(%s, %d) FROM %s WHERE %s GROUP BY 1 ORDER BY 1",
		first, b.Number, bulkSample, b.Source, wrong))
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

// refuseSeries notes the series that cannot be stored, and reports whether there are any.
func (b *Bulk) refuseSeries(ctx context.Context, conn *duckdb.Conn, rules []bulkRule) (bool, error) {
	first, wrong := decide(rules, func(r *bulkRule) bool { return r.series })
	rows, err := conn.Query(ctx, "SELECT series FROM "+b.Series+" WHERE "+wrong+" LIMIT 1")
	if err != nil {
		return false, err
	}
	found, err := rows.All(ctx)
	if err != nil || len(found) == 0 {
		return false, err
	}
	_, err = conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+bulkBad+" AS SELECT series, "+first+" AS bad FROM "+b.Series+" WHERE "+wrong)
	return true, err
}

// conflictsOf are the records that have no higher version than the stored one, by
// reason; the texts are those of Write.
func conflictsOf(r *hot.BulkReport) []BulkRefusal {
	same := BulkRefusal{Reason: sameVersionText, Count: r.Rejected - r.Lower}
	lower := BulkRefusal{Reason: "The record version is lower than the existing version. A higher version is required to update the measure value.", Count: r.Lower}
	for _, c := range r.Rejections {
		if c.Version == c.Stored {
			same.Sample = append(same.Sample, c.Number)
		} else {
			lower.Sample = append(lower.Sample, c.Number)
		}
	}
	return slices.DeleteFunc([]BulkRefusal{same, lower}, func(r BulkRefusal) bool { return r.Count == 0 })
}
