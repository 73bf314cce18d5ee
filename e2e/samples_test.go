//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
)

// samples is where the sample queries and their rows lie: see query/samples_test.go.
const samples = "../query/testdata/samples"

// sampleNoon is what the clock says in the files.
var sampleNoon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// sample is a case that is marked steady: its answer is the same at every moment of the
// hour that begins at the clock of the files, and does not depend on which hour that is.
type sample struct{ title, query, rows, fault string }

func TestSamples(t *testing.T) {
	n := serve(t, "--objects", "off") // so that UNLOAD is refused, as in the files
	// The data ends at the full hour, so that it lies behind the server's clock as far as
	// the files say, or up to an hour further.
	shift := time.Now().UTC().Truncate(time.Hour).Sub(sampleNoon)
	n.writeSamples(shift)
	cases := readSamples(t)
	if len(cases) < 60 {
		t.Fatalf("%d steady samples, want at least 60", len(cases))
	}
	for _, c := range cases {
		t.Run(c.title, func(t *testing.T) { n.checkSample(t, c, shift) })
	}
}

func (n *node) checkSample(t *testing.T, c sample, shift time.Duration) {
	text := shiftText(c.query, shift)
	got, err := n.answer(t, text)
	if c.fault != "" {
		var invalid *querytypes.ValidationException
		var failed *querytypes.QueryExecutionException
		switch {
		case errors.As(err, &invalid) && *invalid.Message == c.fault:
		case errors.As(err, &failed) && *failed.Message == c.fault:
		default:
			t.Errorf("%s\nerror %v, want %s", text, err, c.fault)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	want := strings.Split(shiftText(c.rows, shift), "\n")
	if !ordered(text) {
		slices.Sort(got[1:])
		slices.Sort(want[1:])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\ngot\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// answer runs a query and prints names, types and values as the files do.
func (n *node) answer(t *testing.T, text string) ([]string, error) {
	var lines []string
	var columns []querytypes.ColumnInfo
	for p := timestreamquery.NewQueryPaginator(n.reader(), &timestreamquery.QueryInput{QueryString: &text}); p.HasMorePages(); {
		page, err := p.NextPage(t.Context())
		if err != nil {
			return nil, err
		}
		if columns == nil {
			columns = page.ColumnInfo
			lines = append(lines, printed(columns, func(c querytypes.ColumnInfo) string { return aws.ToString(c.Name) + " " + typeText(c.Type) }, " | "))
		}
		for _, r := range page.Rows {
			if len(r.Data) != len(columns) {
				t.Errorf("%s\na row of %d values under %d columns", text, len(r.Data), len(columns))
			}
			lines = append(lines, strings.TrimRight(printed(r.Data, valueText, " | "), " "))
		}
	}
	return lines, nil
}

func printed[T any](values []T, print func(T) string, between string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = print(v)
	}
	return strings.Join(texts, between)
}

func typeText(t *querytypes.Type) string {
	switch {
	case t.ArrayColumnInfo != nil:
		return "array(" + typeText(t.ArrayColumnInfo.Type) + ")"
	case t.TimeSeriesMeasureValueColumnInfo != nil:
		return "timeseries(" + typeText(t.TimeSeriesMeasureValueColumnInfo.Type) + ")"
	case t.RowColumnInfo != nil:
		return rowText(t.RowColumnInfo)
	}
	return strings.ToLower(strings.ReplaceAll(string(t.ScalarType), "_", " "))
}

// rowText leaves out the names that fields without a name have.
func rowText(fields []querytypes.ColumnInfo) string {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = typeText(f.Type)
		if name := aws.ToString(f.Name); name != fmt.Sprintf("field%d", i) {
			texts[i] = name + " " + texts[i]
		}
	}
	return "row(" + strings.Join(texts, ", ") + ")"
}

func valueText(d querytypes.Datum) string {
	switch {
	case d.TimeSeriesValue != nil:
		return "{" + printed(d.TimeSeriesValue, func(p querytypes.TimeSeriesDataPoint) string { return *p.Time + ": " + valueText(*p.Value) }, ", ") + "}"
	case d.ArrayValue != nil:
		return "[" + printed(d.ArrayValue, valueText, ", ") + "]"
	case d.RowValue != nil:
		return "(" + printed(d.RowValue.Data, valueText, ", ") + ")"
	case d.ScalarValue != nil:
		return *d.ScalarValue
	case aws.ToBool(d.NullValue):
		return "NULL"
	}
	return "nothing"
}

// readSamples returns the steady cases of every file.
func readSamples(t *testing.T) (cases []sample) {
	t.Helper()
	files, err := filepath.Glob(samples + "/*.golden.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("sample files: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq("\n"+string(text), "\n# ") {
			title, rest, _ := strings.Cut(part, "\nquery\n")
			sections := strings.Split(strings.TrimRight(rest, "\n"), "\n---- ")
			c := sample{title: strings.TrimSuffix(filepath.Base(file), ".golden.txt") + "/" + title, query: sections[0]}
			steady := false
			for _, s := range sections[1:] {
				name, text, _ := strings.Cut(s, "\n")
				switch name {
				case "rows":
					c.rows = text
				case "error":
					c.fault = text
				case "steady":
					steady = true
				}
			}
			if steady {
				cases = append(cases, c)
			}
		}
	}
	return cases
}

var (
	sampleTime   = regexp.MustCompile(`(2025-12-[23]\d|2026-01-0[12])([ T])(\d\d:\d\d(?::\d\d)?)`)
	sampleMillis = regexp.MustCompile(`\b1767[12]\d{5}(000)?\b`)
)

// shiftText moves the moments in a text: those of the days of the data, and their counts
// of seconds and milliseconds.
func shiftText(text string, shift time.Duration) string {
	text = sampleTime.ReplaceAllStringFunc(text, func(s string) string {
		form := "2006-01-02" + s[10:11] + "15:04:05"[:len(s)-11]
		at, err := time.Parse(form, s)
		if err != nil {
			return s
		}
		return at.Add(shift).Format(form)
	})
	return sampleMillis.ReplaceAllStringFunc(text, func(s string) string {
		n, _ := strconv.ParseInt(s, 10, 64)
		if len(s) == 13 {
			return strconv.FormatInt(n+shift.Milliseconds(), 10)
		}
		return strconv.FormatInt(n+int64(shift.Seconds()), 10)
	})
}

// writeSamples writes the rows of data.txt with WriteRecords.
func (n *node) writeSamples(shift time.Duration) {
	n.t.Helper()
	text, err := os.ReadFile(samples + "/data.txt")
	if err != nil {
		n.t.Fatal(err)
	}
	var database, table string
	var records []writetypes.Record
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch name, isTable := strings.CutPrefix(line, "table "); {
		case line == "" || strings.HasPrefix(line, "#"):
		case isTable:
			n.writeAll(database, table, records)
			records = nil
			database, table, _ = strings.Cut(name, ".")
			n.createTable(n.t.Context(), database, table)
		default:
			records = append(records, sampleRecord(line, shift))
		}
	}
	n.writeAll(database, table, records)
}

func (n *node) writeAll(database, table string, records []writetypes.Record) {
	n.t.Helper()
	for part := range slices.Chunk(records, 100) {
		if _, err := n.writer().WriteRecords(n.t.Context(), &timestreamwrite.WriteRecordsInput{DatabaseName: &database, TableName: &table, Records: part}); err != nil {
			n.t.Fatalf("write to %s.%s: %v", database, table, err)
		}
	}
}

func sampleRecord(line string, shift time.Duration) writetypes.Record {
	fields := strings.Fields(line)
	rec := writetypes.Record{Time: sampleClock(fields[0], shift), TimeUnit: writetypes.TimeUnitNanoseconds}
	for _, field := range fields[1:] {
		name, value, named := strings.Cut(field, "=")
		switch {
		case named && rec.MeasureName == nil:
			rec.Dimensions = append(rec.Dimensions, writetypes.Dimension{Name: &name, Value: &value})
		case named:
			text, kind := sampleValue(value, shift)
			rec.MeasureValueType = writetypes.MeasureValueTypeMulti
			rec.MeasureValues = append(rec.MeasureValues, writetypes.MeasureValue{Name: &name, Value: text, Type: kind})
		case rec.MeasureName == nil:
			rec.MeasureName = &name
		default:
			rec.MeasureValue, rec.MeasureValueType = sampleValue(name, shift)
		}
	}
	return rec
}

// sampleClock reads a time with or without a date, in nanoseconds.
func sampleClock(text string, shift time.Duration) *string {
	if !strings.Contains(text, "T") {
		text = sampleNoon.Format(time.DateOnly) + "T" + text
	}
	at, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		panic(fmt.Sprintf("time %s: %v", text, err))
	}
	return aws.String(strconv.FormatInt(at.Add(shift).UnixNano(), 10))
}

func sampleValue(text string, shift time.Duration) (*string, writetypes.MeasureValueType) {
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		return aws.String(strings.TrimSuffix(quoted, `"`)), writetypes.MeasureValueTypeVarchar
	}
	if at, ok := strings.CutPrefix(text, "@"); ok {
		return sampleClock(at, shift), writetypes.MeasureValueTypeTimestamp
	}
	if text == "true" || text == "false" {
		return &text, writetypes.MeasureValueTypeBoolean
	}
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return &text, writetypes.MeasureValueTypeBigint
	}
	return &text, writetypes.MeasureValueTypeDouble
}

// ordered says whether a statement sorts its rows: an order within parentheses is another's.
func ordered(text string) bool {
	text, depth := strings.ToUpper(text), 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case 'O':
			if depth == 0 && strings.HasPrefix(text[i:], "ORDER BY") {
				return true
			}
		}
	}
	return false
}
