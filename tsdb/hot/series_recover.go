package hot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"tidemark/internal/duckdb"
)

// errOutOfOrder is a dictionary whose entries do not come in the order of their numbers.
var errOutOfOrder = errors.New("the series are not in order")

// recoverSeries reads the dictionary. Its entries were appended in order and come so;
// sorting millions of them would take DuckDB longer than all else.
func (t *Table) recoverSeries(ctx context.Context, conn *duckdb.Conn) error {
	err := t.readSeries(ctx, conn, "")
	if errors.Is(err, errOutOfOrder) {
		t.mu.series.reset()
		err = t.readSeries(ctx, conn, " ORDER BY sid")
	}
	return err
}

func (t *Table) readSeries(ctx context.Context, conn *duckdb.Conn, order string) error {
	var text strings.Builder
	text.WriteString("SELECT sid, measure")
	for i := range t.mu.schema.dims {
		text.WriteString(", " + dimensionColumn(i))
	}
	rows, err := conn.Query(ctx, text.String()+" FROM "+dictionaryName(t.id)+order)
	if err != nil {
		return err
	}
	defer rows.Close()
	reader := newSeriesReader(&t.mu.series, t.mu.schema)
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		if err := reader.read(chunk); err != nil {
			return err
		}
	}
}

// seriesReader adds the entries of a dictionary to a table of series, column by column.
type seriesReader struct {
	st      *seriesTable
	byName  []int    // the ordinals of the dimensions in the order of their names
	names   []uint64 // the hashes of their names, in that order
	measure seriesColumn
	columns []seriesColumn // in that order
	set, id []byte         // of the entry in work
}

// seriesColumn is a column of a chunk: the numbers of its values and their hashes.
type seriesColumn struct {
	numbers []uint32
	hashes  []uint64
}

func newSeriesReader(st *seriesTable, sc *schema) *seriesReader {
	st.learn(sc)
	r := &seriesReader{st: st, byName: sc.dimsByName(), columns: make([]seriesColumn, len(sc.dims))}
	for _, ordinal := range r.byName {
		r.names = append(r.names, maphash.String(st.seed, sc.dims[ordinal]))
	}
	return r
}

func (r *seriesReader) read(chunk *duckdb.Chunk) error {
	first := uint32(r.st.len())
	for i, sid := range chunk.Column(0).Uint32s(chunk.Len()) {
		if want := first + uint32(i); sid != want {
			return fmt.Errorf("%w: %d stands where %d belongs", errOutOfOrder, sid, want)
		}
	}
	r.measure.read(r.st, &r.st.measures, chunk.Column(1), first, chunk.Len())
	for i, ordinal := range r.byName {
		r.columns[i].read(r.st, &r.st.dims[ordinal].values, chunk.Column(fixedEntries+ordinal), first, chunk.Len())
	}
	for row := range chunk.Len() {
		r.add(row)
	}
	return nil
}

// read notes the values of a column, of series from first on.
func (c *seriesColumn) read(st *seriesTable, values *values, v *duckdb.Vector, first uint32, rows int) {
	c.numbers, c.hashes = c.numbers[:0], c.hashes[:0]
	last, before := -1, ""
	for row := range rows {
		number, hash := uint32(noValue), uint64(0)
		if v.Valid(row) {
			text := v.View(row)
			if last >= 0 && text == before {
				number, hash = c.numbers[last], c.hashes[last]
				values.gain(number, first+uint32(row))
			} else {
				hash = maphash.String(st.seed, text)
				number = values.have(first+uint32(row), hash, text)
			}
			last, before = row, text
		}
		c.numbers, c.hashes = append(c.numbers, number), append(c.hashes, hash)
	}
}

// add puts an entry together from what its columns hold.
func (r *seriesReader) add(row int) {
	r.set = r.set[:0]
	hash := r.measure.hashes[row]
	for i, ordinal := range r.byName {
		if r.columns[i].numbers[row] != noValue {
			r.set = binary.LittleEndian.AppendUint16(r.set, uint16(ordinal))
			hash = join(join(hash, r.names[i]), r.columns[i].hashes[row])
		}
	}
	set, measure := r.st.setNumber(r.set), r.measure.numbers[row]
	r.id = binary.AppendUvarint(r.id[:0], uint64(set))
	r.id = binary.AppendUvarint(r.id, uint64(measure))
	for i := range r.columns {
		if n := r.columns[i].numbers[row]; n != noValue {
			r.id = binary.AppendUvarint(r.id, uint64(n))
		}
	}
	r.st.put(hash, set, measure, r.id)
}
