package tier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// Row groups are the unit that readers skip by its bounds, and that is held in memory
// while it is written.
const (
	groupRows   = 122880
	groupValues = 4 << 20 // in rows of many columns groups are of fewer rows
	leastGroup  = 8192
	blockOfRows = 2048 // DuckDB's vectors
)

// groupOf is the number of rows of a group for rows of a breadth.
func groupOf(values int) int {
	return min(max(groupValues/max(values, 1)/blockOfRows*blockOfRows, leastGroup), groupRows)
}

// encoding is how DuckDB writes a file. Version 2 of the pages gives delta encoding to
// integers, times and texts and stream splits to floats, but only where dictionaries are
// forbidden, and it forbids them in all columns or none; see dense.go. Bloom filters
// would be of columns that the bounds of row groups tell all about.
func encoding(values int, dictionaries bool) string {
	group := groupOf(values)
	level, limit := 6, 1
	if dictionaries {
		level, limit = 3, group/denseValues // their indexes hardly compress
	}
	return fmt.Sprintf("FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL %d, DICTIONARY_SIZE_LIMIT %d, ROW_GROUP_SIZE %d, WRITE_BLOOM_FILTER false",
		level, limit, group)
}

// writer writes the files of one piece of moving work. It has a connection of its own,
// because a statement of minutes must not hold up another.
type writer struct {
	mover   *Mover
	table   *table
	moving  *hot.Moving
	conn    *duckdb.Conn
	columns []column
	ids     map[string]int // field ids by name
	numbers string         // the same for DuckDB
	ranked  bool           // series have another order than by number: the temporary table orders
	breadth int            // of a row
	series  int64          // of the dictionary
	late    bool           // the rows in work get their texts after they are sorted
	limit   int64          // rows of a file
	written []string       // paths

	dictionaries bool // the file in work is first written with them
}

// orders is a temporary table of the connection: the place of each series in the files.
const orders = "tier_order"

func (m *Mover) newWriter(ctx context.Context, t *table, moving *hot.Moving) (w *writer, err error) {
	w = &writer{mover: m, table: t, moving: moving, columns: columnsOf(moving.Schema())}
	if w.ids, err = t.cold.Define(ctx, fieldsOf(w.columns), w.sortedBy()...); err != nil {
		return nil, fmt.Errorf("define columns: %w", err)
	}
	if w.numbers, err = numbers(w.columns, w.ids); err != nil {
		return nil, err
	}
	if w.conn, err = m.opts.Engine.Connect(ctx); err != nil {
		return nil, err
	}
	if err := w.prepare(ctx); err != nil {
		return nil, errors.Join(err, w.conn.Close())
	}
	return w, nil
}

// prepare finds out how broad the rows are, and orders the series.
func (w *writer) prepare(ctx context.Context) (err error) {
	if w.breadth, err = w.mover.measure(ctx, w.conn, w.table, w.moving); err != nil {
		return fmt.Errorf("width of rows: %w", err)
	}
	w.limit = w.mover.rows(w.breadth)
	found, err := w.collect(ctx, "SELECT count(*) FROM "+w.moving.Dictionary())
	if err != nil {
		return fmt.Errorf("number of series: %w", err)
	}
	w.series = found[0][0].(int64)
	if err := w.rank(ctx); err != nil {
		return fmt.Errorf("order of series: %w", err)
	}
	return nil
}

// key returns the column whose values keep series together, the dimension of the
// partition key if the table has one, else the measure name; and its column in the
// dictionary. No series may have the dimension yet: then both are empty.
func (w *writer) key() (name, column string) {
	name = w.table.definition().PartitionKey
	if name == "" {
		return cold.MeasureColumn, "measure"
	}
	if i := slices.Index(w.moving.Schema().Dimensions, name); i >= 0 {
		return name, fmt.Sprintf("d%d", i)
	}
	return "", ""
}

