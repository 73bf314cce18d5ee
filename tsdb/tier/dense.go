package tier

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/internal/parquet"
	"tidemark/tsdb/hot"
)

// DuckDB decides for all columns of a file together whether there may be dictionaries.
// Without them whole numbers that change slowly take half the room; with them floats of
// a few decimals, and texts, do. So columns that may gain are tried the other way on one
// row group, and those that do are written once more, from the file that is already
// sorted. Of each column chunk the smaller one counts. The way that suited most of a
// table's bytes comes first the next time.
const (
	plainBits   = 6  // of a value: columns with fewer are not tried with dictionaries
	denseBits   = 2  // nor without them, with fewer than these
	denseGain   = 10 // a column must lose a tenth
	denseValues = 2  // a dictionary has at most one value for so many rows
)

// prefersDictionaries reports how files of the table are written first.
func (t *table) prefersDictionaries() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.dictionaries
}

// suit notes that most of a file's bytes were smaller the other way.
func (t *table) suit(dictionaries bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.dictionaries = dictionaries
}

// dense makes a file that was just written smaller, if that is possible. It does without
// when something is in the way: the file is as good as it was.
func (w *writer) dense(ctx context.Context, f *hot.File) error {
	plain := f.Path
	path, err := w.denser(ctx, f)
	if err == nil && path != plain {
		f.Path = path
		return w.discard(plain)
	}
	if err != nil && ctx.Err() == nil {
		w.mover.opts.Logger.Warn("file stays larger than it could be", "component", "tier", "table", w.table.id(), "path", plain, "err", err)
		err = nil
	}
	return errors.Join(err, w.discard(slices.Clone(w.written[slices.Index(w.written, plain)+1:])...))
}

// denser writes the smaller file and returns its path, or that of the old one.
func (w *writer) denser(ctx context.Context, f *hot.File) (string, error) {
	first, done, err := openParquet(f.Path)
	if err != nil {
		return "", err
	}
	defer done()
	size, free := uint64(first.size), uint64(0)
	if free, err = w.mover.opts.Free(); err != nil {
		return "", fmt.Errorf("free space of the disk: %w", err)
	}
	tried := w.tried(first)
	if size < uint64(w.mover.opts.Policy.Dense) || len(tried) == 0 || free < w.mover.opts.FreeBytes+2*size {
		return f.Path, nil
	}
	other, err := w.gaining(ctx, f, first, tried)
	if err != nil || other == "" {
		return f.Path, err
	}
	path, err := w.splice(f, first, other)
	return path, errors.Join(err, w.discard(other))
}

// parquetFile is a Parquet file on disk.
type parquetFile struct {
	*parquet.File
	size int64
}

func openParquet(path string) (p parquetFile, done func() error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return p, nil, err
	}
	info, err := f.Stat()
	if err == nil {
		p.size = info.Size()
		p.File, err = parquet.Open(f, p.size)
	}
	if err != nil {
		return p, nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.Close())
	}
	return p, f.Close, nil
}

// tried are the physical names of the columns that may gain.
func (w *writer) tried(first parquetFile) (names []string) {
	rows, least := first.Rows(), int64(plainBits)
	if len(rows) == 0 {
		return nil
	}
	if w.dictionaries {
		least = denseBits
	}
	sizes := first.Sizes(0)
	for _, c := range w.columns {
		if sizes[c.physical]*8 >= rows[0]*least {
			names = append(names, c.physical)
		}
	}
	return names
}

// gaining writes the columns that are smaller with dictionaries to a file and returns its
// path, empty if there are none.
func (w *writer) gaining(ctx context.Context, f *hot.File, first parquetFile, tried []string) (string, error) {
	rows := first.Rows()
	path, err := w.otherwise(ctx, f, tried, rows[0])
	if err != nil {
		return "", err
	}
	gains, err := w.gains(path, first, tried)
	if err != nil || len(rows) == 1 && len(gains) > 0 {
		return path, err
	}
	if err := w.discard(path); err != nil || len(gains) == 0 {
		return "", err
	}
	return w.otherwise(ctx, f, gains, 0)
}

// gains are those columns whose first row group is smaller in the file of a trial.
func (w *writer) gains(trial string, first parquetFile, tried []string) (names []string, err error) {
	other, done, err := openParquet(trial)
	if err != nil {
		return nil, err
	}
	before, after := first.Sizes(0), other.Sizes(0)
	gaining, staying := int64(0), int64(0)
	for name, size := range before {
		if slices.Contains(tried, name) && after[name] <= size-size/denseGain {
			names, gaining = append(names, name), gaining+after[name]
		} else {
			staying += size
		}
	}
	if gaining > staying {
		w.table.suit(!w.dictionaries)
	}
	return names, done()
}

// otherwise copies columns of a file in the other way, of its first rows or, for 0, of
// all, and returns the path.
func (w *writer) otherwise(ctx context.Context, f *hot.File, names []string, rows int64) (string, error) {
	path, err := w.table.cold.NewPath(f.Day, f.Applied)
	if err != nil {
		return "", err
	}
	w.written = append(w.written, path)
	columns := make([]string, len(names))
	for i, name := range names {
		columns[i] = duckdb.Ident(name)
	}
	limit := ""
	if rows > 0 {
		limit = fmt.Sprintf(" LIMIT %d", rows)
	}
	_, err = w.conn.Exec(ctx, fmt.Sprintf("COPY (SELECT %s FROM read_parquet(%s, hive_partitioning = false)%s) TO %s (%s)",
		strings.Join(columns, ", "), duckdb.Quote(f.Path), limit, duckdb.Quote(path), encoding(w.breadth, !w.dictionaries)))
	if err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, nil
}

// splice puts the file together.
func (w *writer) splice(f *hot.File, first parquetFile, second string) (string, error) {
	other, done, err := openParquet(second)
	if err != nil {
		return "", err
	}
	defer done()
	path, err := w.table.cold.NewPath(f.Day, f.Applied)
	if err != nil {
		return "", err
	}
	w.written = append(w.written, path)
	to, err := os.Create(path)
	if err != nil {
		return "", err
	}
	buffer := bufio.NewWriterSize(to, 1<<18)
	if _, err = parquet.Splice(buffer, first.File, other.File); err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, nil
}
