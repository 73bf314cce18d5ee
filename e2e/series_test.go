//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
)

// shown is a value in one line: [array], (row), {time: value} of a series, NULL.
func shown(d querytypes.Datum) string {
	var parts []string
	switch {
	case d.NullValue != nil && *d.NullValue:
		return "NULL"
	case d.ScalarValue != nil:
		return *d.ScalarValue
	case d.ArrayValue != nil:
		for _, e := range d.ArrayValue {
			parts = append(parts, shown(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case d.RowValue != nil:
		for _, e := range d.RowValue.Data {
			parts = append(parts, shown(e))
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	for _, p := range d.TimeSeriesValue {
		parts = append(parts, *p.Time+": "+shown(*p.Value))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// TestGoSDKSeries reads series of every type of value as the SDK decodes them.
func TestGoSDKSeries(t *testing.T) {
	n := serve(t)
	const from = " FROM (VALUES (TIMESTAMP '2026-01-01 00:00:02', 'b'), ('2026-01-01 00:00:00.000000001', 'a')) AS v (time, name)"
	const at0, at2 = "2026-01-01 00:00:00.000000001: ", "2026-01-01 00:00:02.000000000: "
	for _, c := range []struct {
		value string // of the series, or a whole series
		kind  querytypes.ScalarType
		want  string
	}{
		{"create_time_series(time, name)", querytypes.ScalarTypeVarchar, "{" + at0 + "a, " + at2 + "b}"},
		{"create_time_series(time, name = 'a')", querytypes.ScalarTypeBoolean, "{" + at0 + "true, " + at2 + "false}"},
		{"create_time_series(time, length(name))", querytypes.ScalarTypeBigint, "{" + at0 + "1, " + at2 + "1}"},
		{"create_time_series(time, 7)", querytypes.ScalarTypeInteger, "{" + at0 + "7, " + at2 + "7}"},
		{"create_time_series(time, 1e7)", querytypes.ScalarTypeDouble, "{" + at0 + "1.0E7, " + at2 + "1.0E7}"},
		{"create_time_series(time, bin(time, 1h))", querytypes.ScalarTypeTimestamp, "{" + at0 + "2026-01-01 00:00:00.000000000, " + at2 + "2026-01-01 00:00:00.000000000}"},
		{"create_time_series(time, DATE '2026-01-02')", querytypes.ScalarTypeDate, "{" + at0 + "2026-01-02, " + at2 + "2026-01-02}"},
		{"create_time_series(time, TIME '01:02')", querytypes.ScalarTypeTime, "{" + at0 + "01:02:00.000000000, " + at2 + "01:02:00.000000000}"},
		{"create_time_series(time, 36h)", querytypes.ScalarTypeIntervalDayToSecond, "{" + at0 + "1 12:00:00.000000000, " + at2 + "1 12:00:00.000000000}"},
		{"create_time_series(time, 14month)", querytypes.ScalarTypeIntervalYearToMonth, "{" + at0 + "1-2, " + at2 + "1-2}"},
		{"create_time_series(time, ARRAY[name, 'x', NULL])", "", "{" + at0 + "[a, x, NULL], " + at2 + "[b, x, NULL]}"},
		{"create_time_series(time, ROW(name, 1))", "", "{" + at0 + "(a, 1), " + at2 + "(b, 1)}"},
		{"create_time_series(time, 1) FILTER (WHERE name = 'c')", querytypes.ScalarTypeInteger, "NULL"},
		{"filter(create_time_series(time, 1), x -> false)", querytypes.ScalarTypeInteger, "{}"},
		{"interpolate_linear(create_time_series(time, 1), ARRAY['2026-01-01 00:00:02', '2026-01-02'])", querytypes.ScalarTypeDouble, "{" + at2 + "1.0, 2026-01-02 00:00:00.000000000: NULL}"},
	} {
		text := "SELECT " + c.value + " AS s" + from
		page, err := n.reader().Query(t.Context(), &timestreamquery.QueryInput{QueryString: &text})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		info := page.ColumnInfo[0].Type.TimeSeriesMeasureValueColumnInfo
		if info == nil || info.Name != nil || info.Type == nil || info.Type.ScalarType != c.kind {
			t.Errorf("%s: column %+v, want a time series of %q", text, page.ColumnInfo[0].Type, c.kind)
		}
		if got := shown(page.Rows[0].Data[0]); got != c.want {
			t.Errorf("%s = %s, want %s", text, got, c.want)
		}
	}
}

// TestQueryCommandSeries prints a series, one with a NULL in it, and NULL.
func TestQueryCommandSeries(t *testing.T) {
	n := serve(t)
	const text = "SELECT interpolate_locf(s, ARRAY['2026-01-01', '2026-01-02']) AS s, interpolate_locf(n, '2026-01-01') AS n FROM " +
		"(SELECT create_time_series(t, x) AS s, create_time_series(t, x) FILTER (WHERE x > 5) AS n FROM (VALUES (TIMESTAMP '2026-01-01 12:00', 1.5)) AS v (t, x))"
	const first, second = "2026-01-01 00:00:00.000000000", "2026-01-02 00:00:00.000000000"
	for format, want := range map[string]string{
		"table": "[{time: " + first + ", value: NULL}, {time: " + second + ", value: 1.5}] | NULL",
		"csv":   `"[{""time"":""` + first + `"",""value"":null},{""time"":""` + second + `"",""value"":1.5}]",` + "\n",
		"json":  `{"s":[{"time":"` + first + `","value":null},{"time":"` + second + `","value":1.5}],"n":null}`,
	} {
		out, errs, code := command(t, "", "query", "--data", n.dir, "--format", format, text)
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d\n%s%s\nwant %s", format, code, out, errs, want)
		}
	}
}
