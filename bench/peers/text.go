package peers

import (
	"bufio"
	"context"
	"io"
	"os"
	"strconv"
	"time"

	"tidemark/bench/tsbs"
)

// AppendLine prints a row in InfluxDB's line protocol, its time in milliseconds.
func (s Shape) AppendLine(b []byte, h *tsbs.Host, at time.Time, v *[10]float64) []byte {
	b = append(b, "cpu"...)
	for i := range h.Tags {
		b = append(b, ',')
		b = append(b, h.Tags[i].Name...)
		b = append(b, '=')
		b = append(b, h.Tags[i].Value...)
	}
	for m, name := range s.Names() {
		if m == 0 {
			b = append(b, ' ')
		} else {
			b = append(b, ',')
		}
		b = append(b, name...)
		b = append(b, '=')
		b = s.AppendValue(b, v[m])
		if !s.Float {
			b = append(b, 'i')
		}
	}
	b = append(b, ' ')
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	return append(b, '\n')
}

// timeText is how files of values separated by commas and SQL spell an instant, in UTC.
const timeText = "2006-01-02 15:04:05"

// AppendCSV prints a row as values separated by commas: time, tags, metrics.
func (s Shape) AppendCSV(b []byte, h *tsbs.Host, at time.Time, v *[10]float64) []byte {
	b = at.UTC().AppendFormat(b, timeText)
	for i := range h.Tags {
		b = append(b, ',')
		b = append(b, h.Tags[i].Value...)
	}
	for m := range s.Metrics {
		b = append(b, ',')
		b = s.AppendValue(b, v[m])
	}
	return append(b, '\n')
}

// CSVHeader names the columns of AppendCSV.
func (s Shape) CSVHeader() []byte {
	b := []byte("time")
	for _, t := range tsbs.HostRange(0, 1, s.Seed)[0].Tags {
		b = append(append(b, ','), t.Name...)
	}
	for _, m := range s.Names() {
		b = append(append(b, ','), m...)
	}
	return append(b, '\n')
}

// RowPrinter appends a row to a buffer.
type RowPrinter func(b []byte, h *tsbs.Host, at time.Time, v *[10]float64) []byte

// WriteText writes all rows of the shape in the order of time.
func (s Shape) WriteText(ctx context.Context, w io.Writer, header []byte, row RowPrinter) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.Write(header); err != nil {
		return err
	}
	f := s.Feed(0, 1)
	var b []byte
	for at, ok := f.Next(); ok && ctx.Err() == nil; at, ok = f.Next() {
		for _, h := range f.Hosts() {
			v := f.Values(h)
			b = row(b[:0], h, at, &v)
			if _, err := out.Write(b); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return out.Flush()
}

// writeCSV writes the shape to a file and waits until it is on disk, so that writing it
// back does not disturb the load that reads it.
func (s Shape) writeCSV(ctx context.Context, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.WriteText(ctx, f, s.CSVHeader(), s.AppendCSV); err != nil {
		return err
	}
	return f.Sync()
}
