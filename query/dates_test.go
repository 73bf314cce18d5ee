package query

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tidemark/sql/builtin"
	"tidemark/sql/types"
	"tidemark/tsdb"
)

// dateSamples are values of every scalar type, most of them where something happens.
var dateSamples = map[types.Kind][]any{
	types.Timestamp: {int64(0), int64(-1), int64(1655487883771000678), int64(-9223372036000000000), int64(math.MaxInt64), int64(math.MaxInt64 - 1),
		int64(1582934400000000000) /* 2020-02-29 */, int64(1580428800000000001) /* 2020-01-31 */, int64(1609459199999999999), int64(-2208988800000000000), int64(951782400123456789)},
	types.Date:                {int32(0), int32(-1), int32(18321) /* 2020-02-29 */, int32(18292) /* 2020-01-31 */, int32(18628), int32(106751), int32(106752), int32(-106752), int32(-719162), int32(2932896)},
	types.Time:                {int64(0), int64(1), int64(86399999999999), int64(45733500000000), int64(3600000000000)},
	types.IntervalDayToSecond: {int64(0), int64(1), int64(-1), int64(300000000000), int64(86400000000000), int64(-172800000000000), int64(604800000000000), int64(math.MaxInt64), int64(math.MinInt64), int64(-5400000000001)},
	types.IntervalYearToMonth: {int32(0), int32(1), int32(-1), int32(13), int32(-25), int32(12000), int32(math.MaxInt32), int32(math.MinInt32)},
	types.Bigint:              {int64(0), int64(1), int64(-1), int64(31), int64(-13), int64(1655487883771), int64(9223372036854), int64(9223372036855), int64(math.MaxInt64), int64(math.MinInt64)},
	types.Double:              {0.0, 1.5, -1.5, 0.1, 1655487883.771, -9223372036.0, 9223372036.5, 9223372037.0, math.NaN(), math.Inf(1), math.Inf(-1)},
	types.Varchar: {"", "day", "WEEK", "month", "Quarter", "year", "hour", "millisecond", "nanosecond", "fortnight", "15m", "42.8ms", "1 day", "2y", "%Y-%m-%d", "%D", "yyyy-MM-dd'T'HH:mm", "yyyy-bb",
		"2022-06-17", "2020-02-29T10:15:00.5+05:30", "2022-W24-5", "2022-168", "2022-06-17 17:44:43.771000678", "1677-09-21", "x"},
}

// literalText writes a value as a statement does.
func literalText(k types.Kind, v any) string {
	switch k {
	case types.Timestamp:
		return fmt.Sprintf("from_nanoseconds(%d)", v)
	case types.Date:
		return fmt.Sprintf("from_iso8601_date('%s')", types.Text(types.Of(k), v))
	case types.Time:
		return fmt.Sprintf("TIME '%s'", types.Text(types.Of(k), v))
	case types.IntervalDayToSecond:
		return fmt.Sprintf("%d * 1ns", v)
	case types.IntervalYearToMonth:
		return fmt.Sprintf("%d * 1month", v)
	case types.Bigint:
		return fmt.Sprintf("CAST(%d AS bigint)", v)
	case types.Double:
		return fmt.Sprintf("CAST('%s' AS double)", types.Text(types.Of(k), v))
	}
	return "'" + strings.ReplaceAll(v.(string), "'", "''") + "'"
}

// temporal are the types of what is compared below.
var temporal = []string{"timestamp", "date", "time", "interval"}

// scalarParams returns the types of an overload that takes and gives scalars, one of
// them a time.
func scalarParams(o *builtin.Overload) (params []types.Kind, ok bool) {
	list, result, _ := strings.Cut(strings.TrimPrefix(o.Signature, o.Name+"("), ") ")
	for _, word := range append(strings.Split(list, ", "), result) {
		found := false
		for k := range dateSamples {
			if k.String() == word {
				params, found = append(params, k), true
			}
		}
		if !found {
			return nil, false
		}
	}
	for _, word := range temporal {
		ok = ok || strings.Contains(o.Signature, word)
	}
	return params[:len(params)-1], ok && list != ""
}

