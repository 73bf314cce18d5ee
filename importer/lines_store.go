package importer

import (
	"context"
	"fmt"
	"io"
	"os"

	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// seriesTable is the temporary table with the series of an import's rows.
const seriesTable = "import_series"

// store puts the rows into tables of the engine, and stores them.
func (b *lineBatch) store(ctx context.Context) error {
	defer b.file.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rowsTable+"; DROP TABLE IF EXISTS "+seriesTable)
	b.prune()
	b.describe()
	if b.rows > 0 {
		if err := b.stage(ctx); err != nil {
			return err
		}
		bulk := tsdb.Bulk{Source: rowsTable, Number: "rowid", Series: seriesTable, Dimensions: b.file.dimensions(), Measures: b.measures()}
		t, err := b.file.storeRows(ctx, 0, bulk, b.sample)
		if err != nil {
			return err
		}
		b.tally.merge(t)
	}
	b.file.job.note(b.tally, b.file.mapping)
	return nil
}

// describe notes the columns as a mapping.
func (b *lineBatch) describe() {
	m := *b.file.mapping
	m.MeasureColumn, m.Dimensions = "the measurement", nil
	for _, name := range b.dims {
		m.Dimensions = append(m.Dimensions, ColumnName{name, name})
	}
	r := RecordPlan{Multi: true}
	for _, c := range b.values {
		r.Values = append(r.Values, ValueColumn{c.name, c.name, c.kind})
	}
	m.Records = []RecordPlan{r}
	b.file.mapping = &m
}

func (b *lineBatch) measures() (list []tsdb.BulkMeasure) {
	for _, c := range b.values {
		list = append(list, tsdb.BulkMeasure{Name: c.name, Type: c.kind})
	}
	return list
}

// stage makes the tables of rows and of series.
func (b *lineBatch) stage(ctx context.Context) error {
	text := `series UINTEGER, "time" TIMESTAMP_NS, "version" BIGINT`
	versions := make([]int64, b.rows)
	for i := range versions {
		versions[i] = b.file.mapping.Version
	}
	data := []duckdb.Data{{Uint32s: b.numbers}, {Int64s: b.times}, {Int64s: versions}}
	for i, c := range b.values {
		text += fmt.Sprintf(", v%d %s", i, typeWords[c.kind])
		data = append(data, c.data(b.rows))
	}
	if err := b.file.fill(ctx, rowsTable, text, data, b.rows); err != nil {
		return err
	}
	return b.stageSeries(ctx)
}

func (b *lineBatch) stageSeries(ctx context.Context) error {
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
	return b.file.fill(ctx, seriesTable, text, append([]duckdb.Data{{Uint32s: numbers}, {Texts: measures}}, columns...), len(b.series))
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
func (b *lineBatch) sample(found []Refusal, rows [][]int64) error {
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
func (b *lineBatch) quote(wanted map[int64]string) error {
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
