package plan

import (
	"errors"
	"math"

	"tidemark/sql/types"
)

// Role says what a table column holds, and so its "Timestream attribute type" in DESCRIBE.
type Role uint8

// The roles, in the order in which SELECT * and DESCRIBE list them.
const (
	Dimension    Role = iota // DIMENSION
	MeasureName              // MEASURE_NAME
	Time                     // TIMESTAMP
	MeasureValue             // MEASURE_VALUE: measure_value::double and its kin
	Multi                    // MULTI: an attribute of multi-measure records
)

// Column is one column of a table, by its user's name.
type Column struct {
	Name string
	Type types.Type
	Role Role
}

// Table is what a query may read: its columns in SELECT * order. It is immutable.
type Table struct {
	Database, Name string
	Columns        []Column
}

// What a catalog answers when a name is unknown; the analyser turns them into
// Timestream's text with the position.
var (
	ErrDatabaseNotFound = errors.New("database not found")
	ErrTableNotFound    = errors.New("table not found")
)

// TimeRange is an inclusive range of timestamps in nanoseconds since 1970.
type TimeRange struct{ Min, Max int64 }

// AllTime is the range that excludes nothing.
var AllTime = TimeRange{math.MinInt64, math.MaxInt64}

// In is a filter that a scan may use to skip series: the column, a dimension or
// measure_name, has one of the values. The filter above the scan stays.
type In struct {
	Column int // index in Table.Columns
	Values []string
}

// Access is one scan of a table as the store must serve it: a relation with a
// column named c<i> for every i in Columns, at least the rows that pass Time and
// every In, and every row at most once.
type Access struct {
	Table   *Table
	Columns []int // indexes in Table.Columns, ascending, no duplicates
	Time    TimeRange
	In      []In
	Newest  bool        // of each series only the newest row up to Time.Max is needed; others may be left out
	Groups  *ScanGroups // not nil: partial results in place of rows
}

// MetaKind is a metadata statement.
type MetaKind uint8

// The metadata statements.
const (
	ShowDatabases MetaKind = iota
	ShowTables
	ShowMeasures
	Describe
)

// Meta is a SHOW or DESCRIBE statement. Like is nil without a LIKE clause; its
// wildcards are % and _, without an escape character. Database and Table are
// empty where the statement has none.
type Meta struct {
	Kind            MetaKind
	Database, Table string
	Like            *string
}
