package hot

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"tidemark/internal/parquet"
)

// summer sums up row groups, batch after batch, and keeps the results until they are
// handed out. A series' rows lie together in a file, and so do those of a bucket. Where
// they do not, one bucket has several results.
type summer struct {
	request *sumsRequest
	series  parquet.Values
	times   parquet.Values
	columns []summedColumn

	sid    uint32 // of the result under way
	bucket int64
	count  int64 // its rows; 0: there is none under way
	holes  holes

	sids    []uint32
	buckets []int64
	rows    []int64
	single  []bool  // it is one row
	moments []int64 // of such a row; nothing of others
}

// begin prepares for a request. Nothing of another's is left.
func (s *summer) begin(r *sumsRequest, touched *touchedRows) {
	s.request, s.count, s.holes.touched = r, 0, touched
	if cap(s.columns) < len(r.Columns) {
		s.columns = append(s.columns[:cap(s.columns)], make([]summedColumn, len(r.Columns)-cap(s.columns))...)
	}
	s.columns = s.columns[:len(r.Columns)]
	for i := range s.columns {
		c := &s.columns[i]
		c.of, c.sum, c.min, c.max, c.now = r.Columns[i], false, false, false, result{}
	}
	for _, call := range r.Calls {
		if call.Kind == CountRows {
			continue
		}
		c := &s.columns[call.Column]
		c.sum, c.min, c.max = c.sum || call.Kind == Sum, c.min || call.Kind == Min, c.max || call.Kind == Max
	}
	s.forget()
}

// forget drops the results.
func (s *summer) forget() {
	s.sids, s.buckets, s.rows, s.single, s.moments = s.sids[:0], s.buckets[:0], s.rows[:0], s.single[:0], s.moments[:0]
	for i := range s.columns {
		c := &s.columns[i]
		c.counts, c.sums, c.mins, c.maxs = c.counts[:0], c.sums[:0], c.mins[:0], c.maxs[:0]
	}
}

// done is how many results are complete.
func (s *summer) done() int { return len(s.sids) }

// open goes on to a row group.
func (s *summer) open(source io.ReaderAt, file *summed, group int) error {
	r, layout := s.request, file.layout
	s.holes.begin(r, layout, group, file.applied)
	if err := s.series.Open(source, layout.Column(r.SeriesField), group); err != nil {
		return err
	}
	if err := s.times.Open(source, layout.Column(r.TimeField), group); err != nil {
		return err
	}
	for i := range s.columns {
		c := &s.columns[i]
		of := layout.Column(c.of.Field)
		c.absent = of == nil
		if c.absent || c.of.Type == Timestamp {
			continue
		}
		if err := c.values.Open(source, of, group); err != nil {
			return err
		}
	}
	return nil
}

var errNoKey = errors.New("a row has no series or no time")

// batch sums up the next n rows.
func (s *summer) batch(n int) error {
	series, err := s.series.Next(n)
	if err != nil {
		return fmt.Errorf("series: %w", err)
	}
	times, err := s.times.Next(n)
	if err != nil {
		return fmt.Errorf("times: %w", err)
	}
	if series.Valid != nil || times.Valid != nil {
		return errNoKey
	}
	for i := range s.columns {
		c := &s.columns[i]
		switch {
		case c.absent:
		case c.of.Type == Timestamp:
			c.block = times
		default:
			if c.block, err = c.values.Next(n); err != nil {
				return fmt.Errorf("column %d: %w", c.of.Field, err)
			}
		}
	}
	return s.runs(series.Bits, times.Bits)
}

// runs finds the rows of one series and bucket.
func (s *summer) runs(series, times []int64) error {
	r := s.request
	for i := 0; i < len(series); {
		sid := series[i]
		end := i + equal(series[i:])
		if !r.lists(uint32(sid)) {
			i = end
			continue
		}
		for i < end {
			t := times[i]
			if t < r.From || t > r.To {
				i++
				continue
			}
			low, last, err := r.window(t)
			if err != nil {
				return err
			}
			from, to, kind := max(low, r.From), min(last, r.To), added
			if !s.holes.none {
				s.holes.enter(uint32(sid))
				kind, from, to = s.holes.of(t, from, to)
			}
			n := 1
			if kind != alone {
				n = within(times[i:end], from, to)
			}
			switch kind {
			case added:
				s.add(uint32(sid), low, i, i+n)
			case alone:
				s.finish()
				s.add(uint32(sid), low, i, i+1)
				s.finish()
				s.single[s.done()-1], s.moments[s.done()-1] = true, t
			}
			i += n
		}
	}
	return nil
}

// equal counts the numbers at the beginning that are equal.
func equal(list []int64) int {
	first := list[0]
	for i, v := range list {
		if v != first {
			return i
		}
	}
	return len(list)
}

// within counts the numbers at the beginning that lie between two, which are included.
func within(list []int64, low, high int64) int {
	width := uint64(high - low)
	for i, v := range list {
		if uint64(v-low) > width {
			return i
		}
	}
	return len(list)
}

func (r *sumsRequest) lists(sid uint32) bool {
	if r.All {
		return true
	}
	_, found := slices.BinarySearch(r.Series, sid)
	return found
}

// window is the first and last time of the bucket of a time. Without buckets it is all
// of time, whose number is 0.
func (r *sumsRequest) window(t int64) (low, last int64, err error) {
	if r.Width == 0 {
		return math.MinInt64, math.MaxInt64, nil
	}
	behind := t % r.Width
	if behind < 0 {
		behind += r.Width
	}
	if t < math.MinInt64+behind {
		return 0, 0, fmt.Errorf("the bucket of time %d begins before all times", t)
	}
	low = t - behind
	if low > math.MaxInt64-(r.Width-1) {
		return low, math.MaxInt64, nil
	}
	return low, low + r.Width - 1, nil
}

// add adds rows from i up to j, which are of one series and bucket.
func (s *summer) add(sid uint32, bucket int64, i, j int) {
	if s.count == 0 || sid != s.sid || bucket != s.bucket {
		s.finish()
		s.sid, s.bucket = sid, bucket
	}
	s.count += int64(j - i)
	for k := range s.columns {
		if c := &s.columns[k]; !c.absent {
			c.add(i, j)
		}
	}
}

// finish completes the result under way.
func (s *summer) finish() {
	if s.count == 0 {
		return
	}
	s.sids, s.buckets, s.rows = append(s.sids, s.sid), append(s.buckets, s.bucket), append(s.rows, s.count)
	s.single, s.moments = append(s.single, false), append(s.moments, 0)
	s.count = 0
	for i := range s.columns {
		s.columns[i].finish()
	}
}
