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
// a few decimals, and texts, do. So columns that may gain are tried on one row group, and
// those that do are written once more, with dictionaries, from the file that is already
// sorted. Of each column chunk the smaller one counts.
const (
	leastValue  = 6  // bits of a value: fewer are not tried
	denseGain   = 10 // a column must lose a tenth
	denseLevel  = 3  // of zstd: indexes of dictionaries hardly compress
	denseValues = 2  // a dictionary has at most one value for so many rows
)

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
	plain, done, err := openParquet(f.Path)
	if err != nil {
		return "", err
	}
	defer done()
	size, free := uint64(plain.size), uint64(0)
	if free, err = w.mover.opts.Free(); err != nil {
		return "", fmt.Errorf("free space of the disk: %w", err)
	}
	tried := w.tried(plain)
	if size < uint64(w.mover.opts.Policy.Dense) || len(tried) == 0 || free < w.mover.opts.FreeBytes+2*size {
		return f.Path, nil
	}
	dense, err := w.gaining(ctx, f, plain, tried)
	if err != nil || dense == "" {
		return f.Path, err
	}
	path, err := w.splice(f, plain, dense)
	return path, errors.Join(err, w.discard(dense))
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
func (w *writer) tried(plain parquetFile) (names []string) {
	rows := plain.Rows()
	if len(rows) == 0 {
		return nil
	}
	sizes := plain.Sizes(0)
	for _, c := range w.columns {
		if sizes[c.physical]*8 >= rows[0]*leastValue {
			names = append(names, c.physical)
		}
	}
	return names
}

// gaining writes the columns that are smaller with dictionaries to a file and returns its
// path, empty if there are none.
func (w *writer) gaining(ctx context.Context, f *hot.File, plain parquetFile, tried []string) (string, error) {
	rows := plain.Rows()
	path, err := w.withDictionaries(ctx, f, tried, rows[0])
	if err != nil {
		return "", err
	}
	gains, err := w.gains(path, plain, tried)
	if err != nil || len(rows) == 1 && len(gains) > 0 {
		return path, err
	}
	if err := w.discard(path); err != nil || len(gains) == 0 {
		return "", err
	}
	return w.withDictionaries(ctx, f, gains, 0)
}

// gains are those columns whose first row group is smaller in the file of a trial.
func (w *writer) gains(trial string, plain parquetFile, tried []string) (names []string, err error) {
	dense, done, err := openParquet(trial)
	if err != nil {
		return nil, err
	}
	before, after := plain.Sizes(0), dense.Sizes(0)
	for _, name := range tried {
		if after[name] <= before[name]-before[name]/denseGain {
			names = append(names, name)
		}
	}
	return names, done()
}

// withDictionaries copies columns of a file, of its first rows or, for 0, of all.
func (w *writer) withDictionaries(ctx context.Context, f *hot.File, names []string, rows int64) (string, error) {
	path, err := w.table.cold.NewPath(f.Day, f.Applied)
	if err != nil {
		return "", err
	}
	w.written = append(w.written, path)
	columns := make([]string, len(names))
	for i, name := range names {
		columns[i] = duckdb.Ident(name)
	}
	first := ""
	if rows > 0 {
		first = fmt.Sprintf(" LIMIT %d", rows)
	}
	group := groupOf(w.breadth)
	_, err = w.conn.Exec(ctx, fmt.Sprintf("COPY (SELECT %s FROM read_parquet(%s, hive_partitioning = false)%s) TO %s (%s)",
		strings.Join(columns, ", "), duckdb.Quote(f.Path), first, duckdb.Quote(path), encoding(group, denseLevel, group/denseValues)))
	if err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, nil
}

// splice puts the file together.
func (w *writer) splice(f *hot.File, plain parquetFile, dense string) (string, error) {
	other, done, err := openParquet(dense)
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
	if _, err = parquet.Splice(buffer, plain.File, other.File); err == nil {
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
