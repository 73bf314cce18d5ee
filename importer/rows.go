package importer

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// rowBatch is rows by column. Their series are numbered, because most rows have the
// measure name and dimensions of an earlier one.
type rowBatch struct {
	path     string // of the chunk that they are from
	from     place  // where they begin there
	rows     int
	lines    []int64 // by row
	times    []int64
	versions []int64  // nil: all rows have that of the mapping
	numbers  []uint32 // of series

	series    []*rowSeries
	byText    map[string]*rowSeries
	textBytes int
	before    *rowSeries // of the row before
	dims      []string   // names of dimensions
	values    []*valueColumn
	tally     tally
}

// rowSeries is a measure name with dimensions.
type rowSeries struct {
	number  uint32
	text    string // as the file has it
	measure string
	tags    []rowTag
	reason  string // why its rows are refused
	rows    int

	next   *rowSeries     // what came after its last row
	fields []*valueColumn // what its last row had, as far as that is looked for
}

// rowTag is a dimension of a series.
type rowTag struct {
	dim   int
	value string
}

// Bounds of a batch.
const (
	maxCells      = 16 << 20 // rows times columns
	maxSeriesText = 64 << 20 // bytes
)

// newRowBatch expects a number of rows.
func newRowBatch(path string, from place, rows int) rowBatch {
	return rowBatch{
		path: path, from: from, byText: map[string]*rowSeries{}, before: &rowSeries{},
		lines: make([]int64, 0, rows), times: make([]int64, 0, rows), numbers: make([]uint32, 0, rows),
	}
}

func (b *rowBatch) full() bool {
	return b.rows*(len(b.values)+3) >= maxCells || b.textBytes >= maxSeriesText
}

// know gives a series the next number, and remembers it by its text.
func (b *rowBatch) know(s *rowSeries, text string) {
	s.number, s.text = uint32(len(b.series)), text
	b.series = append(b.series, s)
	b.byText[text] = s
	b.textBytes += 2*len(text) + 256
}

// end completes the next row.
func (b *rowBatch) end(s *rowSeries, t, number int64) {
	b.numbers, b.times, b.lines = append(b.numbers, s.number), append(b.times, t), append(b.lines, number)
	b.rows++
	s.rows++
	b.before.next, b.before = s, s
	b.tally.read++
}

// seriesTable is the temporary table with the series of an import's rows.
const seriesTable = "import_series"

// store puts the rows into tables of the engine, stores them and says what became of
// all that was read.
func (b *rowBatch) store(ctx context.Context, c *columnar) (tally, error) {
	if b.rows == 0 {
		return b.tally, nil
	}
	defer c.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rowsTable+"; DROP TABLE IF EXISTS "+seriesTable)
	if err := b.stage(ctx, c); err != nil {
		return b.tally, err
	}
	bulk := tsdb.Bulk{Source: rowsTable, Number: "rowid", Series: seriesTable, Dimensions: b.dims, Measures: b.measures()}
	t, err := c.storeRows(ctx, 0, bulk, b.sample)
	b.tally.merge(t)
	return b.tally, err
}

func (b *rowBatch) measures() (list []tsdb.BulkMeasure) {
	for _, c := range b.values {
		list = append(list, tsdb.BulkMeasure{Name: c.name, Type: c.kind})
	}
	return list
}

// stage makes the tables of rows and of series.
func (b *rowBatch) stage(ctx context.Context, c *columnar) error {
	text := `series UINTEGER, "time" TIMESTAMP_NS, "version" BIGINT`
	versions := b.versions
	if versions == nil {
		versions = slices.Repeat([]int64{c.mapping.Version}, b.rows)
	}
	data := []duckdb.Data{{Uint32s: b.numbers}, {Int64s: b.times}, {Int64s: versions}}
	for i, v := range b.values {
		text += fmt.Sprintf(", v%d %s", i, typeWords[v.kind])
		data = append(data, v.data(b.rows))
	}
	if err := c.fill(ctx, rowsTable, text, data, b.rows); err != nil {
		return err
	}
	return b.stageSeries(ctx, c)
}

func (b *rowBatch) stageSeries(ctx context.Context, c *columnar) error {
	text := "series UINTEGER, measure VARCHAR"
	numbers, measures := make([]uint32, len(b.series)), make([]string, len(b.series))
	columns := make([]duckdb.Data, len(b.dims))
	for i := range columns {
		text += fmt.Sprintf(", d%d VARCHAR", i)
		columns[i] = duckdb.Data{Texts: make([]string, len(b.series)), Valid: make(duckdb.Bitmap, (len(b.series)+63)/64)}
	}
	for i, s := range b.series {
		numbers[i], measures[i] = s.number, s.measure
		for _, t := range s.tags {
			columns[t.dim].Texts[i] = t.value
			columns[t.dim].Valid.Set(i)
		}
	}
	return c.fill(ctx, seriesTable, text, append([]duckdb.Data{{Uint32s: numbers}, {Texts: measures}}, columns...), len(b.series))
}

// fill makes a temporary table.
func (c *columnar) fill(ctx context.Context, table, columns string, data []duckdb.Data, rows int) error {
	if _, err := c.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+table+" ("+columns+")"); err != nil {
		return err
	}
	a, err := c.conn.Appender(ctx, table)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Append(data, rows); err != nil {
		return err
	}
	return a.Flush()
}

// sample quotes lines by the numbers of their rows.
func (b *rowBatch) sample(found []Refusal, rows [][]int64) error {
	wanted := map[int64]string{}
	for _, list := range rows {
		for _, n := range list {
			wanted[b.lines[n]] = ""
		}
	}
	if err := b.quote(wanted); err != nil {
		return err
	}
	for i, list := range rows {
		for _, n := range list {
			line := b.lines[n]
			found[i].Samples = append(found[i].Samples, Sample{line, wanted[line]})
		}
	}
	return nil
}

// quote reads lines by their numbers.
func (b *rowBatch) quote(wanted map[int64]string) error {
	file, err := os.Open(b.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(b.from.offset, io.SeekStart); err != nil {
		return err
	}
	r := newLineReader(file, b.from.line)
	for left := len(wanted); left > 0 && r.more(); {
		number := r.line
		line, err := r.next()
		if err != nil {
			return err
		}
		if _, ok := wanted[number]; ok {
			wanted[number] = quoted(line)
			left--
		}
	}
	return nil
}