// sortedBy names the columns by which a file's rows are sorted.
func (w *writer) sortedBy() []string {
	order := []string{cold.SeriesColumn, cold.TimeColumn}
	if name, _ := w.key(); name != "" {
		order = slices.Insert(order, 0, name)
	}
	return order
}

// rank puts the series in order of the key, then of their numbers. When all have the
// same key, the numbers alone will do.
func (w *writer) rank(ctx context.Context) error {
	_, key := w.key()
	if key == "" {
		return nil
	}
	from := " FROM " + w.moving.Dictionary()
	found, err := w.collect(ctx, "SELECT min("+key+") IS NOT DISTINCT FROM max("+key+") AND count("+key+") IN (0, count(*))"+from)
	if err != nil || found[0][0].(bool) {
		return err
	}
	w.ranked = true
	_, err = w.conn.Exec(ctx, "CREATE TEMPORARY TABLE "+orders+" AS SELECT sid, (row_number() OVER (ORDER BY "+key+" NULLS FIRST, sid))::UINTEGER AS place"+from)
	return err
}

func (w *writer) collect(ctx context.Context, text string) ([][]any, error) {
	rows, err := w.conn.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return rows.All(ctx)
}

func (w *writer) close() error { return w.conn.Close() }

// day writes rows of a day, at most about so many, and those of its files that are to go.
func (w *writer) day(ctx context.Context, day int32, rows int64, old []hot.File) ([]hot.File, error) {
	if err := w.room(rows, old); err != nil {
		return nil, err
	}
	rows += rowsOf(old)
	w.late = w.joinsLate(rows)
	release, err := w.mover.opts.Cold.Fetch(ctx, coldFiles(old))
	if err != nil {
		return nil, fmt.Errorf("fetch files: %w", err)
	}
	defer release()
	source := w.moving.Rows(day, old)
	ranges, err := w.split(ctx, source, rows)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	var files []hot.File
	for _, r := range ranges {
		f, err := w.file(ctx, day, source, r)
		if err != nil {
			return nil, err
		}
		if f.Rows > 0 {
			files = append(files, f)
		}
		w.mover.at(StepWritten)
	}
	return files, nil
}

// span is series by their places in the files, both included.
type span struct{ from, to int64 }

// everything is the span of all series.
var everything = span{0, math.MaxUint32}

func (s span) condition(place string) string {
	if s == everything {
		return ""
	}
	return fmt.Sprintf(" WHERE %s BETWEEN %d AND %d", place, s.from, s.to)
}

// place is the expression for the place of a row's series, and the join that it needs.
func (w *writer) place() (expression, join string) {
	if w.ranked {
		return "o.place", " JOIN " + orders + " o ON o.sid = s.sid"
	}
	return "s.sid", ""
}

// split divides rows that are too many for a file between series.
func (w *writer) split(ctx context.Context, source string, rows int64) ([]span, error) {
	if rows <= w.limit {
		return []span{everything}, nil
	}
	place, join := w.place()
	found, err := w.collect(ctx, fmt.Sprintf(`WITH counts AS MATERIALIZED (SELECT %s::BIGINT AS place, count(*) AS n FROM %s s%s GROUP BY 1),
		sizes AS (SELECT greatest(ceil(sum(n) / ceil(sum(n) / %d)), 1)::BIGINT AS size FROM counts)
		SELECT min(place), max(place) FROM (SELECT place, ((sum(n) OVER (ORDER BY place))::BIGINT - 1) // (SELECT size FROM sizes) AS piece FROM counts)
		GROUP BY piece ORDER BY 1`, place, source, join, w.limit))
	spans := make([]span, len(found))
	for i, row := range found {
		spans[i] = span{row[0].(int64), row[1].(int64)}
	}
	if len(spans) == 1 {
		spans[0] = everything
	}
	return spans, err
}

