package importer

import (
	"bytes"
	"context"
	"io"
	"os"
)

// maxStretch is more than a chunk has.
const maxStretch = 1 << 40

// loadQuick takes the records of a chunk from an offset on as long as they are usual, has
// DuckDB read a stretch from the next one on, and so on. A stretch is twice as long as the
// one before where fewer records were usual in between.
func (f *csvFile) loadQuick(ctx context.Context, c chunk, offset int64) error {
	file, err := os.Open(c.path)
	if err != nil {
		return err
	}
	defer file.Close()
	at := place{offset: offset, line: c.line}
	if offset > 0 {
		head := make([]byte, offset)
		if _, err := file.ReadAt(head, 0); err != nil {
			return err
		}
		at.line += int64(bytes.Count(head, newline))
	}
	for at.offset < c.bytes {
		from := at.offset
		usual, err := f.loadUsual(ctx, file, &at)
		if err != nil {
			return err
		}
		if usual {
			continue
		}
		if f.slow = min(2*f.slow, maxStretch); at.offset-from >= f.slow {
			f.slow = 0
		}
		f.slow = max(f.slow, f.job.owner.opts.stretch)
		if at.offset == 0 && f.slow >= c.bytes {
			return f.loadSlow(ctx, c, 0)
		}
		if err := f.loadStretch(ctx, file, &at, c.bytes); err != nil {
			return err
		}
	}
	return nil
}

// loadUsual stores a batch of records and moves the place on. It reports false when the
// record there is not usual.
func (f *csvFile) loadUsual(ctx context.Context, file *os.File, at *place) (bool, error) {
	if _, err := file.Seek(at.offset, io.SeekStart); err != nil {
		return false, err
	}
	r := newLineReader(file, at.line)
	r.offset = at.offset
	b := newCSVBatch(f.reader, file.Name(), *at, f.rows)
	usual, err := b.fill(r, at)
	if err != nil {
		return false, err
	}
	f.rows = max(f.rows, b.rows)
	t, err := b.store(ctx, &f.columnar)
	if err == nil {
		f.job.note(t, f.mapping)
	}
	return usual, err
}

// fill takes records until the batch is full or the chunk ends, and reports whether that
// is why it stopped.
func (b *csvBatch) fill(r *lineReader, at *place) (bool, error) {
	for !b.full() && r.more() {
		line, err := r.next()
		if err != nil {
			return false, err
		}
		if !b.quick(line, at.line) {
			return false, nil
		}
		*at = r.place
	}
	return true, nil
}

// loadStretch has DuckDB read some records and moves the place on.
func (f *csvFile) loadStretch(ctx context.Context, file *os.File, at *place, size int64) error {
	text, err := f.stretch(file, at.offset, size)
	if err != nil {
		return err
	}
	c := chunk{path: file.Name() + ".csv", bytes: int64(len(text)), line: at.line}
	defer os.Remove(c.path)
	if err := os.WriteFile(c.path, text, 0o600); err != nil {
		return err
	}
	at.offset += c.bytes
	at.line += int64(bytes.Count(text, newline))
	return f.loadSlow(ctx, c, 0)
}

// stretch reads whole records.
func (f *csvFile) stretch(file *os.File, offset, size int64) ([]byte, error) {
	for n := f.slow; ; n *= 2 {
		text := make([]byte, min(n, size-offset))
		if _, err := file.ReadAt(text, offset); err != nil {
			return nil, err
		}
		if int64(len(text)) == size-offset {
			return text, nil
		}
		if end := lastRecord(text, f.job.spec.CSV.quote()); end > 0 {
			return text[:end], nil
		}
	}
}
