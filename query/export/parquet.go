package export

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// maxGroup is the most bytes of rows that become a row group, before encoding.
const maxGroup = 32 << 20

// parquetFile writes row groups. Rows wait by column until there are enough.
type parquetFile struct {
	job    *Job
	to     *sink
	out    *file.Writer
	root   []*node
	leaves []leaf
}

func newParquet(j *Job, to *sink) *parquetFile {
	f := &parquetFile{job: j, to: to}
	fields := make(schema.FieldList, len(j.written()))
	for i, c := range j.written() {
		n, s := newNode(c.Name, c.Type, 0, 0)
		f.root, fields[i] = append(f.root, n), s
		f.leaves = n.collect(f.leaves)
	}
	codec := compress.Codecs.Uncompressed
	if j.Gzip {
		codec = compress.Codecs.Gzip
	}
	root := schema.MustGroup(schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1))
	f.out = file.NewParquetWriter(to, root, file.WithWriterProps(parquet.NewWriterProperties(
		parquet.WithCompression(codec), parquet.WithCreatedBy("tidemark"), parquet.WithVersion(parquet.V1_0), parquet.WithStats(false))))
	return f
}

// group is how large a row group may be: a fourth of the file at most.
func (f *parquetFile) group() int64 { return min(maxGroup, f.job.MaxFileSize/4) }

func (f *parquetFile) write(row []any) error {
	for i, v := range row {
		f.root[i].put(v, 0, 0)
	}
	if f.waiting() >= f.group() {
		return f.flush()
	}
	return nil
}

// waiting sums up the columns.
func (f *parquetFile) waiting() (sum int64) {
	for _, l := range f.leaves {
		sum += l.size()
	}
	return sum
}

// flush writes a row group.
func (f *parquetFile) flush() error {
	if f.waiting() == 0 {
		return nil
	}
	group := f.out.AppendRowGroup()
	for _, l := range f.leaves {
		column, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := l.write(column); err != nil {
			return err
		}
		if err := column.Close(); err != nil {
			return err
		}
	}
	return group.Close()
}

func (f *parquetFile) close() error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.out.Close()
}

// full reports that another row group might not fit.
func (f *parquetFile) full() bool { return f.to.count+f.group() > f.job.MaxFileSize }