// file writes one file. What an error leaves of it, giveUp removes.
func (w *writer) file(ctx context.Context, day int32, source string, r span) (hot.File, error) {
	f := hot.File{Day: day, Applied: w.moving.Applied()}
	var err error
	if f.Path, err = w.table.cold.NewPath(day, f.Applied); err != nil {
		return f, err
	}
	w.written, w.dictionaries = append(w.written, f.Path), w.table.prefersDictionaries()
	if err := w.arrange(ctx, f.Path, source, r); err != nil {
		return f, fmt.Errorf("write %s: %w", f.Path, err)
	}
	if err := w.dense(ctx, &f); err != nil {
		return f, err
	}
	if err := w.inspect(ctx, &f); err != nil {
		return f, fmt.Errorf("read back %s: %w", f.Path, err)
	}
	if f.Rows == 0 {
		return f, nil
	}
	return f, w.seal(&f)
}

// seal gives the file that was written last its name, which has a checksum of it.
func (w *writer) seal(f *hot.File) error {
	sealed, err := w.table.cold.Seal(f.Path)
	if err != nil {
		return err
	}
	w.written[len(w.written)-1], f.Path = sealed, sealed
	return nil
}

// inspect reads what was written: that it can be read, how much it is, and its bounds.
func (w *writer) inspect(ctx context.Context, f *hot.File) error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return err
	}
	found, err := w.collect(ctx, fmt.Sprintf("SELECT count(*), min(epoch_ns(%s)), max(epoch_ns(%[1]s)), min(%s), max(%[2]s) FROM read_parquet(%s)",
		hot.TimeColumn, hot.SeriesColumn, duckdb.Quote(f.Path)))
	if err != nil {
		return err
	}
	row := found[0]
	f.Bytes, f.Rows = info.Size(), row[0].(int64)
	if f.Rows == 0 {
		return w.discard(f.Path) // all of it was deleted
	}
	f.MinTime, f.MaxTime = row[1].(int64), row[2].(int64)
	f.MinSeries, f.MaxSeries = uint32(row[3].(int32)), uint32(row[4].(int32))
	return nil
}

// discard gives up files that will not be committed. What it cannot remove is removed
// at the next start.
func (w *writer) discard(paths ...string) error {
	w.written = slices.DeleteFunc(w.written, func(p string) bool { return slices.Contains(paths, p) })
	return w.table.cold.Discard(paths...)
}

// giveUp discards everything that was written.
func (w *writer) giveUp() {
	if err := w.discard(slices.Clone(w.written)...); err != nil {
		w.mover.opts.Logger.Warn("file is left behind", "component", "tier", "table", w.table.id(), "err", err)
	}
}

// valueBytes is more than a value needs in a file, nearly always.
const valueBytes = 8

// room refuses to write new rows and those of old files while the disk may not have room
// for them: DuckDB shuts a database whose log it cannot write, and a flush must not bring
// that about.
func (w *writer) room(rows int64, old []hot.File) error {
	free, err := w.mover.opts.Free()
	if err != nil {
		return fmt.Errorf("free space of the disk: %w", err)
	}
	want := w.mover.opts.FreeBytes + uint64(rows)*uint64(w.breadth)*valueBytes
	for _, f := range old {
		want += 2 * uint64(f.Bytes)
	}
	if free < want {
		return fault.New(fault.Unavailable, "The disk has %d bytes left; to write %d rows into files, %d are wanted.", free, rows+rowsOf(old), want)
	}
	return nil
}

// byDay groups files, which are sorted by day.
func byDay(files []hot.File) map[int32][]hot.File {
	days := map[int32][]hot.File{}
	for len(files) > 0 {
		n, _ := slices.BinarySearchFunc(files, files[0].Day, func(f hot.File, day int32) int {
			if f.Day <= day {
				return -1
			}
			return cmp.Compare(f.Day, day)
		})
		days[files[0].Day], files = files[:n:n], files[n:]
	}
	return days
}

// paths lists the paths of files.
func paths(files []hot.File) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Path
	}
	return list
}
