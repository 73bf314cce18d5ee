package tsdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

func TestMalformedRecordFailsTheWrite(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	change := func(f func(*Record)) Record {
		r := multi("a", at(0), 1, double("cpu", 1))
		f(&r)
		return r
	}
	measure := func(v Value) Record { return change(func(r *Record) { r.Measures[0].Value = v }) }
	name := func(s string) Record { return change(func(r *Record) { r.Dimensions[0].Name = s }) }
	cases := map[string]Record{
		"version":             change(func(r *Record) { r.Version = 0 }),
		"no measure name":     change(func(r *Record) { r.MeasureName = "" }),
		"long measure name":   change(func(r *Record) { r.MeasureName = strings.Repeat("m", 257) }),
		"colon":               change(func(r *Record) { r.MeasureName = "a:b" }),
		"reserved time":       name("time"),
		"reserved prefix":     name("ts_x"),
		"reserved measure":    name("measure_name"),
		"reserved value":      name("measure_value"),
		"long dimension name": name(strings.Repeat("d", 61)),
		"empty name":          name(""),
		"control character":   name("a\nb"),
		"bad UTF-8 name":      name("a\xff"),
		"same dimension":      name("host"),
		"empty value":         change(func(r *Record) { r.Dimensions[0].Value = "" }),
		"bad UTF-8 value":     change(func(r *Record) { r.Dimensions[0].Value = "\xc3" }),
		"no measures":         change(func(r *Record) { r.Measures = nil }),
		"same attribute":      change(func(r *Record) { r.Measures = append(r.Measures, r.Measures[0]) }),
		"NaN":                 measure(DoubleValue(math.NaN())),
		"infinity":            measure(DoubleValue(math.Inf(-1))),
		"negative zero":       measure(DoubleValue(math.Copysign(0, -1))),
		"empty text":          measure(VarcharValue("")),
		"bad UTF-8 text":      measure(VarcharValue("\xff")),
		"timestamp":           measure(TimestampValue(-1)),
		"no type":             measure(Value{}),
		"single timestamp":    change(func(r *Record) { r.Multi = false; r.Measures = []Measure{{Value: TimestampValue(1)}} }),
		"single twice":        change(func(r *Record) { r.Multi = false; r.Measures = append(r.Measures, r.Measures...) }),
	}
	for name, bad := range cases {
		good := multi("good", at(0), 1, double("cpu", 1))
		n, err := f.db.Write(t.Context(), demo, []Record{good, bad})
		if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(err.Error(), "Record 1: ") || n != (Ingested{}) {
			t.Errorf("%s: Write = %+v, %v, want an invalid fault about record 1", name, n, err)
		}
	}
	if schema, err := f.db.Schema(t.Context(), demo); err != nil || len(schema.Columns) != 2 {
		t.Errorf("Schema = %v, %v, want the two columns of an empty table", schema, err)
	}
}

// The other records of a write with refused ones are stored, and only they.
func TestRefusedRecordsLeaveTheOthers(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	wide := multi("a", at(0), 1)
	for i := range 257 {
		wide.Measures = append(wide.Measures, double(fmt.Sprint("m", i), 1))
	}
	crowd := multi("a", at(0), 1, double("cpu", 1))
	for i := range 129 {
		crowd.Dimensions = append(crowd.Dimensions, Dimension{fmt.Sprint("d", i), "x"})
	}
	long := multi(strings.Repeat("x", 2050), at(0), 1, double("cpu", 1))
	text := multi("a", at(0), 1, Measure{"text", VarcharValue(strings.Repeat("x", 2049))})
	records := []Record{
		wide, multi("a", at(0), 1, double("cpu", 1)), crowd, long, text,
		multi("a", at(time.Second), 1, Measure{"cpu", BigintValue(1)}),
		multi("b", at(0), 1, double("region", 1)),
		multi("b", at(0), 1, double("cpu", 2)),
	}
	n, err := f.db.Write(t.Context(), demo, records)
	want := map[int]string{0: "more than 256 measures", 2: "more than 128 dimensions", 3: "exceed 2048 bytes", 4: "exceed 2048 bytes",
		5: "'cpu' already exists in the table with another type", 6: "'region' cannot be both"}
	rejected, ok := errors.AsType[*RejectedRecords](err)
	if !ok || len(rejected.Rejections) != len(want) || n.Total != 2 {
		t.Fatalf("Write = %+v, %v, want 2 stored and %d rejected", n, err, len(want))
	}
	for _, r := range rejected.Rejections {
		if !strings.Contains(r.Reason, want[r.Index]) || want[r.Index] == "" {
			t.Errorf("record %d: reason %q, want one with %q", r.Index, r.Reason, want[r.Index])
		}
	}
	if got := f.rows(Scan{}, "1", "host", "cpu"); fmt.Sprint(got) != "[[a 1] [b 2]]" {
		t.Errorf("rows %v, want [[a 1] [b 2]]", got)
	}
}

