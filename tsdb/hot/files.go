package hot

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// File is a Parquet file of rows that moved out of the store, sorted by series and
// time. It never changes.
type File struct {
	Path                 string // absolute; the engine may read it
	Day                  int32  // days since 1970: the one that its rows lie in
	Rows, Bytes          int64
	MinTime, MaxTime     int64
	MinSeries, MaxSeries uint32
	Applied              uint64 // deletes up to this number are not in it any more
}

// Names of the columns of a file that are not the user's: no dimension and no measure
// may begin with ts_ (developer guide, "Quotas", naming constraints).
const (
	SeriesColumn  = "ts_series"
	TimeColumn    = "time"
	VersionColumn = "ts_version"
	MeasureColumn = "measure_name"
)

// selecting says which rows of files are wanted.
type selecting struct {
	from, to int64
	sel      selection
	key      fileKey // of files only
	beside   string  // of files only: one more path, see Store.beside
	stored   bool    // of files only: sid is an INTEGER, as it is stored; a cast takes a tenth of an hourly mean
}

// touches reports whether a file may have rows in the range of times.
func (f *File) touches(from, to int64) bool { return f.MaxTime >= from && f.MinTime <= to }

// covers reports whether a file may have the row of an identity.
func (f *File) covers(k key) bool {
	return k.time >= f.MinTime && k.time <= f.MaxTime && k.series >= f.MinSeries && k.series <= f.MaxSeries
}

// holds reports whether a file may have rows of the selected series.
func (f *File) holds(sel selection) bool {
	if !sel.listed {
		return true
	}
	for _, n := range sel.series {
		if n >= f.MinSeries && n <= f.MaxSeries {
			return true
		}
	}
	return false
}

// filesText selects sid, time, the version if it is wanted and value columns from
// files. The result has the columns of the same selection from a segment. Deletes that
// came after a file was written are applied.
func filesText(files []File, fields map[string]int, sc *schema, values []int, version bool, want selecting, deletes []deletion) string {
	var b strings.Builder
	for i, group := range grouped(files, deletes) {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		b.WriteString("SELECT " + want.series() + " AS sid, time")
		if version {
			b.WriteString(", version")
		}
		for _, v := range values {
			if _, ok := fields[sc.columns[v].Name]; ok {
				b.WriteString(", " + valueColumn(v))
			} else {
				fmt.Fprintf(&b, ", NULL::%s AS %s", sqlTypes[sc.columns[v].Type], valueColumn(v))
			}
		}
		b.WriteString(" FROM " + readText(group.files, fields, sc, values, want))
		if where := slices.Concat(want.key.conditions(), want.conditions("n"), group.conditions()); len(where) > 0 {
			b.WriteString(" WHERE " + strings.Join(where, " AND "))
		}
	}
	return b.String()
}

// series is the series' number in the text for files.
func (w selecting) series() string {
	if w.stored {
		return "n"
	}
	return "n::UINTEGER"
}

// everything selects all rows.
var everything = selecting{from: math.MinInt64, to: math.MaxInt64}

// conditions are the WHERE of a selection; sid is the name of the series' column.
func (w selecting) conditions(sid string) []string {
	where := timeRange(w.from, w.to)
	if w.sel.single() {
		where = append(where, sid+" = "+w.sel.text())
	} else if w.sel.listed {
		where = append(where, sid+" IN ("+w.sel.text()+")")
	}
	return where
}

// readText names the columns that are read by the numbers that they have in the
// files: a file that lacks one gives NULL for it, and no name of a user is in the text.
func readText(files []File, fields map[string]int, sc *schema, values []int, want selecting) string {
	paths := make([]string, len(files), len(files)+1)
	rows := int64(0)
	for i := range files {
		paths[i] = duckdb.Quote(files[i].Path)
		rows += files[i].Rows
	}
	if want.beside != "" {
		paths = append(paths, duckdb.Quote(want.beside))
	}
	columns := []string{
		fieldText(fields[SeriesColumn], "n", "INTEGER"),
		fieldText(fields[TimeColumn], "time", sqlTypes[Timestamp]),
		fieldText(fields[VersionColumn], "version", "BIGINT"),
	}
	if key := want.key.field; key != 0 {
		columns = append(columns, fieldText(key, "key", sqlTypes[Varchar]))
	}
	for _, v := range values {
		if id, ok := fields[sc.columns[v].Name]; ok {
			columns = append(columns, fieldText(id, valueColumn(v), sqlTypes[sc.columns[v].Type]))
		}
	}
	// Without the number of rows, which a schema keeps DuckDB from reading, joins build their
	// table of the rows instead of the few series.
	return fmt.Sprintf("read_parquet([%s], schema = MAP {%s}, explicit_cardinality = %d)", strings.Join(paths, ", "), strings.Join(columns, ", "), rows)
}

func fieldText(id int, name, typ string) string {
	return fmt.Sprintf("%d: {name: '%s', type: '%s', default_value: NULL}", id, name, typ)
}

// fileGroup is files to which the same deletes apply.
type fileGroup struct {
	files   []File
	deletes []deletion
}

func (g fileGroup) conditions() []string {
	where := make([]string, len(g.deletes))
	for i := range g.deletes {
		where[i] = "NOT (" + g.deletes[i].rows("n") + ")"
	}
	return where
}

// grouped splits files by the deletes that they still lack. Nearly always there is one group.
func grouped(files []File, deletes []deletion) []fileGroup {
	if len(deletes) == 0 {
		return []fileGroup{{files: files}}
	}
	var groups []fileGroup
	index := map[string]int{}
	for _, f := range files {
		var lacking []deletion
		var key strings.Builder
		for _, d := range deletes {
			if d.concerns(&f) {
				lacking = append(lacking, d)
				fmt.Fprintf(&key, "%d,", d.number)
			}
		}
		i, ok := index[key.String()]
		if !ok {
			i = len(groups)
			index[key.String()] = i
			groups = append(groups, fileGroup{deletes: lacking})
		}
		groups[i].files = append(groups[i].files, f)
	}
	return groups
}

// oneDay is the length of a day in nanoseconds.
const oneDay = 86_400_000_000_000

// dayOf returns the day of a time, in days since 1970.
func dayOf(ns int64) int32 {
	d := ns / oneDay
	if ns%oneDay < 0 {
		d--
	}
	return int32(d)
}

// timesOf returns the first and last time of a day; the first and last day of all are
// shorter than others.
func timesOf(day int32) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if day > dayOf(math.MinInt64) {
		from = int64(day) * oneDay
	}
	if day < dayOf(math.MaxInt64) {
		to = int64(day+1)*oneDay - 1
	}
	return from, to
}

// filesOf yields the files of the day of a time with their places in the table's list,
// which is sorted by day.
func (t *Table) filesOf(ns int64) iter.Seq2[int, *File] {
	return func(yield func(int, *File) bool) {
		day := dayOf(ns)
		i, _ := slices.BinarySearchFunc(t.mu.files, day, func(f File, day int32) int { return cmp.Compare(f.Day, day) })
		for ; i < len(t.mu.files) && t.mu.files[i].Day == day; i++ {
			if !yield(i, &t.mu.files[i]) {
				return
			}
		}
	}
}

// inFiles is the home of a series whose newest row is in a file: no segment's number.
const inFiles = 0