const maxCombinations = 1200

// combinations are rows of arguments, all if there are not too many.
func combinations(params []types.Kind) (rows [][]any) {
	total := 1
	for _, k := range params {
		total *= len(dateSamples[k])
	}
	step := max(1, total/maxCombinations)
	for step > 1 && (step%2 == 0 || step%5 == 0 || step%11 == 0 || step%3 == 0) { // has to meet every value
		step++
	}
	for i := 0; i < total; i += step {
		rest, row := i, make([]any, len(params))
		for j, k := range params {
			row[j] = dateSamples[k][rest%len(dateSamples[k])]
			rest /= len(dateSamples[k])
		}
		rows = append(rows, row)
	}
	return rows
}

// A constant that the compiler folds and a column that DuckDB computes give the same,
// for every function over times; what is an error in one is in the other.
func TestFoldsAgreeWithColumns(t *testing.T) {
	engine := openEngine(t, Options{})
	tested := 0
	for _, f := range builtin.Functions() {
		for _, o := range f.Overloads {
			params, ok := scalarParams(o)
			if !ok || !o.Folds() || o.Volatile || f.Name == ":" { // which only casts write
				continue
			}
			tested++
			checkFolds(t, engine, o, params)
		}
	}
	if tested < 90 {
		t.Errorf("%d overloads compared, want at least 90", tested)
	}
}