func TestTimeWindow(t *testing.T) {
	f := newFixture(t, Options{Now: func() time.Time { return base.Add(123456789) }}) // 12:00:00.123456789
	f.table()
	if _, err := f.db.CreateTable(t.Context(), TableRef{"demo", "memory"}, TableOptions{Retention: &Retention{24, 10}}); err != nil {
		t.Fatal(err)
	}
	const (
		ms       = time.Millisecond
		memory   = "The record timestamp is outside the time range [2026-02-28T11:35:00.123Z, 2026-03-01T12:15:00.123Z) of the memory store."
		magnetic = "The record timestamp is outside the time range [2026-02-18T11:35:00.123Z, 2026-03-01T12:15:00.123Z) of the data ingestion window."
	)
	cases := []struct {
		table  string
		offset time.Duration // from 12:00:00.123
		want   string        // reason, or memory or magnetic for an accepted record
	}{
		{"memory", 15*time.Minute - 1, "memory"},
		{"memory", 15 * time.Minute, memory},
		{"memory", -24*time.Hour - 25*time.Minute, "memory"},
		{"memory", -24*time.Hour - 25*time.Minute - 1, memory},
		{"host", 15 * time.Minute, magnetic},
		{"host", -24*time.Hour - 25*time.Minute, "memory"},
		{"host", -24*time.Hour - 25*time.Minute - 1, "magnetic"},
		{"host", -11*24*time.Hour - 25*time.Minute, "magnetic"},
		{"host", -11*24*time.Hour - 25*time.Minute - 1, magnetic},
	}
	for _, c := range cases {
		n, err := f.db.Write(t.Context(), TableRef{"demo", c.table}, []Record{multi("a", at(123*ms+c.offset), 1, double("cpu", 1))})
		got := firstReason(err)
		if n == (Ingested{Total: 1, Memory: 1}) {
			got = "memory"
		} else if n == (Ingested{Total: 1, Magnetic: 1}) {
			got = "magnetic"
		}
		if got != c.want {
			t.Errorf("%s at %v: %q, want %q", c.table, c.offset, got, c.want)
		}
	}
}

func TestPartitionKeyIsEnforced(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ref := TableRef{"demo", "keyed"}
	key := func(enforcement string) []PartitionKey { return []PartitionKey{{KeyDimension, "pump", enforcement}} }
	if _, err := f.db.CreateTable(t.Context(), ref, TableOptions{PartitionKey: key(Required)}); err != nil {
		t.Fatal(err)
	}
	record := []Record{multi("a", at(0), 1, double("cpu", 1))}
	if _, err := f.db.Write(t.Context(), ref, record); !strings.Contains(firstReason(err), "'pump'") {
		t.Errorf("Write without the required dimension = %v, want a rejection naming it", err)
	}
	if _, err := f.db.UpdateTable(t.Context(), ref, TableUpdate{PartitionKey: key(Optional)}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.db.Write(t.Context(), ref, record); err != nil {
		t.Errorf("Write without the optional dimension = %v", err)
	}
}

func TestTableLimits(t *testing.T) {
	f := newFixture(t, Options{Hot: hot.Options{MaxSeries: 4, Limits: hot.Limits{Dimensions: 3, MeasureNames: 2, Attributes: 2}}})
	f.table()
	dims := func(names ...string) Record {
		r := multi("a", at(0), 1, double("cpu", 1))
		for _, n := range names {
			r.Dimensions = append(r.Dimensions, Dimension{n, "x"})
		}
		return r
	}
	named := func(name string) Record {
		r := dims()
		r.MeasureName = name
		return r
	}
	records := []Record{
		dims("d3"), dims("d4"), // host, region, d3: full
		multi("a", at(1), 1, double("mem", 1)), multi("a", at(2), 1, double("net", 1)), // cpu, mem: full
		named("second"), named("third"), // metrics, second: full
		multi("b", at(0), 1, double("cpu", 1)), multi("c", at(0), 1, double("cpu", 1)), // four series: full
	}
	_, err := f.db.Write(t.Context(), demo, records)
	rejected, _ := errors.AsType[*RejectedRecords](err)
	if rejected == nil {
		t.Fatalf("Write = %v, want rejections", err)
	}
	want := "[{1 The table already has the maximum number of dimensions. 0} {3 The table already has the maximum number of multi-measure attributes. 0} " +
		"{5 The table already has the maximum number of measure names. 0} {7 The table already has the maximum number of time series, or the series of all tables the memory they may take. 0}]"
	if got := fmt.Sprint(rejected.Rejections); got != want {
		t.Errorf("rejections %s, want %s", got, want)
	}
}

// A write is answered once also when its context ends, and the store goes on.
func TestCancelledWrite(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.db.Write(ctx, demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Write = %v, want nil or %v", err, context.Canceled)
	}
	if _, err := f.db.Write(t.Context(), demo, []Record{multi("b", at(0), 1, double("cpu", 1))}); err != nil {
		t.Errorf("the next Write = %v", err)
	}
}

func TestWriteAfterRunIsUnavailable(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	db := f.db
	f.stop()
	if _, err := db.Write(t.Context(), demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Write after Run = %v, want unavailable", err)
	}
}
