package tier

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/tsdb/hot"
)

// A long history is written day after day, as a client does that sends what it has kept:
// all hosts at one instant, then at the next. Whatever day it is, the rows cost the same.
// What they cost is counted, because a clock would say how busy the machine is: bytes that
// the process reads and writes, and its calls for that; rows that are looked up; rows that
// are written again.
const (
	historyDays = 10
	dayHosts    = 20
	dayInstants = 500 // of each host
	dayRows     = dayHosts * dayInstants
	requestRows = 200
	segmentRows = dayRows / 2
)

// effort is what the process has done so far, by name.
type effort map[string]int64

// spent reads what /proc/self/io counts. Files, logs and pipes count alike, whether a disk
// or the page cache served them.
func spent(t *testing.T) effort {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	e := effort{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if e[name], err = strconv.ParseInt(value, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// since is what was done since an earlier moment.
func (e effort) since(before effort) effort {
	d := effort{}
	for _, name := range []string{"rchar", "wchar", "syscr", "syscw"} {
		d[name] = e[name] - before[name]
	}
	return d
}

// counter reads a counter of a registry, all its labels together.
func counter(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		found = true
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue()
		}
	}
	if !found {
		t.Fatalf("there is no metric %s", name)
	}
	return sum
}

func TestLongHistoryCostsTheSameEveryDay(t *testing.T) {
	store, mover := prometheus.NewRegistry(), prometheus.NewRegistry()
	h := newHouseOf(t, Options{Every: time.Hour, Registerer: mover}, hot.Options{
		Registerer: store, SegmentRows: segmentRows, LogBytes: 512 << 10, IdleAfter: time.Hour,
	})
	f := newFleet(dayHosts, hot.Bigint, true)
	var days []effort
	for day := range historyDays {
		f.at = (firstDay - historyDays + int64(day)) * dayLength
		before := spent(t)
		h.writeDay(f)
		days = append(days, spent(t).since(before))
	}
	if n := counter(t, store, "tidemark_hot_lookups_total"); n != 0 {
		t.Errorf("%.0f rows were looked up although each is newer than all before", n)
	}
	if n := counter(t, mover, "tidemark_tier_rewritten_rows_total"); n == 0 || n > historyDays*dayRows {
		t.Errorf("%.0f rows were written again, want some, and each of %d once at most", n, historyDays*dayRows)
	}
	const warm = 3 // days until as much is merged in a day as comes
	for name := range days[warm] {
		early, late := days[warm][name]+days[warm+1][name], days[historyDays-2][name]+days[historyDays-1][name]
		t.Logf("%s of a row: %.4g on days %d and %d, %.4g on the last two", name, float64(early)/2/dayRows, warm+1, warm+2, float64(late)/2/dayRows)
		if late > early*5/4 {
			t.Errorf("%s of the last two days is %d, and %d of two early ones: want no more than a quarter above", name, late, early)
		}
	}
	sn := h.hot.Snapshot()
	defer sn.Close()
	every := sn.View(h.hot.Table(1)).Relation(hot.Scan{Min: math.MinInt64, Max: math.MaxInt64, Fields: []hot.Field{{Role: hot.DimensionField, Ordinal: 2, As: "host"}}})
	if got, want := fmt.Sprint(h.query("SELECT count(*), count(DISTINCT host) FROM " + every)[0]), fmt.Sprintf("[%d %d]", historyDays*dayRows, dayHosts); got != want {
		t.Errorf("rows and hosts: %s, want %s", got, want)
	}
}

// writeDay writes the rows of a day in requests, and has the mover tend the table whenever
// a segment is full, a while later each time.
func (h *house) writeDay(f *fleet) {
	h.t.Helper()
	const step = dayLength / dayInstants
	var request []hot.Row
	for range dayInstants {
		request = append(request, f.next()...)
		f.at += step - int64(10*time.Second)
		if len(request) < requestRows {
			continue
		}
		h.write(request...)
		request = nil
		if h.hot.Table(1).Waiting() > 0 {
			h.advance(20 * time.Minute)
			h.tend()
		}
	}
}

// tend does what the mover does for the table when its time has come.
func (h *house) tend() {
	h.t.Helper()
	h.must(h.mover.ask(h.t.Context(), 1, h.mover.tend))
}
