package duckdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A checkpoint writes the blocks of DuckDB's metadata in place. One of which only a part
// arrived, because the disk failed or the power went, would make the whole file unreadable.
// So before a checkpoint these blocks are copied to a file beside it, and where the file has
// such a block when it is opened, it gets back the copy: nothing that the file said before
// the checkpoint has been lost then, and the log has the rest.
const (
	shadowEnd   = ".blocks"
	headerBytes = 4096
	firstBlock  = 3 * headerBytes // behind the main header and two that take turns
)

// shadowed is a block of the file: where it is and what it holds.
type shadowed struct {
	at   int64
	data []byte
}

// shadow copies the blocks that a checkpoint may write in place.
func (c *Conn) shadow(ctx context.Context) error {
	path := c.engine.opts.Path
	if path == "" {
		return nil
	}
	rows, err := c.query(ctx, "SELECT DISTINCT block_id FROM pragma_metadata_info()")
	if err != nil || len(rows) == 0 {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	iteration, size, err := headersOf(f)
	if err != nil {
		return err
	}
	text := binary.LittleEndian.AppendUint64(nil, iteration)
	for _, id := range rows {
		b := shadowed{at: firstBlock + id*size, data: make([]byte, size)}
		if _, err := f.ReadAt(b.data, b.at); err == nil && wholeBlock(b.data) {
			text = append(binary.LittleEndian.AppendUint64(text, uint64(b.at)), b.data...)
		}
	}
	return replaceFile(path+shadowEnd, binary.LittleEndian.AppendUint64(text, checksum(text)))
}

// query returns the first column, of BIGINTs.
func (c *Conn) query(ctx context.Context, text string) (list []int64, err error) {
	rows, err := c.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	all, err := rows.All(ctx)
	for _, row := range all {
		id, ok := row[0].(int64)
		if !ok {
			return nil, fmt.Errorf("%s: %v", text, row[0])
		}
		list = append(list, id)
	}
	return list, err
}

// headersOf returns the number of the checkpoint that the file is as of, and the size of
// its blocks.
func headersOf(f *os.File) (iteration uint64, size int64, err error) {
	for i := range 2 {
		h := make([]byte, headerBytes)
		if _, err := f.ReadAt(h, int64(1+i)*headerBytes); err != nil {
			return 0, 0, err
		}
		if n := binary.LittleEndian.Uint64(h[8:]); wholeBlock(h) && n >= iteration {
			iteration, size = n, int64(binary.LittleEndian.Uint64(h[40:]))
		}
	}
	if size < headerBytes || size > 1<<24 {
		return 0, 0, errors.New("the headers of the file are damaged")
	}
	return iteration, size, nil
}

// wholeBlock compares a block with the checksum that it begins with.
func wholeBlock(b []byte) bool { return binary.LittleEndian.Uint64(b) == checksum(b[8:]) }

// repair gives the file back the blocks that a checkpoint which failed has torn.
func repair(path string) (err error) {
	text, err := os.ReadFile(path + shadowEnd)
	if path == "" || errors.Is(err, fs.ErrNotExist) || err == nil && len(text) < 16 {
		return nil
	}
	if err != nil {
		return err
	}
	body := text[:len(text)-8]
	if binary.LittleEndian.Uint64(text[len(body):]) != checksum(body) {
		return nil // a crash while it was written: no checkpoint had begun
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	iteration, size, err := headersOf(f)
	if err != nil || iteration != binary.LittleEndian.Uint64(body) {
		return nil // that checkpoint ended, or DuckDB says what is wrong
	}
	block := make([]byte, size)
	for body = body[8:]; len(body) >= 8+int(size); body = body[8+size:] {
		at := int64(binary.LittleEndian.Uint64(body))
		if _, err := f.ReadAt(block, at); err == nil && wholeBlock(block) {
			continue
		}
		if _, err := f.WriteAt(body[8:8+size], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// replaceFile puts a file in the place of another, durably.
func replaceFile(name string, data []byte) error {
	temp := name + ".temp"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
