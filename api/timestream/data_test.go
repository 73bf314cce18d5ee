package timestream

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	qtypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	wtypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"

	"tidemark/fault"
	"tidemark/query"
	"tidemark/sql/types"
	"tidemark/tsdb"
)

func writeInput() *timestreamwrite.WriteRecordsInput {
	return &timestreamwrite.WriteRecordsInput{
		DatabaseName: aws.String("plant"), TableName: aws.String("sensors"),
		CommonAttributes: &wtypes.Record{Dimensions: []wtypes.Dimension{{Name: aws.String("room"), Value: aws.String("a")}}, Time: aws.String("1700000000"), TimeUnit: wtypes.TimeUnitSeconds},
		Records: []wtypes.Record{
			{MeasureName: aws.String("cpu"), MeasureValue: aws.String("1.5"), Version: aws.Int64(3)},
			{MeasureName: aws.String("all"), MeasureValueType: wtypes.MeasureValueTypeMulti, MeasureValues: []wtypes.MeasureValue{{Name: aws.String("n"), Value: aws.String("7"), Type: wtypes.MeasureValueTypeBigint}}},
		},
	}
}

func TestWriteRecords(t *testing.T) {
	m := newMemory()
	m.tables[tsdb.TableRef{Database: "plant", Table: "sensors"}] = tsdb.Table{}
	client := timestreamwrite.NewFromConfig(start(t, m).Config)
	out, err := client.WriteRecords(t.Context(), writeInput())
	if err != nil {
		t.Fatal(err)
	}
	if r := out.RecordsIngested; r.Total != 2 || r.MemoryStore != 1 || r.MagneticStore != 1 {
		t.Errorf("RecordsIngested = %+v, want 2, 1, 1", r)
	}
	want := []tsdb.Record{
		{Dimensions: []tsdb.Dimension{{Name: "room", Value: "a"}}, MeasureName: "cpu", Measures: []tsdb.Measure{{Value: tsdb.DoubleValue(1.5)}}, Time: 1700000000e9, Version: 3},
		{Dimensions: []tsdb.Dimension{{Name: "room", Value: "a"}}, MeasureName: "all", Multi: true, Measures: []tsdb.Measure{{Name: "n", Value: tsdb.BigintValue(7)}}, Time: 1700000000e9, Version: 1},
	}
	if !sameRecords(m.written, want) {
		t.Errorf("written %+v, want %+v", m.written, want)
	}
}

func TestWriteRecordsRejected(t *testing.T) {
	m := newMemory()
	m.tables[tsdb.TableRef{Database: "plant", Table: "sensors"}] = tsdb.Table{}
	m.fail = fault.Wrap(fault.Invalid, &tsdb.RejectedRecords{Rejections: []tsdb.Rejection{
		{Index: 0, Reason: "too old"}, {Index: 1, Reason: "lower version", ExistingVersion: 200},
	}})
	m.tables[tsdb.TableRef{Database: "d", Table: "t"}] = tsdb.Table{}
	base := start(t, m)
	status, body := call(t, base, "WriteRecords", table(`{"MeasureName":"a","MeasureValue":"1","Time":"1"}`))
	want := `{"Message":"One or more records have been rejected. See RejectedRecords for details.","RejectedRecords":[{"RecordIndex":0,"Reason":"too old"},{"RecordIndex":1,"Reason":"lower version","ExistingVersion":200}],"__type":"com.amazonaws.timestream.v20181101#RejectedRecordsException"}`
	if status != 419 || body != want {
		t.Errorf("WriteRecords = %d %s, want 419 %s", status, body, want)
	}
	_, err := timestreamwrite.NewFromConfig(base.Config).WriteRecords(t.Context(), writeInput())
	rejected, ok := errors.AsType[*wtypes.RejectedRecordsException](err)
	if !ok || len(rejected.RejectedRecords) != 2 || rejected.RejectedRecords[0].ExistingVersion != nil || *rejected.RejectedRecords[1].ExistingVersion != 200 {
		t.Errorf("WriteRecords by the SDK = %v, want RejectedRecordsException with two records", err)
	}
}

