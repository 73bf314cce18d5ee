package peers

import (
	"context"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"tidemark/bench/tsbs"
)

// rowGroup is the number of rows in a row group of WriteParquet.
const rowGroup = 122_880

// WriteParquet writes all rows of the shape in the order of time, compressed as most
// writers do. The columns are those of AppendCSV: time in milliseconds of UTC, tags as
// strings, metrics as 64-bit integers or doubles.
func (s Shape) WriteParquet(ctx context.Context, out io.Writer) (err error) {
	root, err := s.parquetSchema()
	if err != nil {
		return err
	}
	// A writer that can be closed would be, by the library; the caller does that.
	w := file.NewParquetWriter(struct{ io.Writer }{out}, root, file.WithWriterProps(parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy))))
	defer func() { err = errors.Join(err, w.Close()) }()
	f := s.Feed(0, 1)
	group := &parquetRows{}
	for at, ok := f.Next(); ok; at, ok = f.Next() {
		for _, h := range f.Hosts() {
			v := f.Values(h)
			group.add(s, at.UnixMilli(), h, &v)
			if len(group.times) == rowGroup {
				if err := errors.Join(group.flush(w), ctx.Err()); err != nil {
					return err
				}
			}
		}
	}
	return group.flush(w)
}

func (s Shape) parquetSchema() (*schema.GroupNode, error) {
	column := func(name string, logical schema.LogicalType, physical parquet.Type) (schema.Node, error) {
		return schema.NewPrimitiveNodeLogical(name, parquet.Repetitions.Required, logical, physical, 0, -1)
	}
	metric := parquet.Types.Int64
	if s.Float {
		metric = parquet.Types.Double
	}
	at, err := column("time", schema.NewTimestampLogicalType(true, schema.TimeUnitMillis), parquet.Types.Int64)
	nodes, errs := schema.FieldList{at}, []error{err}
	for _, t := range tsbs.HostRange(0, 1, s.Seed)[0].Tags {
		n, err := column(t.Name, schema.StringLogicalType{}, parquet.Types.ByteArray)
		nodes, errs = append(nodes, n), append(errs, err)
	}
	for _, m := range s.Names() {
		n, err := column(m, schema.NoLogicalType{}, metric)
		nodes, errs = append(nodes, n), append(errs, err)
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	return root, errors.Join(append(errs, err)...)
}

// parquetRows are the rows of a group, by column.
type parquetRows struct {
	times  []int64
	tags   [10][]parquet.ByteArray
	whole  [10][]int64
	double [10][]float64
	used   int // metrics
	float  bool
}

func (r *parquetRows) add(s Shape, at int64, h *tsbs.Host, v *[10]float64) {
	r.used, r.float = s.Metrics, s.Float
	r.times = append(r.times, at)
	for i := range h.Tags {
		r.tags[i] = append(r.tags[i], parquet.ByteArray(h.Tags[i].Value))
	}
	for m := range s.Metrics {
		if s.Float {
			r.double[m] = append(r.double[m], v[m])
		} else {
			r.whole[m] = append(r.whole[m], int64(v[m]))
		}
	}
}

// flush writes the rows as one group and forgets them.
func (r *parquetRows) flush(w *file.Writer) error {
	if len(r.times) == 0 {
		return nil
	}
	g := w.AppendRowGroup()
	put := func(values any) error {
		c, err := g.NextColumn()
		if err != nil {
			return err
		}
		switch c := c.(type) {
		case *file.Int64ColumnChunkWriter:
			_, err = c.WriteBatch(values.([]int64), nil, nil)
		case *file.Float64ColumnChunkWriter:
			_, err = c.WriteBatch(values.([]float64), nil, nil)
		case *file.ByteArrayColumnChunkWriter:
			_, err = c.WriteBatch(values.([]parquet.ByteArray), nil, nil)
		}
		return errors.Join(err, c.Close())
	}
	err := put(r.times)
	r.times = r.times[:0]
	for i := range r.tags {
		err = errors.Join(err, put(r.tags[i]))
		r.tags[i] = r.tags[i][:0]
	}
	for m := range r.used {
		if r.float {
			err = errors.Join(err, put(r.double[m]))
		} else {
			err = errors.Join(err, put(r.whole[m]))
		}
		r.whole[m], r.double[m] = r.whole[m][:0], r.double[m][:0]
	}
	return errors.Join(err, g.Close())
}
