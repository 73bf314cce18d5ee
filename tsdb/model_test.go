package tsdb

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// The model is Timestream's rules over a plain map: windows, partition keys, versions,
// schemas, retention and deletions. The whole store must agree with it on every outcome
// and on every row, whatever moves underneath.

type modelKey struct {
	dims, measure string // dims as name=value, sorted
	time          int64
}

func (k modelKey) String() string { return fmt.Sprintf("%s/%s@%d", k.dims, k.measure, k.time) }

func (k modelKey) dimension(name string) (string, bool) {
	for _, text := range strings.Split(k.dims, ",") {
		if value, ok := strings.CutPrefix(text, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

type modelRow struct {
	version int64
	values  map[string]Value // by column
}

// model is one table.
type model struct {
	retention Retention
	magnetic  bool
	required  string // dimension that the partition key enforces
	lastWins  bool

	rows     map[modelKey]modelRow
	dims     map[string]bool
	types    map[string]ValueType // of attributes
	measures map[string]bool
	floor    int64 // times below have expired at some moment
}

func newModel() *model {
	return &model{
		retention: Retention{MemoryHours: 24, MagneticDays: 10}, magnetic: true, floor: -1 << 63,
		rows: map[modelKey]modelRow{}, dims: map[string]bool{}, types: map[string]ValueType{}, measures: map[string]bool{},
	}
}

func (m *model) total() time.Duration {
	return time.Duration(m.retention.MemoryHours)*time.Hour + time.Duration(m.retention.MagneticDays)*24*time.Hour
}

// advance is the passing of time, or a change of the retention.
func (m *model) advance(now time.Time) {
	m.floor = max(m.floor, now.Add(-m.total()).UnixNano())
	maps.DeleteFunc(m.rows, func(k modelKey, _ modelRow) bool { return k.time < m.floor })
}

const modelTime = "2006-01-02T15:04:05.000Z"

// outside returns why a record's time is not accepted, and whether it belongs to the
// memory store if it is (developer guide, "Writing data"; 25 minutes of slack, bounds in
// whole milliseconds).
func (m *model) outside(now time.Time, at int64) (reason string, memory bool) {
	now = now.Truncate(time.Millisecond)
	oldest, name := now.Add(-25*time.Minute-time.Duration(m.retention.MemoryHours)*time.Hour), "memory store"
	memory = at >= oldest.UnixNano()
	if m.magnetic {
		oldest, name = now.Add(-25*time.Minute-m.total()), "data ingestion window"
	}
	newest := now.Add(15 * time.Minute)
	if at < oldest.UnixNano() || at >= newest.UnixNano() {
		return fmt.Sprintf("The record timestamp is outside the time range [%s, %s) of the %s.", oldest.Format(modelTime), newest.Format(modelTime), name), memory
	}
	return "", memory
}

func keyOf(r *Record) modelKey {
	texts := make([]string, len(r.Dimensions))
	for i, d := range r.Dimensions {
		texts[i] = d.Name + "=" + d.Value
	}
	slices.Sort(texts)
	return modelKey{strings.Join(texts, ","), r.MeasureName, r.Time}
}

var singleColumnNames = map[ValueType]string{
	Double: "measure_value::double", Bigint: "measure_value::bigint", Varchar: "measure_value::varchar", Boolean: "measure_value::boolean",
}

// write applies one record and returns the reason of its rejection, if any.
func (m *model) write(now time.Time, r *Record) (reason string, existing int64) {
	if reason, _ := m.outside(now, r.Time); reason != "" {
		return reason, 0
	}
	k := keyOf(r)
	if _, ok := k.dimension(m.required); m.required != "" && !ok {
		return fmt.Sprintf("The record lacks the dimension '%s', which the partition key of the table requires.", m.required), 0
	}
	values := map[string]Value{}
	for _, x := range r.Measures {
		name := x.Name
		if !r.Multi {
			name = singleColumnNames[x.Value.Type]
		}
		values[name] = x.Value
	}
	if reason := m.conflict(r); reason != "" {
		return reason, 0
	}
	old, exists := m.rows[k]
	switch {
	case !exists || r.Version > old.version:
	case maps.Equal(old.values, values):
		return "", 0
	case m.lastWins:
	case r.Version == old.version:
		return "A record already exists with the same time, dimensions, measure name, and record version. " +
			"A higher record version must be specified in order to update the measure value. " +
			"Specifying record version is supported by the latest SDKs.", old.version
	default:
		return fmt.Sprintf("The record version %d is lower than the existing version %d. A higher version is required to update the measure value.",
			r.Version, old.version), old.version
	}
	m.rows[k] = modelRow{r.Version, values}
	m.learn(r)
	return "", 0
}

func (m *model) learn(r *Record) {
	for _, d := range r.Dimensions {
		m.dims[d.Name] = true
	}
	for _, x := range r.Measures {
		if r.Multi {
			m.types[x.Name] = x.Value.Type
		}
	}
	m.measures[r.MeasureName] = true
}

func (m *model) conflict(r *Record) string {
	const both = "The name '%s' cannot be both a dimension and a multi-measure attribute of the table."
	for _, d := range r.Dimensions {
		if _, taken := m.types[d.Name]; taken {
			return fmt.Sprintf(both, d.Name)
		}
	}
	for _, x := range r.Measures {
		if m.dims[x.Name] || slices.ContainsFunc(r.Dimensions, func(d Dimension) bool { return d.Name == x.Name }) {
			return fmt.Sprintf(both, x.Name)
		}
		if t, ok := m.types[x.Name]; ok && r.Multi && t != x.Value.Type {
			return fmt.Sprintf("The multi-measure attribute '%s' already exists in the table with another type.", x.Name)
		}
	}
	return ""
}

// modelScan is a condition in the words of the model; the measure name stands under
// "measure_name".
type modelScan struct {
	min, max int64
	in       map[string][]string
}

func (s modelScan) has(k modelKey) bool {
	if k.time < s.min || k.time > s.max {
		return false
	}
	for name, values := range s.in {
		value, ok := k.measure, true
		if name != "measure_name" {
			value, ok = k.dimension(name)
		}
		if !ok || !slices.Contains(values, value) {
			return false
		}
	}
	return true
}

func (m *model) answer(s modelScan) map[modelKey]map[string]Value {
	rows := map[modelKey]map[string]Value{}
	for k, row := range m.rows {
		if s.has(k) && k.time >= m.floor {
			rows[k] = row.values
		}
	}
	return rows
}

// newestRows keeps the newest row of each series.
func newestRows(rows map[modelKey]map[string]Value) map[modelKey]map[string]Value {
	newest := map[modelKey]modelKey{}
	for k := range rows {
		series := modelKey{k.dims, k.measure, 0}
		if was, ok := newest[series]; !ok || k.time > was.time {
			newest[series] = k
		}
	}
	answer := map[modelKey]map[string]Value{}
	for _, k := range newest {
		answer[k] = rows[k]
	}
	return answer
}

// modelDiff describes the first difference between two answers, "" if there is none.
func modelDiff(got, want map[modelKey]map[string]Value) string {
	for k, values := range want {
		if have, ok := got[k]; !ok {
			return fmt.Sprintf("%v is missing among %d rows, want %d", k, len(got), len(want))
		} else if !maps.Equal(have, values) {
			return fmt.Sprintf("%v is %v, want %v", k, have, values)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			return fmt.Sprintf("%v is there, but should not be", k)
		}
	}
	return ""
}

// drawer draws what happens to a table from a seed.
type drawer struct {
	rng  *rand.Rand
	step int
}

func (d *drawer) one(n int) bool { return d.rng.IntN(n) == 0 }

// record draws from few identities, versions and values, so that they meet. Expired
// times, of which nothing is said, are not among the accepted ones.
func (d *drawer) record(m *model, now time.Time) Record {
	r := Record{
		Dimensions:  []Dimension{{"host", fmt.Sprint("h", d.rng.IntN(4))}},
		MeasureName: fmt.Sprint("m", d.rng.IntN(3)), Version: int64(1 + d.rng.IntN(4)), Time: d.time(m, now),
	}
	if !d.one(3) {
		r.Dimensions = append(r.Dimensions, Dimension{"region", fmt.Sprint("r", d.rng.IntN(2))})
	}
	if d.step > 20 && d.one(6) {
		r.Dimensions = append([]Dimension{{fmt.Sprint("tag", d.rng.IntN(1+d.step/20)), "x'y"}}, r.Dimensions...)
	}
	if d.one(3) {
		r.Measures = []Measure{{Value: d.value(ValueType(1 + d.rng.IntN(4)))}}
		return r
	}
	r.Multi = true
	first := d.rng.IntN(2 + d.step/10) // new attributes over time
	for i := range 1 + d.rng.IntN(4) {
		t := ValueType(1 + (first+i)%5)
		if d.one(150) {
			t = 1 + t%5
		}
		name := fmt.Sprint("a", first+i)
		if d.one(40) {
			name = fmt.Sprint("A", first+i) // differs in letter case only
		}
		r.Measures = append(r.Measures, Measure{name, d.value(t)})
	}
	d.rng.Shuffle(len(r.Measures), func(i, j int) { r.Measures[i], r.Measures[j] = r.Measures[j], r.Measures[i] })
	if d.one(60) {
		r.Measures[0].Name = "host"
	}
	return r
}

func (d *drawer) value(t ValueType) Value {
	switch t {
	case Double:
		return DoubleValue([]float64{0, 1, 1e308, -1.5}[d.rng.IntN(4)])
	case Bigint:
		return BigintValue([]int64{0, -1, 1<<63 - 1, -1 << 63}[d.rng.IntN(4)])
	case Varchar:
		return VarcharValue([]string{"a", "ä€😀", "'\"\\\n", strings.Repeat("long ", 50)}[d.rng.IntN(4)])
	case Boolean:
		return BooleanValue(d.one(2))
	default:
		return TimestampValue([]int64{0, 1<<62 + 1}[d.rng.IntN(2)])
	}
}

// time draws times of the last days, at the bounds of what is accepted, and outside.
func (d *drawer) time(m *model, now time.Time) int64 {
	offset := time.Duration(d.rng.IntN(20))
	switch day := time.Duration(min(d.rng.IntN(8), d.rng.IntN(8))) * 24 * time.Hour; d.rng.IntN(12) {
	case 0, 1:
		offset = -day
	case 2:
		offset = 15*time.Minute - 1 + time.Duration(d.rng.IntN(2)) // the newest and just too new
	case 3:
		offset = -25*time.Minute - time.Duration(m.retention.MemoryHours)*time.Hour - time.Duration(d.rng.IntN(2))
	case 4:
		offset = -25*time.Minute - m.total() - 1
	case 5:
		midnight := now.Truncate(24 * time.Hour).Add(-day)
		offset = midnight.Sub(now) - time.Duration(d.rng.IntN(2)) // the ends of a day
	case 6, 7:
		offset = -day - time.Duration(d.rng.IntN(12))*time.Hour
	case 8:
		offset = time.Duration(d.step)
	}
	at := now.Add(offset).UnixNano()
	if reason, _ := m.outside(now, at); reason == "" {
		at = max(at, m.floor)
	}
	return at
}

// scan draws bounds on time and series.
func (d *drawer) scan(m *model, now time.Time) modelScan {
	s := modelScan{min: -1 << 63, max: 1<<63 - 1, in: map[string][]string{}}
	switch d.rng.IntN(4) {
	case 0:
		s.min, s.max = d.time(m, now), d.time(m, now)
		if s.min > s.max {
			s.min, s.max = s.max, s.min
		}
	case 1:
		s.min = d.time(m, now)
	case 2:
		s.max = d.time(m, now)
	}
	if d.one(3) {
		s.in["measure_name"] = []string{fmt.Sprint("m", d.rng.IntN(3)), "m0"}[:1+d.rng.IntN(2)]
	}
	for _, name := range slices.Sorted(maps.Keys(m.dims)) {
		if d.one(4) {
			s.in[name] = []string{[]string{fmt.Sprint("h", d.rng.IntN(4)), fmt.Sprint("r", d.rng.IntN(2)), "x'y"}[d.rng.IntN(3)], "h0"}
		}
	}
	return s
}

// deletion turns a scan into a deletion that says nothing of expired rows.
func (s *modelScan) deletion(m *model) Deletion {
	s.min = max(s.min, m.floor)
	s.max = max(s.min, s.max)
	from, to := time.Unix(0, s.min), time.Unix(0, s.max)
	del := Deletion{Dimensions: map[string][]string{}, From: &from, To: &to}
	for name, values := range s.in {
		if name == "measure_name" {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !m.measures[v] })
			if len(values) == 0 {
				delete(s.in, name)
				continue
			}
			s.in[name], del.Measures = values, values
		} else {
			del.Dimensions[name] = values
		}
	}
	return del
}