// Telegraf creates a missing table when it reads exactly this error.
func TestWriteRecordsWithoutTable(t *testing.T) {
	_, err := timestreamwrite.NewFromConfig(start(t, newMemory()).Config).WriteRecords(t.Context(), writeInput())
	if _, ok := errors.AsType[*wtypes.ResourceNotFoundException](err); !ok {
		t.Errorf("WriteRecords = %v, want ResourceNotFoundException", err)
	}
}

// wholePage has a value of every type, and a NULL of some.
func wholePage() *query.Page {
	series := types.SeriesOf(types.Of(types.Double))
	row := types.RowOf(types.Field{Name: "a", Type: types.Of(types.Bigint)}, types.Field{Type: types.Of(types.Varchar)})
	cols := []query.Column{
		{Name: "b", Type: types.Of(types.Boolean)}, {Name: "i", Type: types.Of(types.Integer)}, {Name: "l", Type: types.Of(types.Bigint)},
		{Name: "d", Type: types.Of(types.Double)}, {Name: "s \"q\"", Type: types.Of(types.Varchar)}, {Name: "t", Type: types.Of(types.Timestamp)},
		{Name: "date", Type: types.Of(types.Date)}, {Name: "time", Type: types.Of(types.Time)}, {Name: "ds", Type: types.Of(types.IntervalDayToSecond)},
		{Name: "ym", Type: types.Of(types.IntervalYearToMonth)}, {Name: "arr", Type: types.ArrayOf(types.Of(types.Integer))}, {Name: "row", Type: row},
		{Name: "ts", Type: series}, {Name: "_col13", Type: types.Of(types.Unknown)},
	}
	return &query.Page{
		QueryID: "AEDAAANGH3D7", Columns: cols, NextToken: "next", Progress: 11.5, BytesScanned: 12, BytesMetered: 10000000,
		Rows: [][]any{
			{true, int32(-1), int64(math.MaxInt64), 1.0, "é\n\"<\x01", int64(1596848400000000001), int32(18482), int64(3600e9), int64(162000e9), int32(31), []any{int32(1), nil}, []any{int64(2), "x"}, []types.Point{{Time: 0, Value: 0.5}, {Time: 1, Value: nil}}, nil},
			{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, []any{}, nil, []types.Point{}, nil},
		},
	}
}

