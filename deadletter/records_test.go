package deadletter

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/tsdb"
)

// Records come back as they were.
func TestRecordsRoundTrip(t *testing.T) {
	dims := []tsdb.Dimension{{Name: "d", Value: "x\"'<☃"}, {Name: "e", Value: "y"}}
	recs := []tsdb.Record{
		{Dimensions: dims, MeasureName: "a", Measures: []tsdb.Measure{{Value: tsdb.DoubleValue(0.1)}}, Time: -5, Version: 1},
		{Dimensions: dims, MeasureName: "b", Measures: []tsdb.Measure{{Value: tsdb.BigintValue(math.MinInt64)}}, Time: math.MaxInt64, Version: math.MaxInt64},
		{Dimensions: dims, MeasureName: "c", Measures: []tsdb.Measure{{Value: tsdb.BooleanValue(true)}}, Version: 1},
		{Dimensions: dims, MeasureName: "m", Multi: true, Version: 2, Measures: []tsdb.Measure{
			{Name: "v", Value: tsdb.VarcharValue("")}, {Name: "t", Value: tsdb.TimestampValue(1)}, {Name: "n", Value: tsdb.DoubleValue(math.SmallestNonzeroFloat64)}}},
	}
	other := append(recs[:3:3], tsdb.Record{MeasureName: "z", Measures: []tsdb.Measure{{Value: tsdb.VarcharValue("z")}}, Version: 1})
	for name, list := range map[string][]tsdb.Record{"shared dimensions": recs, "dimensions of their own": other} {
		got, err := decodeRecords(encodeRecords(plant, list), 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(list, got, cmp.AllowUnexported(tsdb.Value{})); diff != "" {
			t.Errorf("%s: records differ:\n%s", name, diff)
		}
	}
	got, err := decodeRecords(encodeRecords(plant, recs), 7)
	if err != nil || got[0].Version != 7 || got[3].Version != 7 {
		t.Errorf("decodeRecords with version 7 = %v, %v", got, err)
	}
}

func TestBadRecords(t *testing.T) {
	for _, text := range []string{"", "[]", `{"Records":[{}]}`, `{"Records":[{"Time":"1","MeasureValueType":"INT"}]}`, `{"Records":[{"Time":"1","MeasureValueType":"BIGINT","MeasureValue":"1.5"}]}`} {
		if recs, err := decodeRecords(text, 0); err == nil {
			t.Errorf("decodeRecords(%q) = %v, want an error", text, recs)
		}
	}
}

func FuzzDecodeRecords(f *testing.F) {
	f.Add(encodeRecords(plant, []tsdb.Record{{MeasureName: "a", Measures: []tsdb.Measure{{Value: tsdb.DoubleValue(0.1)}}}}))
	f.Fuzz(func(t *testing.T, text string) {
		recs, err := decodeRecords(text, 0)
		if err != nil || len(recs) == 0 {
			return
		}
		if _, err := decodeRecords(encodeRecords(plant, recs), 0); err != nil {
			t.Errorf("what was read does not read again: %v", err)
		}
	})
}
