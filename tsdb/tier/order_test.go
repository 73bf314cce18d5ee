package tier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// single makes a row of one of several measures.
func single(host, measure string, t int64, value uint64) hot.Row {
	return hot.Row{
		Dims: []hot.Dim{{Name: "host", Value: host}}, Measure: measure, Kind: hot.Bigint, Time: t, Version: 1,
		Cells: []hot.Cell{{Name: hot.SingleColumn(hot.Bigint), Type: hot.Bigint, Bits: value}},
	}
}

// A reader of some values of the column by which files are sorted says so to the engine,
// which skips the rest; rows that have moved and rows that have not are alike.
func TestReadersUseTheOrder(t *testing.T) {
	for _, key := range []string{"", "host", "absent"} {
		t.Run("key "+key, func(t *testing.T) {
			h := newHouse(t, Options{})
			h.set(1, &Definition{Database: "plant", Table: "sensors", Retention: years, PartitionKey: key})
			h.hot.Table(1).SetPartitionKey(key)
			fill := func(from int) {
				for i := range 5 {
					for host := range 3 {
						for m := range 4 {
							h.write(single(fmt.Sprint("h", host), fmt.Sprint("m'", m), at(time.Duration(from+i)*time.Second), uint64(1000*host+100*m+from+i)))
						}
					}
				}
			}
			fill(0)
			h.flush()
			fill(5)
			for _, c := range []struct {
				name      string
				in        []hot.In
				want      []string // conditions by key
				rows, sum int64
			}{
				{"a measure", []hot.In{{Role: hot.MeasureField, Values: []string{"m'2"}}}, []string{"key = 'm''2'", "", ""}, 30, 30*200 + 3*45 + 30000},
				{"two measures", []hot.In{{Role: hot.MeasureField, Values: []string{"m'3", "m'1"}}}, []string{"key >= 'm''1' AND key <= 'm''3'", "", ""}, 60, 60*200 + 6*45 + 60000},
				{"a host", []hot.In{{Role: hot.DimensionField, Values: []string{"h1"}}}, []string{"", "key = 'h1'", ""}, 40, 40*1150 + 4*45},
				{"a series", []hot.In{{Role: hot.DimensionField, Values: []string{"h1"}}, {Role: hot.MeasureField, Values: []string{"m'3"}}}, []string{"key = 'm''3'", "key = 'h1'", ""}, 10, 10*1300 + 45},
				{"nothing", []hot.In{{Role: hot.MeasureField, Values: []string{"m"}}}, []string{"", "", ""}, 0, 0},
			} {
				t.Run(c.name, func(t *testing.T) {
					sn := h.hot.Snapshot()
					defer sn.Close()
					text := sn.View(h.hot.Table(1)).Relation(hot.Scan{Min: -1 << 63, Max: 1<<63 - 1, In: c.in, Fields: []hot.Field{{Role: hot.ValueField, As: "v"}}})
					want := c.want[map[string]int{"": 0, "host": 1, "absent": 2}[key]]
					if want == "" && strings.Contains(text, "key ") || !strings.Contains(text, want) {
						t.Errorf("relation %s, want the condition %q", text, want)
					}
					got := h.query("SELECT count(*), coalesce(sum(v), 0)::BIGINT FROM " + text)[0]
					if got[0] != c.rows || got[1] != c.sum {
						t.Errorf("%v rows with the sum %v, want %d and %d", got[0], got[1], c.rows, c.sum)
					}
				})
			}
		})
	}
}