// The literal bytes of a page: the forms of the specification, written by hand.
func TestAppendPage(t *testing.T) {
	got, err := (&QueryOutput{wholePage()}).AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	const null = `{"NullValue":true}`
	want := `{"ColumnInfo":[{"Name":"b","Type":{"ScalarType":"BOOLEAN"}},{"Name":"i","Type":{"ScalarType":"INTEGER"}},{"Name":"l","Type":{"ScalarType":"BIGINT"}},` +
		`{"Name":"d","Type":{"ScalarType":"DOUBLE"}},{"Name":"s \"q\"","Type":{"ScalarType":"VARCHAR"}},{"Name":"t","Type":{"ScalarType":"TIMESTAMP"}},` +
		`{"Name":"date","Type":{"ScalarType":"DATE"}},{"Name":"time","Type":{"ScalarType":"TIME"}},{"Name":"ds","Type":{"ScalarType":"INTERVAL_DAY_TO_SECOND"}},` +
		`{"Name":"ym","Type":{"ScalarType":"INTERVAL_YEAR_TO_MONTH"}},{"Name":"arr","Type":{"ArrayColumnInfo":{"Type":{"ScalarType":"INTEGER"}}}},` +
		`{"Name":"row","Type":{"RowColumnInfo":[{"Name":"a","Type":{"ScalarType":"BIGINT"}},{"Name":"field1","Type":{"ScalarType":"VARCHAR"}}]}},` +
		`{"Name":"ts","Type":{"TimeSeriesMeasureValueColumnInfo":{"Type":{"ScalarType":"DOUBLE"}}}},{"Name":"_col13","Type":{"ScalarType":"UNKNOWN"}}],` +
		`"NextToken":"next","QueryId":"AEDAAANGH3D7","QueryStatus":{"CumulativeBytesMetered":10000000,"CumulativeBytesScanned":12,"ProgressPercentage":11.5},"Rows":[` +
		`{"Data":[{"ScalarValue":"true"},{"ScalarValue":"-1"},{"ScalarValue":"9223372036854775807"},{"ScalarValue":"1.0"},{"ScalarValue":"é\n\"<\u0001"},` +
		`{"ScalarValue":"2020-08-08 01:00:00.000000001"},{"ScalarValue":"2020-08-08"},{"ScalarValue":"01:00:00.000000000"},{"ScalarValue":"1 21:00:00.000000000"},{"ScalarValue":"2-7"},` +
		`{"ArrayValue":[{"ScalarValue":"1"},` + null + `]},{"RowValue":{"Data":[{"ScalarValue":"2"},{"ScalarValue":"x"}]}},` +
		`{"TimeSeriesValue":[{"Time":"1970-01-01 00:00:00.000000000","Value":{"ScalarValue":"0.5"}},{"Time":"1970-01-01 00:00:00.000000001","Value":` + null + `}]},` + null + `]},` +
		`{"Data":[` + strings.Repeat(null+`,`, 10) + `{"ArrayValue":[]},` + null + `,{"TimeSeriesValue":[]},` + null + `]}]}`
	if string(got) != want {
		t.Errorf("page =\n%s, want\n%s", got, want)
	}
	if !json.Valid(got) {
		t.Error("the page is not JSON")
	}
}

// rowSize is never less than what a row takes in the page, and close to it.
func TestRowSize(t *testing.T) {
	p := wholePage()
	odd := "\x00\x1f\"\\\xff é" + strings.Repeat("x", 50)
	p.Rows = append(p.Rows, []any{false, int32(math.MinInt32), int64(math.MinInt64), -1.2345678901234567e-300, odd, int64(math.MaxInt64), int32(-719162), int64(86399999999999), int64(math.MinInt64 + 1), int32(math.MinInt32 + 1), []any{int32(math.MinInt32)}, []any{nil, odd}, []types.Point{{Time: math.MinInt64, Value: -math.MaxFloat64}}, nil})
	for i, row := range p.Rows {
		one := *p
		one.Rows = [][]any{row}
		with, _ := (&QueryOutput{&one}).AppendJSON(nil)
		one.Rows = nil
		without, _ := (&QueryOutput{&one}).AppendJSON(nil)
		if size, bound := len(with)-len(without), rowSize(p.Columns, row); bound < size || bound > size+300 {
			t.Errorf("row %d: rowSize = %d, its JSON has %d bytes", i, bound, size)
		}
	}
}

func TestQuery(t *testing.T) {
	m := newMemory()
	m.page = wholePage()
	client := timestreamquery.NewFromConfig(start(t, m).Config)
	out, err := client.Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String("SELECT 1"), NextToken: aws.String("before"), MaxRows: aws.Int32(7), ClientToken: aws.String(strings.Repeat("t", 32))})
	if err != nil {
		t.Fatal(err)
	}
	if r := m.request; r.Text != "SELECT 1" || r.Token != "before" || r.MaxRows != 7 || r.ClientToken != strings.Repeat("t", 32) || r.Principal != "AKIDTEST" || r.PageBytes != 1_000_000 || r.RowSize == nil {
		t.Errorf("request = %+v", r)
	}
	if len(out.Rows) != 2 || *out.Rows[0].Data[4].ScalarValue != "é\n\"<\x01" || !*out.Rows[1].Data[0].NullValue || *out.NextToken != "next" || *out.QueryId != "AEDAAANGH3D7" || out.QueryStatus.CumulativeBytesMetered != 10000000 {
		t.Errorf("Query = %+v", out)
	}
	if s := out.Rows[0].Data[12].TimeSeriesValue; len(s) != 2 || *s[0].Value.ScalarValue != "0.5" {
		t.Errorf("time series = %+v", s)
	}
	m.page = &query.Page{QueryID: "A", Columns: m.page.Columns[:1], Progress: 100}
	if out, err = client.Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String("SELECT 1")}); err != nil || out.Rows == nil || out.NextToken != nil || len(out.ColumnInfo) != 1 {
		t.Errorf("empty page = %+v, %v, want rows [] and no token", out, err)
	}
}

