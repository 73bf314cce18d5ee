package tsdb

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tidemark/tsdb/hot"
)

// The model is the table of upsert rules over a plain map; the store must agree with
// it on every outcome and on every row, over restarts, segments and growing schemas.

type modelKey struct {
	host, measure string
	time          int64
}

type modelRow struct {
	version int64
	values  map[string]Value // by column
}

type model map[modelKey]modelRow

// write applies one record and returns the reason of its rejection, if any.
func (m model) write(r *Record) (reason string, existing int64) {
	k := modelKey{r.Dimensions[0].Value, r.MeasureName, r.Time}
	values := map[string]Value{}
	for _, x := range r.Measures {
		name := x.Name
		if !r.Multi {
			name = map[ValueType]string{Double: "measure_value::double", Bigint: "measure_value::bigint"}[x.Value.Type]
		}
		values[name] = x.Value
	}
	old, exists := m[k]
	same := exists && len(old.values) == len(values)
	for name, v := range values {
		same = same && old.values[name] == v
	}
	switch {
	case !exists || r.Version > old.version:
		m[k] = modelRow{r.Version, values}
	case same:
	case r.Version == old.version:
		return sameVersionText, old.version
	default:
		return fmt.Sprintf("The record version %d is lower than the existing version %d. A higher version is required to update the measure value.",
			r.Version, old.version), old.version
	}
	return "", 0
}

// randomRecord draws from few identities, versions and values, so that they meet.
func randomRecord(rng *rand.Rand, step int) Record {
	r := Record{
		Dimensions:  []Dimension{{"host", fmt.Sprintf("h%d", rng.IntN(4))}},
		MeasureName: fmt.Sprintf("m%d", rng.IntN(2)), Version: int64(1 + rng.IntN(4)),
		Time: at(time.Duration(rng.IntN(6+step/4)) * time.Microsecond),
	}
	if rng.IntN(3) == 0 {
		r.Measures = []Measure{{Value: DoubleValue(float64(rng.IntN(2)))}}
		if rng.IntN(2) == 0 {
			r.Measures[0].Value = BigintValue(int64(rng.IntN(2)))
		}
		return r
	}
	r.Multi = true
	for i := range 1 + rng.IntN(3) {
		name := fmt.Sprintf("a%d", i+rng.IntN(1+step/20)) // new attributes over time
		if !slices.ContainsFunc(r.Measures, func(m Measure) bool { return m.Name == name }) {
			r.Measures = append(r.Measures, double(name, float64(rng.IntN(2))))
		}
	}
	rng.Shuffle(len(r.Measures), func(i, j int) { r.Measures[i], r.Measures[j] = r.Measures[j], r.Measures[i] })
	return r
}

func TestStoreAgreesWithModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			f := newFixture(t, Options{Hot: hot.Options{SegmentRows: 40}})
			f.table()
			m := model{}
			for step := range 120 {
				compareWrite(t, f, m, rng, step)
				if rng.IntN(25) == 0 {
					f.restart()
				}
			}
			compareRows(t, f, m)
			f.restart()
			compareRows(t, f, m)
		})
	}
}

func compareWrite(t *testing.T, f *fixture, m model, rng *rand.Rand, step int) {
	t.Helper()
	records := make([]Record, 1+rng.IntN(12))
	var want []Rejection
	for i := range records {
		records[i] = randomRecord(rng, step)
		if reason, existing := m.write(&records[i]); reason != "" {
			want = append(want, Rejection{i, reason, existing})
		}
	}
	n, err := f.db.Write(t.Context(), demo, records)
	var got []Rejection
	if rejected, ok := errors.AsType[*RejectedRecords](err); ok {
		got = rejected.Rejections
	} else if err != nil {
		t.Fatalf("step %d: Write = %v", step, err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("step %d: rejections of %v differ: %s", step, records, diff)
	}
	if n.Total != len(records)-len(want) {
		t.Fatalf("step %d: %d ingested, want %d", step, n.Total, len(records)-len(want))
	}
}

// compareRows compares every row of the table with the model.
func compareRows(t *testing.T, f *fixture, m model) {
	t.Helper()
	schema, err := f.db.Schema(t.Context(), demo)
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"host", "measure_name", "time"}
	for _, c := range schema.Columns {
		if c.Role >= SingleColumn {
			columns = append(columns, c.Name)
		}
	}
	var want [][]any
	for k, row := range m {
		values := []any{k.host, k.measure, k.time}
		for _, name := range columns[3:] {
			values = append(values, anyValue(row.values[name]))
		}
		want = append(want, values)
	}
	slices.SortFunc(want, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(int64), b[2].(int64)))
	})
	if diff := gocmp.Diff(want, f.rows(Scan{}, orderOf(f, columns[:3]), columns...)); diff != "" {
		t.Errorf("rows differ: %s", diff)
	}
}

// orderOf returns an ORDER BY list for columns of the demo table.
func orderOf(f *fixture, names []string) string {
	f.t.Helper()
	s, err := f.db.Snapshot(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	defer s.Close()
	text := ""
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("c%d", columnIndex(f.t, s, demo, name))
	}
	return text
}

func anyValue(v Value) any {
	switch v.Type {
	case Double:
		return v.Float()
	case Bigint:
		return v.Int()
	default:
		return nil
	}
}