func checkFolds(t *testing.T, engine *Engine, o *builtin.Overload, params []types.Kind) {
	t.Helper()
	rows := combinations(params)
	values, names := make([]string, len(rows)), make([]string, len(params))
	for i := range params {
		names[i] = string(rune('a' + i))
	}
	for i, row := range rows {
		cells := []string{fmt.Sprint(i)}
		for j, v := range row {
			cells = append(cells, literalText(params[j], v))
		}
		values[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	text := fmt.Sprintf("SELECT i, try(%s) FROM (VALUES %s) AS v (i, %s) ORDER BY i", callText(o, names), strings.Join(values, ", "), strings.Join(names, ", "))
	got, err := runAll(t, engine, text)
	if err != nil {
		t.Errorf("%s: %v", o.Signature, err)
		return
	}
	lines := strings.Split(got, "\n")[1:]
	for i, row := range rows {
		args := row
		if o.Clock {
			args = append(args, noon.UnixNano())
		}
		_, have, _ := strings.Cut(lines[i], " | ")
		if want := foldText(o, args); have != want {
			t.Errorf("%s of %v: %s from a column, %s folded", o.Signature, row, have, want)
		}
	}
}

func callText(o *builtin.Overload, args []string) string {
	switch {
	case o.Name[0] >= 'a':
		return o.Name + "(" + strings.Join(args, ", ") + ")"
	case len(args) == 1:
		return o.Name + args[0]
	}
	return strings.Join(args, " "+o.Name+" ")
}

// foldText is the value's text, NULL for an error.
func foldText(o *builtin.Overload, args []any) string {
	v, err := o.Fold(args)
	if err != nil || v == nil {
		return "NULL"
	}
	_, result, _ := strings.Cut(o.Signature, ") ")
	for k := range dateSamples {
		if k.String() == result {
			return strings.TrimRight(types.Text(types.Of(k), v), " ")
		}
	}
	return "no text for " + result
}

// randomInstants fills a table with instants of the whole range of timestamps.
func randomInstants(t *testing.T, e *Engine, n int) []int64 {
	t.Helper()
	ref := tsdb.TableRef{Database: "random", Table: "instants"}
	createTable(t, e, ref)
	rng := rand.New(rand.NewPCG(26, 4))
	list := make([]int64, n)
	for from := 0; from < n; from += 1000 {
		var records []tsdb.Record
		for i := from; i < min(n, from+1000); i++ {
			list[i] = rng.Int64N(math.MaxInt64-1e9)*(1-2*rng.Int64N(2)) - rng.Int64N(2)*1e9
			if rng.IntN(3) == 0 { // the first or last nanosecond of a month
				u := time.Unix(0, list[i]).UTC()
				list[i] = time.Date(u.Year(), u.Month()+1, 1, 0, 0, 0, 0, time.UTC).UnixNano() - rng.Int64N(2)
			}
			list[i] = max(-9223372035e9, min(list[i], 9223372036e9))
			records = append(records, tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - int64(i), Version: 1,
				Dimensions: []tsdb.Dimension{{Name: "d", Value: "x"}}, Measures: []tsdb.Measure{{Value: tsdb.BigintValue(list[i])}}})
		}
		write(t, e, ref, records...)
	}
	return list
}

// datePart is one column of a statement, and the same by package time; ok is false
// where the result is out of range.
type datePart struct {
	sql  string
	want func(t time.Time) (v any, ok bool)
}

func sure(f func(t time.Time) any) func(time.Time) (any, bool) {
	return func(t time.Time) (any, bool) { return f(t), true }
}

// moved is a result that is a timestamp.
func moved(f func(t time.Time) time.Time) func(time.Time) (any, bool) {
	return func(t time.Time) (any, bool) {
		to := f(t)
		low, high := time.Unix(-9223372036, 0), time.Unix(0, math.MaxInt64)
		return to.UnixNano(), !to.Before(low) && !to.After(high)
	}
}

// clipped moves a time by months to at most the last day of the month.
func clipped(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

var dateParts = []datePart{
	{"extract(year FROM t)", sure(func(t time.Time) any { return int64(t.Year()) })},
	{"extract(quarter FROM t)", sure(func(t time.Time) any { return int64(t.Month()+2) / 3 })},
	{"extract(month FROM t)", sure(func(t time.Time) any { return int64(t.Month()) })},
	{"extract(week FROM t)", sure(func(t time.Time) any { _, w := t.ISOWeek(); return int64(w) })},
	{"extract(yow FROM t)", sure(func(t time.Time) any { y, _ := t.ISOWeek(); return int64(y) })},
	{"extract(day FROM t)", sure(func(t time.Time) any { return int64(t.Day()) })},
	{"extract(dow FROM t)", sure(func(t time.Time) any { return int64(t.Weekday()+6)%7 + 1 })},
	{"extract(doy FROM t)", sure(func(t time.Time) any { return int64(t.YearDay()) })},
	{"extract(hour FROM t)", sure(func(t time.Time) any { return int64(t.Hour()) })},
	{"extract(minute FROM t)", sure(func(t time.Time) any { return int64(t.Minute()) })},
	{"extract(second FROM t)", sure(func(t time.Time) any { return int64(t.Second()) })},
	{"millisecond(t)", sure(func(t time.Time) any { return int64(t.Nanosecond() / 1e6) })},
	{"nanosecond(t)", sure(func(t time.Time) any { return int64(t.Nanosecond()) })},
	{"year(date(t))", sure(func(t time.Time) any { return int64(t.Year()) })},
	{"week(date(t))", sure(func(t time.Time) any { _, w := t.ISOWeek(); return int64(w) })},
	{"yow(date(t))", sure(func(t time.Time) any { y, _ := t.ISOWeek(); return int64(y) })},
	{"doy(date(t))", sure(func(t time.Time) any { return int64(t.YearDay()) })},
	{"dow(date(t))", sure(func(t time.Time) any { return int64(t.Weekday()+6)%7 + 1 })},
	{"CAST(t AS varchar)", sure(func(t time.Time) any { return t.Format("2006-01-02 15:04:05.000000000") })},
	{"CAST(CAST(t AS varchar) AS timestamp)", sure(func(t time.Time) any { return t.UnixNano() })},
	{"from_iso8601_timestamp(to_iso8601(t))", sure(func(t time.Time) any { return t.UnixNano() })},
	{"date_format(t, '%W %d %b %Y %r')", sure(func(t time.Time) any { return t.Format("Monday 02 Jan 2006 03:04:05 PM") })},
	{"format_datetime(t, 'EEE d MMMM yyyy H:mm:ss.SSSSSSSSS')", sure(func(t time.Time) any {
		return t.Format("Mon 2 January 2006 ") + fmt.Sprint(t.Hour()) + t.Format(":04:05.000000000")
	})},
	{"to_milliseconds(t)", sure(func(t time.Time) any { return t.UnixMilli() })},
	{"date_diff('second', TIMESTAMP '1970-01-01', t)", sure(func(t time.Time) any { return t.UnixNano() / 1e9 })},
	{"date_trunc('hour', t)", moved(func(t time.Time) time.Time { return t.Truncate(time.Hour) })},
	{"date_trunc('day', t)", moved(func(t time.Time) time.Time { return t.Truncate(24 * time.Hour) })},
	{"date_trunc('week', t)", moved(func(t time.Time) time.Time { return t.Truncate(7 * 24 * time.Hour) })}, // year 1 began on a Monday
	{"date_trunc('month', t)", moved(func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) })},
	{"date_trunc('quarter', t)", moved(func(t time.Time) time.Time { return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC) })},
	{"date_trunc('year', t)", moved(func(t time.Time) time.Time { return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC) })},
	{"date_add('minute', -1000, t)", moved(func(t time.Time) time.Time { return t.Add(-1000 * time.Minute) })},
	{"date_add('week', 100, t)", moved(func(t time.Time) time.Time { return t.AddDate(0, 0, 700) })},
	{"date_add('month', 13, t)", moved(func(t time.Time) time.Time { return clipped(t, 13) })},
	{"date_add('quarter', -7, t)", moved(func(t time.Time) time.Time { return clipped(t, -21) })},
	{"date_add('year', 99, t)", moved(func(t time.Time) time.Time { return clipped(t, 1188) })},
	{"t + 36h", moved(func(t time.Time) time.Time { return t.Add(36 * time.Hour) })},
	{"t - 11month", moved(func(t time.Time) time.Time { return clipped(t, -11) })},
	{"bin(t, 1d)", moved(func(t time.Time) time.Time { return t.Truncate(24 * time.Hour) })},
	{"bin(t, 5m)", moved(func(t time.Time) time.Time { return t.Truncate(5 * time.Minute) })},
	{"date_diff('month', date_add('month', 5, t), t)", func(t time.Time) (any, bool) {
		_, ok := moved(func(t time.Time) time.Time { return clipped(t, 5) })(t)
		return int64(-5), ok
	}},
}