func TestQueryErrors(t *testing.T) {
	m := newMemory()
	client := timestreamquery.NewFromConfig(start(t, m).Config)
	ask := func(err error) error {
		m.fail = err
		_, got := client.Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String("SELECT 1")})
		return got
	}
	err := ask(fault.New(fault.Invalid, "The query syntax is invalid at line 1:21"))
	if e, ok := errors.AsType[*qtypes.ValidationException](err); !ok || *e.Message != "The query syntax is invalid at line 1:21" {
		t.Errorf("invalid = %v, want ValidationException with the text", err)
	}
	err = ask(&query.ExecutionError{Text: "Division by zero"})
	if e, ok := errors.AsType[*qtypes.QueryExecutionException](err); !ok || *e.Message != "Division by zero" {
		t.Errorf("execution = %v, want QueryExecutionException", err)
	}
	if err = ask(fault.New(fault.Conflict, "cancelled")); !isType[*qtypes.ConflictException](err) {
		t.Errorf("cancelled = %v, want ConflictException", err)
	}
	m.fail = nil
	_, err = client.Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String("SELECT 1"), QueryInsights: &qtypes.QueryInsights{Mode: qtypes.QueryInsightsModeEnabledWithRateControl}})
	if e, ok := errors.AsType[*qtypes.ValidationException](err); !ok || !strings.Contains(*e.Message, "ENABLED_WITH_RATE_CONTROL") {
		t.Errorf("insights = %v, want a ValidationException that names them", err)
	}
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestCancelAndPrepare(t *testing.T) {
	m := newMemory()
	m.message = "The query has already been cancelled"
	m.columns = []query.ColumnSource{{Column: query.Column{Name: "x", Type: types.ArrayOf(types.Of(types.Varchar))}, Database: "d", Table: "t", Aliased: true}, {Column: query.Column{Name: "_col1", Type: types.Of(types.Double)}}}
	client := timestreamquery.NewFromConfig(start(t, m).Config)
	out, err := client.CancelQuery(t.Context(), &timestreamquery.CancelQueryInput{QueryId: aws.String("ABC")})
	if err != nil || *out.CancellationMessage != m.message {
		t.Errorf("CancelQuery = %v, %v", out, err)
	}
	prepared, err := client.PrepareQuery(t.Context(), &timestreamquery.PrepareQueryInput{QueryString: aws.String("SELECT x"), ValidateOnly: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	c := prepared.Columns
	if len(c) != 2 || *c[0].Name != "x" || !*c[0].Aliased || *c[0].TableName != "t" || c[0].Type.ArrayColumnInfo.Type.ScalarType != "VARCHAR" || c[1].TableName != nil || len(prepared.Parameters) != 0 || *prepared.QueryString != "SELECT x" {
		t.Errorf("PrepareQuery = %+v", prepared)
	}
	_, err = client.PrepareQuery(t.Context(), &timestreamquery.PrepareQueryInput{QueryString: aws.String("SELECT x")})
	if !isType[*qtypes.ValidationException](err) {
		t.Errorf("PrepareQuery without ValidateOnly = %v, want ValidationException", err)
	}
}

func BenchmarkAppendPage(b *testing.B) {
	p := wholePage()
	rows := p.Rows[0]
	p.Rows = nil
	for range 1000 {
		p.Rows = append(p.Rows, rows)
	}
	buf, err := (&QueryOutput{p}).AppendJSON(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = (&QueryOutput{p}).AppendJSON(buf[:0])
	}
}
