package cold

import "time"

// Key names a table. The ID is never used again; a table that is created anew under the
// same name has another.
type Key struct {
	Database, Table string
	ID              uint32
}

// Type is the type of a column.
type Type uint8

// The types of columns, with those of Iceberg and Parquet.
const (
	Text      Type = iota + 1 // string: BYTE_ARRAY, UTF8
	Double                    // double
	Bigint                    // long: INT64
	Boolean                   // boolean
	Timestamp                 // timestamp_ns: INT64, nanoseconds without zone
	Int                       // int: INT32
)

// Field is a column to be. Names differ in case, too: "Temp" and "temp" are two columns.
type Field struct {
	Name string
	Type Type
}

// The columns that every table has beside the user's, whose names cannot begin with "ts_".
const (
	SeriesColumn  = "ts_series"  // Int, the number of the series
	VersionColumn = "ts_version" // Bigint
	MeasureColumn = "measure_name"
	TimeColumn    = "time" // Timestamp; the partitions are its days
)

// File is a Parquet file of a table. All its rows are of one UTC day.
type File struct {
	// Path is absolute and local, also when the table is in a bucket: the file is there
	// between Store.Fetch and its release.
	Path string

	Day                  int32 // since 1970-01-01
	Rows, Bytes          int64
	MinTime, MaxTime     int64 // nanoseconds since 1970-01-01, both included
	MinSeries, MaxSeries uint32

	// Applied is the number of the last delete that the file's rows have undergone. It
	// is in the file's name.
	Applied uint64
}

// State is what a table holds. Nobody changes it: what a method of Table changes is in
// the next one.
type State struct {
	Exists   bool           // false before the first Define
	Files    []File         // sorted by day, then by path
	Fields   map[string]int // field ids by name; nil before the first Define
	Columns  []Column       // in the order of their ids
	Flushed  uint32         // of the last Change that gave one
	Time     time.Time      // of the last Change that gave one, in milliseconds
	Snapshot int64          // Iceberg's id of the current snapshot; 0 when there is none
	Version  int            // N of the current v<N>.metadata.json
	Updated  time.Time      // of that file
}

// Column is a column of a table.
type Column struct {
	Field
	ID int
}

// Change is what one commit does.
type Change struct {
	Add    []File   // written, whole, under paths from NewPath
	Remove []string // paths of current files

	// Flushed is the number of the last segment whose rows the table holds, kept as
	// the property tidemark.flushed of the snapshot. 0 leaves it as it is.
	Flushed uint32

	// Time is the time by which the retention of rows goes, kept as the property
	// tidemark.time. Zero leaves it as it is.
	Time time.Time
}
