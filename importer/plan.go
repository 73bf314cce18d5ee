package importer

import (
	"math"
	"slices"
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/tsdb"
)

// Spec says what is imported, from what, and how.
type Spec struct {
	Table  tsdb.TableRef
	Format Format
	CSV    Dialect
	Plan   Plan
	Dry    bool // find the mapping and show the first records, and store nothing
}

// Dialect is how a CSV file is written. The first line names the columns.
type Dialect struct {
	Delimiter string // one byte; a comma when empty
	Quote     string // one byte; a quotation mark when empty
	Null      string // a value that stands for none, beside the empty one
}

func (d Dialect) quote() byte     { return or(d.Quote, `"`)[0] }
func (d Dialect) delimiter() byte { return or(d.Delimiter, ",")[0] }

// Plan says what the columns of a file are. What it leaves open follows from the
// columns' types: see Mapping. Line protocol needs only the unit.
type Plan struct {
	Time          string // the column; "time" when empty
	Unit          Unit   // of whole numbers in it; guessed from the first when empty
	TimeFormat    string // of texts in it, as in C's strptime with %n for nanoseconds; ISO 8601 when empty
	Dimensions    []ColumnName
	Measures      []ValueColumn // in multi-measure records, or one in each
	MeasureName   string        // of multi-measure records; the table's name when empty
	MeasureColumn string        // that has the measure name instead
	Single        bool          // single-measure records, named after the columns
	VersionColumn string
	Version       int64        // of all records; 1 when 0
	Records       []RecordPlan // of an explicit model, instead of Measures, MeasureName and Single
}

// ColumnName is a column of the file and what it is called in the table.
type ColumnName struct{ Source, Name string }

// ValueColumn is a column of values. A Type of 0 is that of the table or else of the file.
type ValueColumn struct {
	Source, Name string
	Type         tsdb.ValueType
}

// RecordPlan is one record that is made of each row.
type RecordPlan struct {
	When    string // value of MeasureColumn that a row must have; any when empty
	Measure string // measure name; that of MeasureColumn when empty
	Multi   bool
	Values  []ValueColumn // exactly one unless Multi
}

// Unit is a unit of times that are numbers.
type Unit string

// The units, by the names of the API (TimeUnit).
const (
	Seconds      Unit = "SECONDS"
	Milliseconds Unit = "MILLISECONDS"
	Microseconds Unit = "MICROSECONDS"
	Nanoseconds  Unit = "NANOSECONDS"
)

var units = map[Unit]int64{
	Seconds: int64(time.Second), Milliseconds: int64(time.Millisecond), Microseconds: int64(time.Microsecond), Nanoseconds: 1,
}

// instant is a number of units since 1970 in nanoseconds; one that no time can be is the
// farthest.
func (u Unit) instant(n int64) int64 {
	factor := units[u]
	most := math.MaxInt64/factor - 1
	return max(min(n, most), -most) * factor
}

// guessUnit takes a time to lie between 1973 and 5138 in seconds, and so on by thousands.
func guessUnit(t int64) Unit {
	switch t = max(t, -t); {
	case t < 1e11:
		return Seconds
	case t < 1e14:
		return Milliseconds
	case t < 1e17:
		return Microseconds
	default:
		return Nanoseconds
	}
}

func (s *Spec) check() error {
	if _, ok := formats[s.Format]; !ok {
		return fault.New(fault.Invalid, "The format is csv, parquet or lp, not %q.", string(s.Format))
	}
	for what, text := range map[string]string{"delimiter": s.CSV.Delimiter, "quote": s.CSV.Quote} {
		if len(text) > 1 || strings.ContainsAny(text, "\r\n\x00") || text >= "\x80" {
			return fault.New(fault.Invalid, "The %s of CSV is one ASCII character, not %q.", what, text)
		}
	}
	if s.CSV.quote() == s.CSV.delimiter() {
		return fault.New(fault.Invalid, "The delimiter and the quote of CSV must differ.")
	}
	if s.Format == Lines {
		if err := s.Plan.checkLines(); err != nil {
			return err
		}
	}
	return s.Plan.check()
}

func (p *Plan) check() error {
	_, unit := units[p.Unit]
	switch {
	case p.Unit != "" && !unit:
		return fault.New(fault.Invalid, "The unit of times is SECONDS, MILLISECONDS, MICROSECONDS or NANOSECONDS, not %q.", string(p.Unit))
	case p.Unit != "" && p.TimeFormat != "":
		return fault.New(fault.Invalid, "Times have a unit or a format, not both.")
	case p.MeasureName != "" && p.MeasureColumn != "":
		return fault.New(fault.Invalid, "The measure name is given or in a column, not both.")
	case p.Single && (p.MeasureName != "" || p.MeasureColumn != ""):
		return fault.New(fault.Invalid, "Single-measure records are named after their columns.")
	case p.Version != 0 && p.VersionColumn != "":
		return fault.New(fault.Invalid, "The version is given or in a column, not both.")
	case p.Version < 0:
		return fault.New(fault.Invalid, "The version must be 1 or more.")
	case len(p.Records) > 0 && (len(p.Measures) > 0 || p.Single || p.MeasureName != ""):
		return fault.New(fault.Invalid, "A model of records excludes other names of measures.")
	}
	return nil
}

// used are the columns of the file that the plan names for something else than measures
// or dimensions.
func (p *Plan) used(name string) bool {
	return name == or(p.Time, "time") || name == p.MeasureColumn && name != "" || name == p.VersionColumn && name != ""
}

func (p *Plan) isDimension(name string) bool {
	return slices.ContainsFunc(p.Dimensions, func(c ColumnName) bool { return c.Source == name })
}

func (p *Plan) isMeasure(name string) bool {
	return slices.ContainsFunc(p.Measures, func(c ValueColumn) bool { return c.Source == name })
}
