package tsdb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// bulk brings records of hosts in at once; columns are those of the values.
func (f *fixture) bulk(ref TableRef, columns string, measures []BulkMeasure, rows ...string) (BulkReport, error) {
	f.t.Helper()
	conn, err := f.engine.Connect(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	return f.bulkOn(conn, ref, columns, measures, rows...)
}

func (f *fixture) bulkOn(conn *duckdb.Conn, ref TableRef, columns string, measures []BulkMeasure, rows ...string) (BulkReport, error) {
	f.t.Helper()
	_, err := conn.Exec(f.t.Context(), `CREATE OR REPLACE TEMPORARY TABLE bulk_source (measure VARCHAR, d0 VARCHAR, "time" TIMESTAMP_NS, "version" BIGINT, `+columns+`);
		INSERT INTO bulk_source VALUES (`+strings.Join(rows, "), (")+")")
	if err != nil {
		f.t.Fatal(err)
	}
	b := Bulk{Source: "bulk_source", Number: "rowid", Dimensions: []string{"host"}, Measures: measures}
	if f.series {
		if _, err := conn.Exec(f.t.Context(), numberSeries); err != nil {
			f.t.Fatal(err)
		}
		b.Source, b.Series = "bulk_numbered", "bulk_source_series"
	}
	return f.db.Bulk(f.t.Context(), conn, ref, b)
}

// numberSeries makes of a source one with numbers of series, some of which no record has.
const numberSeries = `CREATE OR REPLACE TEMPORARY TABLE bulk_source_series AS SELECT (3 * row_number() OVER ())::UINTEGER AS series, * FROM (SELECT DISTINCT measure, d0 FROM bulk_source);
	INSERT INTO bulk_source_series SELECT 1, 'm', 'nobody'; INSERT INTO bulk_source_series SELECT 2, 'ts_none', '';
	CREATE OR REPLACE TEMPORARY TABLE bulk_numbered AS SELECT r.* EXCLUDE (measure, d0), s.series FROM bulk_source r
	JOIN bulk_source_series s ON s.measure IS NOT DISTINCT FROM r.measure AND s.d0 IS NOT DISTINCT FROM r.d0 AND s.series > 2 ORDER BY r.rowid`

// bothForms runs a test with sources that have the dimensions and with such that number them.
func bothForms(t *testing.T, test func(t *testing.T, series bool)) {
	t.Run("dimensions", func(t *testing.T) { test(t, false) })
	t.Run("series", func(t *testing.T) { test(t, true) })
}

func instant(offset time.Duration) string { return fmt.Sprintf("make_timestamp_ns(%d)", at(offset)) }

// Records that come at once obey the rules of Write, one by one; old ones need no
// magnetic writes.
func TestBulk(t *testing.T) { bothForms(t, testBulk) }

func testBulk(t *testing.T, series bool) {
	f := newFixture(t, Options{})
	f.series = series
	ref := TableRef{"demo", "keyed"}
	f.table()
	if _, err := f.db.CreateTable(t.Context(), ref, TableOptions{
		Retention:    &Retention{MemoryHours: 1, MagneticDays: 10},
		PartitionKey: []PartitionKey{{Type: KeyDimension, Name: "host", Enforcement: Required}},
	}); err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	report, err := f.bulk(ref, "v0 DOUBLE, v1 VARCHAR", []BulkMeasure{{"x", Double}, {"s", Varchar}},
		"'m', 'a', "+instant(0)+", 1, 1.5, 'ok'",
		"'m', 'a', "+instant(-9*day)+", 1, 2, NULL", // old
		"'m', 'a', "+instant(-11*day)+", 1, 2, NULL",
		"'m', 'a', "+instant(15*time.Minute)+", 1, 2, NULL",
		"'m', NULL, "+instant(0)+", 1, 2, NULL",
		"'m', '', "+instant(0)+", 1, 2, NULL",
		"'m', 'b', "+instant(0)+", 0, 2, NULL",
		"'m', 'b', NULL, 1, 2, NULL",
		"'', 'b', "+instant(0)+", 1, 2, NULL",
		"'ts_m', 'b', "+instant(0)+", 1, 2, NULL",
		"'m:n', 'b', "+instant(0)+", 1, 2, NULL",
		"'m', 'b', "+instant(0)+", 1, 'inf', NULL",
		"'m', 'b', "+instant(0)+", 1, '-0.0', NULL",
		"'m', 'b', "+instant(0)+", 1, 1, ''",
		"'m', 'b', "+instant(0)+", 1, NULL, NULL",
		"'m', 'b', "+instant(0)+", 1, 1, repeat('x', 2041)",
		"'m', repeat('x', 2045), "+instant(0)+", 1, 1, NULL",
		"'m', repeat('x', 2044), "+instant(0)+", 1, 1, repeat('x', 2040)", // as large as they may be
	)
	if err != nil {
		t.Fatal(err)
	}
	want := BulkReport{Stored: 3, Refused: []BulkRefusal{
		{"The record has no time.", 1, []int64{7}},
		{retainedText, 2, []int64{2, 3}},
		{"The version must be 1 or more.", 1, []int64{6}},
		{"The measure name must not be empty.", 1, []int64{8}},
		{"The measure name contains a colon or a control character.", 1, []int64{10}},
		{"The measure name is reserved.", 1, []int64{9}},
		{"The value of dimension 'host' must not be empty.", 1, []int64{5}},
		{"The record lacks the dimension 'host', which the partition key of the table requires.", 1, []int64{4}},
		{"The measure 'x' must be a finite number.", 1, []int64{11}},
		{"The measure 'x' must not be negative zero.", 1, []int64{12}},
		{"The measure 's' must not be empty.", 1, []int64{13}},
		{"The record has no measure value.", 1, []int64{14}},
		{"The names and values of the record's dimensions exceed 2048 bytes.", 1, []int64{16}},
		{"The measure values of the record exceed 2048 bytes.", 1, []int64{15}},
	}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("the report differs:\n%s", diff)
	}
}

// A record that is there already counts as its version says.
func TestBulkVersions(t *testing.T) { bothForms(t, testBulkVersions) }

func testBulkVersions(t *testing.T, series bool) {
	f := newFixture(t, Options{})
	f.series = series
	f.table()
	first := Record{Dimensions: []Dimension{{"host", "a"}}, MeasureName: "m", Multi: true, Measures: []Measure{double("x", 1)}, Time: at(0), Version: 5}
	if _, err := f.db.Write(t.Context(), demo, []Record{first}); err != nil {
		t.Fatal(err)
	}
	x := []BulkMeasure{{"x", Double}}
	row := func(version int, value string) string {
		return fmt.Sprintf("'m', 'a', %s, %d, %s", instant(0), version, value)
	}
	for _, test := range []struct {
		row              string
		stored, replaced int64
		refused          string
	}{
		{row(5, "1"), 1, 0, ""},
		{row(5, "2"), 0, 0, sameVersionText},
		{row(4, "2"), 0, 0, "The record version is lower than the existing version. A higher version is required to update the measure value."},
		{row(6, "2"), 1, 1, ""},
	} {
		report, err := f.bulk(demo, "v0 DOUBLE", x, test.row)
		refused := ""
		for _, r := range report.Refused {
			refused += r.Reason
			if fmt.Sprint(r.Sample) != "[0]" {
				t.Errorf("the refused records are %v, want [0]", r.Sample)
			}
		}
		if err != nil || report.Stored != test.stored || report.Replaced != test.replaced || refused != test.refused {
			t.Errorf("Bulk(%s) = %+v, %v, want %d stored, %d replaced, refused %q", test.row, report, err, test.stored, test.replaced, test.refused)
		}
	}
	if got := f.rows(Scan{}, "1", "x"); len(got) != 1 || got[0][0] != 2.0 {
		t.Errorf("rows %v, want one with 2", got)
	}
}

// More columns than a record may have are right as long as each record has fewer.
func TestBulkSparse(t *testing.T) { bothForms(t, testBulkSparse) }

func testBulkSparse(t *testing.T, series bool) {
	f := newFixture(t, Options{})
	f.series = series
	f.table()
	var columns, all, one []string
	var measures []BulkMeasure
	for i := range 257 {
		columns = append(columns, fmt.Sprintf("v%d BIGINT", i))
		measures = append(measures, BulkMeasure{fmt.Sprintf("m%d", i), Bigint})
		all, one = append(all, "1"), append(one, map[bool]string{true: "1", false: "NULL"}[i < 256])
	}
	row := "'m', 'a', " + instant(0) + ", 1, "
	report, err := f.bulk(demo, strings.Join(columns, ", "), measures, row+strings.Join(all, ", "), strings.Replace(row, "'a'", "'b'", 1)+strings.Join(one, ", "))
	if err != nil || report.Stored != 1 || len(report.Refused) != 1 || report.Refused[0].Reason != "The measure values of the record exceed 2048 bytes." && report.Refused[0].Reason != "The record has more than 256 measures." {
		t.Errorf("Bulk = %+v, %v, want the record of 257 measures refused", report, err)
	}
}

// What no record can have fails the whole call.
func TestBulkRefusals(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	row := "'m', 'a', " + instant(0) + ", 1, NULL"
	for name, test := range map[string]struct {
		ref      TableRef
		measures []BulkMeasure
		kind     fault.Kind
	}{
		"unknown table":      {TableRef{"demo", "none"}, []BulkMeasure{{"x", Double}}, fault.NotFound},
		"no measure":         {demo, nil, fault.Invalid},
		"reserved name":      {demo, []BulkMeasure{{"time", Double}}, fault.Invalid},
		"name twice":         {demo, []BulkMeasure{{"x", Double}, {"x", Double}}, fault.Invalid},
		"name of dimension":  {demo, []BulkMeasure{{"host", Double}}, fault.Invalid},
		"single of instants": {demo, []BulkMeasure{{"", Timestamp}}, fault.Invalid},
	} {
		if _, err := f.bulk(test.ref, "v0 DOUBLE", test.measures, row); fault.KindOf(err) != test.kind {
			t.Errorf("%s: Bulk gives %v, want %v", name, err, test.kind)
		}
	}
}
