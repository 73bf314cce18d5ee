package tsdb

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriteThenRead(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ctx := t.Context()
	records := []Record{
		multi("a", at(0), 1, double("cpu", 1.5), Measure{"up", BooleanValue(true)}, Measure{"seen", TimestampValue(7)}),
		multi("b", at(time.Nanosecond), 1, double("cpu", 2.5), Measure{"note", VarcharValue("a longer text than twelve bytes")}),
		single1("a", "load", BigintValue(-5), at(-30*time.Hour), 1),
	}
	got, err := f.db.Write(ctx, demo, records)
	if want := (Ingested{Total: 3, Memory: 2, Magnetic: 1}); err != nil || got != want {
		t.Fatalf("Write = %+v, %v, want %+v", got, err, want)
	}
	for _, when := range []string{"before", "after"} {
		schema, err := f.db.Schema(ctx, demo)
		if err != nil {
			t.Fatal(err)
		}
		wantSchema := Schema{[]Column{
			{"region", DimensionColumn, Varchar}, {"host", DimensionColumn, Varchar}, {"measure_name", MeasureNameColumn, Varchar}, {"time", TimeColumn, Timestamp},
			{"measure_value::bigint", SingleColumn, Bigint}, {"cpu", MultiColumn, Double}, {"up", MultiColumn, Boolean}, {"seen", MultiColumn, Timestamp}, {"note", MultiColumn, Varchar},
		}}
		if diff := cmp.Diff(wantSchema, schema); diff != "" {
			t.Errorf("%s restart: schema differs: %s", when, diff)
		}
		rows := f.rows(Scan{}, "2, 1, 3", "measure_name", "time", "host", "region", "cpu", "up", "seen", "note", "measure_value::bigint")
		want := [][]any{
			{"load", at(-30 * time.Hour), "a", "eu", nil, nil, nil, nil, int64(-5)},
			{"metrics", at(0), "a", "eu", 1.5, true, int64(7), nil, nil},
			{"metrics", at(1), "b", "eu", 2.5, nil, nil, "a longer text than twelve bytes", nil},
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%s restart: rows differ: %s", when, diff)
		}
		f.restart()
	}
}

func TestUpsertRules(t *testing.T) {
	old, other := double("cpu", 1), double("cpu", 2)
	cases := []struct {
		name    string
		version int64 // against a stored version 5 with value 1
		value   Measure
		reason  string
		want    []any // version is not visible, so the value and the effect on a later version 6
	}{
		{"higher, other", 6, other, "", []any{2.0}},
		{"higher, same", 6, old, "", []any{1.0}},
		{"equal, same", 5, old, "", []any{1.0}},
		{"equal, other", 5, other, sameVersionText, []any{1.0}},
		{"lower, other", 4, other, "The record version 4 is lower than the existing version 5. A higher version is required to update the measure value.", []any{1.0}},
		{"lower, same", 4, old, "", []any{1.0}},
	}
	for _, tc := range cases {
		for _, within := range []bool{false, true} {
			f := newFixture(t, Options{})
			f.table()
			first, second := multi("a", at(0), 5, old), multi("a", at(0), tc.version, tc.value)
			var err error
			if within {
				_, err = f.db.Write(t.Context(), demo, []Record{first, second})
			} else {
				if _, err := f.db.Write(t.Context(), demo, []Record{first}); err != nil {
					t.Fatal(err)
				}
				_, err = f.db.Write(t.Context(), demo, []Record{second})
			}
			if got := firstReason(err); got != tc.reason {
				t.Errorf("%s (in one write: %v): reason %q, want %q", tc.name, within, got, tc.reason)
			}
			if rejected, ok := errors.AsType[*RejectedRecords](err); ok && rejected.Rejections[0].ExistingVersion != 5 {
				t.Errorf("%s: existing version %d, want 5", tc.name, rejected.Rejections[0].ExistingVersion)
			}
			if got := f.rows(Scan{}, "1", "cpu"); !cmp.Equal(got, [][]any{tc.want}) {
				t.Errorf("%s (in one write: %v): rows %v, want %v", tc.name, within, got, tc.want)
			}
			f.stop()
		}
	}
}

func firstReason(err error) string {
	if rejected, ok := errors.AsType[*RejectedRecords](err); ok {
		return rejected.Rejections[0].Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
