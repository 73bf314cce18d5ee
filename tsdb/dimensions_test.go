package tsdb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A record with a set is stored, rejected and refused as the same one without it is.
func TestDimensionSetsChangeNoAnswer(t *testing.T) {
	long := strings.Repeat("x", 700)
	lists := map[string][]Dimension{
		"sorted":    {{"host", "a"}, {"region", "eu"}},
		"unsorted":  {{"region", "eu"}, {"host", "b"}},
		"none":      nil,
		"twice":     {{"host", "a"}, {"host", "b"}},
		"empty":     {{"host", ""}},
		"no UTF-8":  {{"host", "\xff"}},
		"reserved":  {{"time", "a"}},
		"too large": {{"a", long}, {"b", long}, {"c", long}},
	}
	plain, sets := newFixture(t, Options{}), newFixture(t, Options{})
	plain.table()
	sets.table()
	for round := range 3 {
		for name, list := range lists {
			r := Record{Dimensions: list, MeasureName: "cpu", Multi: true, Measures: []Measure{double("v", float64(round))}, Time: at(0), Version: 1}
			want, wantErr := plain.db.Write(t.Context(), demo, []Record{r})
			r.Set = NewDimensionSet(list)
			got, err := sets.db.Write(t.Context(), demo, []Record{r})
			if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%s, round %d: Write = %+v, %v, want %+v, %v", name, round, got, err, want, wantErr)
			}
		}
	}
	read := func(f *fixture) [][]any { return f.rows(Scan{}, "1, 2", "host", "region", "measure_name", "time", "v") }
	if diff := cmp.Diff(read(plain), read(sets)); diff != "" || len(read(sets)) != 3 {
		t.Errorf("rows differ: %s", diff)
	}
}
