package tsdb

import (
	"encoding/binary"
	"math"
	"testing"
	"unicode/utf8"
)

// fuzzRecords reads records from bytes: names and values are slices of them, so that
// every text and number can occur.
func fuzzRecords(data []byte) []Record {
	next := func(n int) []byte {
		n = min(n, len(data))
		part := data[:n]
		data = data[n:]
		return part
	}
	number := func() int64 {
		var b [8]byte
		copy(b[:], next(8))
		return int64(binary.LittleEndian.Uint64(b[:]))
	}
	text := func() string {
		if len(data) == 0 {
			return ""
		}
		return string(next(int(next(1)[0]) % 70))
	}
	var records []Record
	for len(data) > 0 && len(records) < 20 {
		shape := next(1)[0]
		r := Record{MeasureName: text(), Multi: shape&1 == 1, Version: 1 + number()&3, Time: number()}
		for range shape >> 1 & 3 {
			r.Dimensions = append(r.Dimensions, Dimension{text(), text()})
		}
		for range shape >> 3 & 3 {
			v := []Value{DoubleValue(math.Float64frombits(uint64(number()))), BigintValue(number()), VarcharValue(text()), BooleanValue(true), TimestampValue(number()), {}}
			r.Measures = append(r.Measures, Measure{text(), v[int(shape>>5)%len(v)]})
		}
		records = append(records, r)
	}
	return records
}

// Whatever a record holds, it is refused or becomes a row that DuckDB can take: texts
// are UTF-8, names fit, dimensions are in order, and every record is accounted for.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("\x09\x03cpu\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01a"))
	f.Add([]byte("\x2f\x01m"))
	t := &openTable{doc: tableDocument{Retention: DefaultRetention, PartitionKey: []PartitionKey{{KeyDimension, "k", Optional}}}}
	f.Fuzz(func(tt *testing.T, data []byte) {
		records := fuzzRecords(data)
		var pool writePool
		w := pool.get(records)
		if err := w.check(t, records, window{from: math.MinInt64, to: math.MaxInt64, name: "memory store"}); err != nil {
			return
		}
		if len(w.rows)+len(w.rejected) != len(records) {
			tt.Fatalf("%d rows and %d rejections of %d records", len(w.rows), len(w.rejected), len(records))
		}
		for i := range w.rows {
			r := &w.rows[i]
			texts := []string{r.Measure}
			for k, d := range r.Dims {
				texts = append(texts, d.Name, d.Value)
				if d.Value == "" || k > 0 && r.Dims[k-1].Name >= d.Name {
					tt.Fatalf("dimensions %v are empty or out of order", r.Dims)
				}
			}
			for _, c := range r.Cells {
				texts = append(texts, c.Name, c.Text)
			}
			for _, text := range texts {
				if !utf8.ValidString(text) {
					tt.Fatalf("row %+v has invalid UTF-8", r)
				}
			}
		}
	})
}
