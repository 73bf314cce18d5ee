package hot

import (
	"fmt"
	"strings"
)

// The layout inside the DuckDB file (docs/formats.md, "Hot store"). Numbers and
// ordinals are ours; names of users appear only as values.
//
//	hot_format   (version)                      one row
//	hot_tables   (id)                           the tables that have rows
//	hot_columns  (id, dimension, ordinal, name, type)
//	hot_measures (id, ordinal, name, type)
//	hot_segments (id, seq, opened, overlay)     segments and overlays
//	hot_deletes  (id, number, since, until, whole)  deletes that files still have to obey
//	hot_deleted  (id, number, sid)                  their series
//	t<id>_d      (sid, measure, d0, d1, …)      the dictionary of series
//	t<id>_s<seq> (sid, time, version, v0, v1, …) a segment or overlay
//	t<id>_n      (sid, time, version, v0, v1, …) the newest rows of series whose newest row is in a file
const formatVersion = 2

var layout = []string{
	`CREATE TABLE IF NOT EXISTS hot_format (version INTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_tables (id UINTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_columns (id UINTEGER NOT NULL, dimension BOOLEAN NOT NULL, ordinal INTEGER NOT NULL, name VARCHAR NOT NULL, type INTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_measures (id UINTEGER NOT NULL, ordinal INTEGER NOT NULL, name VARCHAR NOT NULL, type INTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_deletes (id UINTEGER NOT NULL, number BIGINT NOT NULL, since BIGINT NOT NULL, until BIGINT NOT NULL, whole BOOLEAN NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_deleted (id UINTEGER NOT NULL, number BIGINT NOT NULL, sid UINTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS hot_segments (id UINTEGER NOT NULL, seq UINTEGER NOT NULL, opened BIGINT NOT NULL, overlay BOOLEAN)`,
}

// upgrades turn a file of one format into one of the next.
var upgrades = map[int]string{
	1: `BEGIN TRANSACTION; ALTER TABLE hot_segments ADD COLUMN overlay BOOLEAN DEFAULT false; UPDATE hot_format SET version = 2; COMMIT`,
}

// catalogTables are those of the layout that have rows by table.
var catalogTables = []string{"hot_tables", "hot_columns", "hot_measures", "hot_segments", "hot_deletes", "hot_deleted"}

func dictionaryName(id uint32) string    { return fmt.Sprintf("t%d_d", id) }
func newestName(id uint32) string        { return fmt.Sprintf("t%d_n", id) }
func segmentName(id, seq uint32) string  { return fmt.Sprintf("t%d_s%d", id, seq) }
func bulkName(id uint32, n int) string   { return fmt.Sprintf("t%d_b%d", id, n) }
func dimensionColumn(ordinal int) string { return fmt.Sprintf("d%d", ordinal) }
func valueColumn(ordinal int) string     { return fmt.Sprintf("v%d", ordinal) }

// createDictionary is the statement for a dictionary with the first n dimensions.
func createDictionary(id uint32, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (sid UINTEGER NOT NULL, measure VARCHAR NOT NULL", dictionaryName(id))
	for i := range n {
		fmt.Fprintf(&b, ", %s VARCHAR", dimensionColumn(i))
	}
	return b.String() + ")"
}

// createSegment is the statement for a segment with the given value columns.
func createSegment(name string, columns []Column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (sid UINTEGER NOT NULL, time TIMESTAMP_NS NOT NULL, version BIGINT NOT NULL", name)
	for i, c := range columns {
		fmt.Fprintf(&b, ", %s %s", valueColumn(i), sqlTypes[c.Type])
	}
	return b.String() + ")"
}

// fixedColumns come before the values in a segment, and fixedEntries before the
// dimensions in a dictionary.
const (
	fixedColumns = 3
	fixedEntries = 2
)
