package importer

import (
	"fmt"
	"math"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// conversion is a value of the file as one of the table, in SQL.
type conversion struct {
	value string
	wrong string // true where there is something that is no such value; empty: it cannot be
}

var typeWords = map[tsdb.ValueType]string{tsdb.Double: "DOUBLE", tsdb.Bigint: "BIGINT", tsdb.Varchar: "VARCHAR", tsdb.Boolean: "BOOLEAN", tsdb.Timestamp: "TIMESTAMP_NS"}

// whole are the types of columns whose values are all BIGINTs.
var whole = map[string]bool{"TINYINT": true, "SMALLINT": true, "INTEGER": true, "BIGINT": true, "UTINYINT": true, "USMALLINT": true, "UINTEGER": true}

// convert makes a column a value of a type; unit is that of times that are numbers.
func convert(c source, to tsdb.ValueType, unit Unit) conversion {
	name := duckdb.Ident(c.name)
	switch {
	case to == tsdb.Varchar:
		return conversion{value: "CAST(" + name + " AS VARCHAR)"}
	case to == tsdb.Timestamp:
		return convertTime(c, unit, "")
	case to == tsdb.Bigint && whole[c.typ], to == tsdb.Double && (whole[c.typ] || c.typ == "DOUBLE" || c.typ == "FLOAT"), to == tsdb.Boolean && c.typ == "BOOLEAN":
		return conversion{value: "CAST(" + name + " AS " + typeWords[to] + ")"}
	}
	value := "TRY_CAST(" + name + " AS " + typeWords[to] + ")"
	wrong := value + " IS NULL"
	switch { // DuckDB rounds
	case to == tsdb.Bigint && c.typ == "VARCHAR":
		wrong += fmt.Sprintf(" OR contains(%s, '.') OR contains(%[1]s, 'e') OR contains(%[1]s, 'E')", name)
	case to == tsdb.Bigint && c.typ != "BOOLEAN":
		wrong += fmt.Sprintf(" OR %s <> %s", value, name)
	}
	return conversion{value, name + " IS NOT NULL AND (" + wrong + ")"}
}

// convertTime makes a column a time: of numbers by their unit, of texts by a format, or
// as ISO 8601 has them; one without a zone is UTC.
func convertTime(c source, unit Unit, format string) conversion {
	name := duckdb.Ident(c.name)
	value := "TRY_CAST(" + name + " AS TIMESTAMP_NS)"
	switch {
	case whole[c.typ]:
		return conversion{value: number("CAST("+name+" AS BIGINT)", unit)}
	case c.typ == "UBIGINT":
		value = number("TRY_CAST("+name+" AS BIGINT)", unit)
	case c.typ == "TIMESTAMP WITH TIME ZONE":
		value = "TRY(make_timestamp_ns(epoch_us(" + name + ") * 1000))"
	case c.typ == "VARCHAR" && format != "":
		value = "TRY_CAST(try_strptime(" + name + ", " + duckdb.Quote(format) + ") AS TIMESTAMP_NS)"
	case c.typ == "VARCHAR" && unit != "":
		n := "TRY_CAST(" + name + " AS BIGINT)"
		value = "coalesce(" + number(n, unit) + ", " + value + ")"
	}
	return conversion{value, name + " IS NOT NULL AND " + value + " IS NULL"}
}

// number is a whole number of units since 1970; one that no time has becomes the
// farthest one, so that it is refused as such.
func number(n string, unit Unit) string {
	factor := or(units[unit], int64(1))
	most := math.MaxInt64/factor - 1
	return fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN make_timestamp_ns(greatest(least(%[1]s, %d), %d) * %d) END", n, most, -most, factor)
}

// stage builds the statement that makes rows of one kind what tsdb.Bulk takes.
type stage struct {
	columns map[string]source
	mapping *Mapping
	rules   []tsdb.BulkRule // of what could not be converted; the first are those of other statements
	wrongs  []string        // conditions of the last of the rules
}

// add returns the value, and notes the rule that its column must obey.
func (s *stage) add(c conversion, column, what string) string {
	if c.wrong != "" {
		s.rules = append(s.rules, tsdb.BulkRule{Condition: fmt.Sprintf("bad = %d", len(s.rules)), Reason: fmt.Sprintf("The column %q has a value that is not %s.", column, what)})
		s.wrongs = append(s.wrongs, c.wrong)
	}
	return c.value
}

var articles = map[tsdb.ValueType]string{tsdb.Double: "a DOUBLE", tsdb.Bigint: "a BIGINT", tsdb.Varchar: "a VARCHAR", tsdb.Boolean: "a BOOLEAN", tsdb.Timestamp: "a TIMESTAMP"}

// list is the SELECT list for records of one plan.
func (s *stage) list(r *RecordPlan) string {
	m := s.mapping
	out := []string{s.measure(r) + " AS measure"}
	for i, d := range m.Dimensions {
		out = append(out, fmt.Sprintf("CAST(%s AS VARCHAR) AS d%d", duckdb.Ident(d.Source), i))
	}
	out = append(out, s.add(convertTime(s.columns[m.Time], m.Unit, m.TimeFormat), m.Time, "a time")+` AS "time"`)
	version := fmt.Sprintf("%d::BIGINT", m.Version)
	if m.VersionColumn != "" {
		version = s.add(convert(s.columns[m.VersionColumn], tsdb.Bigint, ""), m.VersionColumn, "a version")
	}
	out = append(out, version+` AS "version"`)
	for i, v := range r.Values {
		out = append(out, fmt.Sprintf("%s AS v%d", s.add(convert(s.columns[v.Source], v.Type, m.Unit), v.Source, articles[v.Type]), i))
	}
	return strings.Join(append(out, s.bad()+" AS bad"), ", ")
}

// bad is the number of the first rule that a row meets.
func (s *stage) bad() string {
	if len(s.wrongs) == 0 {
		return "NULL::USMALLINT"
	}
	var cases strings.Builder
	for i, wrong := range s.wrongs {
		fmt.Fprintf(&cases, " WHEN %s THEN %d", wrong, len(s.rules)-len(s.wrongs)+i)
	}
	return "CAST(CASE" + cases.String() + " END AS USMALLINT)"
}

func (s *stage) measure(r *RecordPlan) string {
	if r.Measure != "" {
		return duckdb.Quote(r.Measure)
	}
	return "CAST(" + duckdb.Ident(s.mapping.MeasureColumn) + " AS VARCHAR)"
}
