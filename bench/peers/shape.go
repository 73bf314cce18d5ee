package peers

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"tidemark/bench/tsbs"
)

// Shape is the size and kind of a data set; the same shape is always the same data.
type Shape struct {
	Hosts    int
	Start    time.Time // of the first row of every host, a whole hour
	Step     time.Duration
	Instants int  // rows per host
	Metrics  int  // of the ten
	Float    bool // values with two decimals instead of whole ones
	Seed     uint64
}

// Rows is the number of rows.
func (s Shape) Rows() int64 { return int64(s.Hosts) * int64(s.Instants) }

// Values is the number of metrics: what loads and sizes are counted in.
func (s Shape) Values() int64 { return s.Rows() * int64(s.Metrics) }

// Span is the time that the data cover.
func (s Shape) Span() time.Duration { return time.Duration(s.Instants) * s.Step }

// End is the instant after the last row.
func (s Shape) End() time.Time { return s.Start.Add(s.Span()) }

// Names are the metrics of the shape.
func (s Shape) Names() []string { return tsbs.Metrics[:s.Metrics] }

// String says the size in words.
func (s Shape) String() string {
	return fmt.Sprintf("%d hosts x %d h every %v x %d %s metrics = %d rows", s.Hosts, int(s.Span().Hours()), s.Step, s.Metrics, s.kind(), s.Rows())
}

// Short tells shapes of a run apart.
func (s Shape) Short() string {
	return fmt.Sprintf("%d hosts, %d h, %s", s.Hosts, int(s.Span().Hours()), s.kind())
}

func (s Shape) kind() string {
	if s.Float {
		return "two-decimal"
	}
	return "integer"
}

// Validate refuses what the questions cannot be asked of.
func (s Shape) Validate() error {
	switch {
	case s.Hosts < 1 || s.Instants < 1:
		return fmt.Errorf("%d hosts and %d instants: both must be at least 1", s.Hosts, s.Instants)
	case s.Metrics < 1 || s.Metrics > len(tsbs.Metrics):
		return fmt.Errorf("%d metrics: 1 to %d", s.Metrics, len(tsbs.Metrics))
	case s.Step < time.Second || s.Step%time.Second != 0:
		return fmt.Errorf("a step of %v: whole seconds", s.Step)
	case s.Span()%time.Hour != 0 || s.Start.Truncate(time.Hour) != s.Start:
		return fmt.Errorf("%v from %v: whole hours", s.Span(), s.Start)
	}
	return nil
}

// Feed walks through some hosts of a shape, one instant after another.
type Feed struct {
	shape Shape
	hosts []*tsbs.Host
	next  int
}

// Feed returns the rows of one of n shares of the hosts.
func (s Shape) Feed(share, n int) *Feed {
	from, to := share*s.Hosts/n, (share+1)*s.Hosts/n
	return &Feed{shape: s, hosts: tsbs.HostRange(from, to, s.Seed)}
}

// Next goes to the next instant, and is false after the last.
func (f *Feed) Next() (time.Time, bool) {
	if f.next >= f.shape.Instants {
		return time.Time{}, false
	}
	f.next++
	return f.shape.Start.Add(time.Duration(f.next-1) * f.shape.Step), true
}

// Hosts are the hosts of the feed.
func (f *Feed) Hosts() []*tsbs.Host { return f.hosts }

// Values are the metrics of a host at the current instant. Every host must be asked
// once at every instant, in the order of time.
func (f *Feed) Values(h *tsbs.Host) [10]float64 {
	v := h.Walk()
	for m := range v {
		if f.shape.Float {
			v[m] = math.Round(v[m]*100) / 100
		} else {
			v[m] = math.Trunc(v[m])
		}
	}
	return v
}

// AppendValue prints a value as a client of that kind of data does.
func (s Shape) AppendValue(b []byte, v float64) []byte {
	if s.Float {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendInt(b, int64(v), 10)
}
