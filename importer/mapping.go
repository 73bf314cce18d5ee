package importer

import (
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/tsdb"
	"tidemark/tsdb/hot"
)

// Mapping is a plan of which nothing is open any more.
type Mapping struct {
	Time          string // the column
	Unit          Unit   // empty: texts, or times of their own
	TimeFormat    string
	Dimensions    []ColumnName
	MeasureColumn string
	VersionColumn string
	Version       int64
	Records       []RecordPlan // with types
	Unused        []string     // columns
}

// source is a column of the file.
type source struct {
	name string
	typ  string // in DuckDB's words: BIGINT, VARCHAR, TIMESTAMP …
}

// valueTypes relate DuckDB's words for columns of a file to the types of values.
var valueTypes = map[string]tsdb.ValueType{
	"BOOLEAN": tsdb.Boolean,
	"TINYINT": tsdb.Bigint, "SMALLINT": tsdb.Bigint, "INTEGER": tsdb.Bigint, "BIGINT": tsdb.Bigint,
	"UTINYINT": tsdb.Bigint, "USMALLINT": tsdb.Bigint, "UINTEGER": tsdb.Bigint, "UBIGINT": tsdb.Bigint, "HUGEINT": tsdb.Double, "UHUGEINT": tsdb.Double,
	"FLOAT": tsdb.Double, "DOUBLE": tsdb.Double,
	"DATE": tsdb.Timestamp, "TIMESTAMP": tsdb.Timestamp, "TIMESTAMP_S": tsdb.Timestamp, "TIMESTAMP_MS": tsdb.Timestamp, "TIMESTAMP_NS": tsdb.Timestamp,
	"TIMESTAMP WITH TIME ZONE": tsdb.Timestamp,
	"VARCHAR":                  tsdb.Varchar, "ENUM": tsdb.Varchar, "UUID": tsdb.Varchar, "TIME": tsdb.Varchar,
}

func typeOf(word string) (tsdb.ValueType, bool) {
	if strings.HasPrefix(word, "DECIMAL(") {
		return tsdb.Double, true
	}
	if strings.HasPrefix(word, "ENUM(") {
		return tsdb.Varchar, true
	}
	t, ok := valueTypes[word]
	return t, ok
}

// resolve fills in what a plan leaves open: measures are what is neither time, version,
// measure name nor dimension; where only measures are named, dimensions are the rest;
// where neither is, texts are dimensions. A column that the table has keeps its type.
func (p *Plan) resolve(columns []source, table string, known hot.Schema) (*Mapping, error) {
	m := &Mapping{
		Time: or(p.Time, "time"), Unit: p.Unit, TimeFormat: p.TimeFormat, MeasureColumn: p.MeasureColumn,
		VersionColumn: p.VersionColumn, Version: or(p.Version, 1), Dimensions: slices.Clone(p.Dimensions), Records: slices.Clone(p.Records),
	}
	byName := map[string]string{}
	for _, c := range columns {
		byName[c.name] = c.typ
	}
	for _, name := range p.names() {
		if _, ok := byName[name]; !ok {
			return nil, fault.New(fault.Invalid, "The file has no column %q. It has %s.", name, columnList(columns))
		}
	}
	measures := slices.Clone(p.Measures)
	if len(p.Records) == 0 {
		measures = p.rest(m, columns, known)
		m.Records = p.records(measures, table)
	}
	if len(m.Records) == 0 {
		return nil, fault.New(fault.Invalid, "No column is a measure. The file has %s.", columnList(columns))
	}
	for i := range m.Dimensions {
		m.Dimensions[i].Name = or(m.Dimensions[i].Name, m.Dimensions[i].Source)
	}
	for i := range m.Records {
		if err := m.Records[i].resolve(byName, known); err != nil {
			return nil, err
		}
	}
	m.findUnused(columns)
	return m, nil
}

// names are the columns that the plan speaks of.
func (p *Plan) names() []string {
	list := []string{or(p.Time, "time")}
	for _, name := range []string{p.MeasureColumn, p.VersionColumn} {
		if name != "" {
			list = append(list, name)
		}
	}
	for _, c := range p.Dimensions {
		list = append(list, c.Source)
	}
	for _, c := range p.Measures {
		list = append(list, c.Source)
	}
	for _, r := range p.Records {
		for _, c := range r.Values {
			list = append(list, c.Source)
		}
	}
	return list
}

func columnList(columns []source) string {
	const most = 40
	names := make([]string, 0, most+1)
	for _, c := range columns {
		if names = append(names, c.name); len(names) == most {
			names = append(names, "…")
			break
		}
	}
	return strings.Join(names, ", ")
}

// rest divides the columns that the plan does not name.
func (p *Plan) rest(m *Mapping, columns []source, known hot.Schema) []ValueColumn {
	measures := slices.Clone(p.Measures)
	for _, c := range columns {
		if p.used(c.name) || p.isDimension(c.name) || p.isMeasure(c.name) {
			continue
		}
		switch t, _ := typeOf(c.typ); {
		case len(p.Dimensions) > 0 && len(p.Measures) > 0:
		case len(p.Dimensions) > 0:
			measures = append(measures, ValueColumn{Source: c.name})
		case len(p.Measures) > 0, slices.Contains(known.Dimensions, c.name), t == tsdb.Varchar && !has(known, c.name):
			m.Dimensions = append(m.Dimensions, ColumnName{Source: c.name})
		default:
			measures = append(measures, ValueColumn{Source: c.name})
		}
	}
	return measures
}

func has(known hot.Schema, column string) bool {
	return slices.ContainsFunc(known.Columns, func(c hot.Column) bool { return c.Name == column })
}

// records are one multi-measure record, or a record for each measure.
func (p *Plan) records(measures []ValueColumn, table string) (list []RecordPlan) {
	if len(measures) == 0 {
		return nil
	}
	if !p.Single {
		r := RecordPlan{Multi: true, Values: measures}
		if p.MeasureColumn == "" {
			r.Measure = or(p.MeasureName, table)
		}
		return []RecordPlan{r}
	}
	for _, v := range measures {
		list = append(list, RecordPlan{Measure: or(v.Name, v.Source), Values: []ValueColumn{v}})
	}
	return list
}

// resolve gives values their names and types.
func (r *RecordPlan) resolve(columns map[string]string, known hot.Schema) error {
	r.Values = slices.Clone(r.Values)
	for i := range r.Values {
		v := &r.Values[i]
		v.Name = or(v.Name, v.Source)
		if v.Type != 0 {
			continue
		}
		at := slices.IndexFunc(known.Columns, func(c hot.Column) bool { return c.Name == v.Name })
		if at >= 0 && r.Multi {
			v.Type = tsdb.ValueType(known.Columns[at].Type)
			continue
		}
		t, ok := typeOf(columns[v.Source])
		if !ok {
			return fault.New(fault.Invalid, "The column %q is of type %s, which no measure has.", v.Source, columns[v.Source])
		}
		v.Type = t
	}
	if !r.Multi && r.Values[0].Type == tsdb.Timestamp {
		return fault.New(fault.Invalid, "The column %q has times, which only multi-measure records can have.", r.Values[0].Source)
	}
	return nil
}

func (m *Mapping) findUnused(columns []source) {
	used := map[string]bool{m.Time: true, m.MeasureColumn: true, m.VersionColumn: true}
	for _, d := range m.Dimensions {
		used[d.Source] = true
	}
	for _, r := range m.Records {
		for _, v := range r.Values {
			used[v.Source] = true
		}
	}
	for _, c := range columns {
		if !used[c.name] {
			m.Unused = append(m.Unused, c.name)
		}
	}
}
