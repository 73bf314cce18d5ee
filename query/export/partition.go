package export

import (
	"bufio"
	"context"
	"errors"
	"path"

	"tidemark/objects"
)

// encoder writes rows in one format to one file.
type encoder interface {
	// write takes a row, which may wait in memory.
	write(row []any) error
	// flush writes what waits.
	flush() error
	// close writes what waits and the end of the file.
	close() error
	// waiting is how many bytes of rows wait.
	waiting() int64
	// full reports whether the file is as large as it may be.
	full() bool
}

// partition is the file that rows with the same partition values go to. When it is
// full another follows.
type partition struct {
	w      *writer
	folder string // empty, or ends with a slash

	file encoder // nil before the first row and after the last
	sink *sink
	rows int64 // of the file
}

// sink counts what goes into an object.
type sink struct {
	object objects.Object
	target objects.Target
	buffer *bufio.Writer
	count  int64
}

// Write passes bytes on.
func (s *sink) Write(p []byte) (int, error) {
	n, err := s.buffer.Write(p)
	s.count += int64(n)
	return n, err
}

// write writes a row.
func (p *partition) write(ctx context.Context, row []any) error {
	if p.file == nil {
		if err := p.begin(ctx); err != nil {
			return err
		}
	}
	p.rows++
	if err := p.file.write(row); err != nil {
		return err
	}
	if p.file.full() {
		return p.end(ctx)
	}
	return nil
}

// begin begins a file.
func (p *partition) begin(ctx context.Context) error {
	j := p.w.job
	name := j.fileName()
	s := &sink{target: j.target(j.key(results+p.folder+name), contentTypes[path.Ext(name)])}
	var err error
	if s.object, err = j.Store.Create(ctx, s.target); err != nil {
		return err
	}
	s.buffer = bufio.NewWriterSize(s.object, 64<<10)
	p.sink, p.rows = s, 0
	p.file = p.w.encoder(s)
	return nil
}

// end completes the file, if there is one.
func (p *partition) end(ctx context.Context) error {
	if p.file == nil {
		return nil
	}
	if err := p.file.close(); err != nil {
		return err
	}
	if err := p.sink.buffer.Flush(); err != nil {
		return err
	}
	if err := p.w.commit(ctx, p.sink.object, p.sink.target); err != nil {
		return err
	}
	p.w.files = append(p.w.files, resultFile{URL: p.sink.target.URL(), File: fileMetadata{Bytes: p.sink.count, Rows: p.rows}})
	p.file, p.sink = nil, nil
	return nil
}

// flush writes what waits, and begins another file if this one is full then.
func (p *partition) flush(ctx context.Context) error {
	if err := p.file.flush(); err != nil {
		return err
	}
	if p.file.full() {
		return p.end(ctx)
	}
	return nil
}

// waiting is how many bytes of rows wait in memory.
func (p *partition) waiting() int64 {
	if p.file == nil {
		return 0
	}
	return p.file.waiting()
}

// abort gives the file up.
func (p *partition) abort() error {
	if p.file == nil {
		return nil
	}
	err := p.sink.object.Abort()
	p.file = nil
	if err != nil {
		return errors.New("give up " + p.sink.target.URL() + ": " + err.Error())
	}
	return nil
}