// What DuckDB computes over a hundred thousand random instants is what package time does.
func TestDatesAgreeWithTime(t *testing.T) {
	engine := openEngine(t, Options{})
	instants := randomInstants(t, engine, 100_000)
	for from := 0; from < len(dateParts); from += 10 {
		parts := dateParts[from:min(from+10, len(dateParts))]
		columns := make([]string, len(parts))
		for i, p := range parts {
			columns[i] = "try(" + p.sql + ")"
		}
		text := "SELECT n, " + strings.Join(columns, ", ") + " FROM (SELECT measure_value::bigint AS n, from_nanoseconds(measure_value::bigint) AS t FROM random.instants)"
		if n := compareParts(t, engine, text, parts); n != len(instants) {
			t.Errorf("%s: %d rows, want %d", text, n, len(instants))
		}
	}
}

// compareParts returns the number of rows.
func compareParts(t *testing.T, engine *Engine, text string, parts []datePart) (rows int) {
	t.Helper()
	req := Request{Text: text, Principal: "tester"}
	for {
		page := ask(t, engine, req)
		for _, row := range page.Rows {
			at := time.Unix(0, row[0].(int64)).UTC()
			for i, p := range parts {
				want, ok := p.want(at)
				if !ok {
					want = nil
				}
				if row[i+1] != want {
					t.Fatalf("%s at %v = %v, want %v", p.sql, at, row[i+1], want)
				}
			}
			rows++
		}
		if req.Token = page.NextToken; req.Token == "" {
			return rows
		}
	}
}
