package timestream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"tidemark/tsdb"
)

// decodeRecords is what WriteRecords does with a body, by a new decoder.
func decodeRecords(body string) ([]tsdb.Record, error) {
	var d decoder
	return d.decode([]byte(body))
}

func (d *decoder) decode(body []byte) ([]tsdb.Record, error) {
	if err := d.parse(body); err != nil {
		return nil, err
	}
	return d.resolve()
}

func table(records string) string {
	return `{"DatabaseName":"d","TableName":"t","Records":[` + records + `]}`
}

func common(attributes, records string) string {
	return `{"CommonAttributes":{` + attributes + `},"DatabaseName":"d","TableName":"t","Records":[` + records + `]}`
}

func single(name string, v tsdb.Value, ns int64, dims ...tsdb.Dimension) tsdb.Record {
	return tsdb.Record{Dimensions: dims, MeasureName: name, Measures: []tsdb.Measure{{Value: v}}, Time: ns, Version: 1}
}

func TestDecodeRecords(t *testing.T) {
	room, host := tsdb.Dimension{Name: "room", Value: "a"}, tsdb.Dimension{Name: "host", Value: "h"}
	tests := []struct {
		name, body string
		want       []tsdb.Record
	}{
		{"defaults", table(`{"Dimensions":[{"Name":"room","Value":"a"}],"MeasureName":"cpu","MeasureValue":"1.5","Time":"1700000000123"}`),
			[]tsdb.Record{single("cpu", tsdb.DoubleValue(1.5), 1700000000123e6, room)}},
		{"no dimensions, empty common attributes", common(``, `{"MeasureName":"cpu","MeasureValue":"-7","MeasureValueType":"BIGINT","Time":"1","TimeUnit":"SECONDS"}`),
			[]tsdb.Record{single("cpu", tsdb.BigintValue(-7), 1e9)}},
		{"all but the value common", common(`"Dimensions":[{"Name":"room","Value":"a","DimensionValueType":"VARCHAR"}],"MeasureName":"ok","MeasureValueType":"BOOLEAN","Time":"5","TimeUnit":"MICROSECONDS","Version":1`, `{"MeasureValue":"True"},{"MeasureValue":"false"}`),
			[]tsdb.Record{single("ok", tsdb.BooleanValue(true), 5000, room), single("ok", tsdb.BooleanValue(false), 5000, room)}},
		{"dimensions of both", common(`"Dimensions":[{"Name":"room","Value":"a"}]`, `{"Dimensions":[{"Name":"host","Value":"h"}],"MeasureName":"s","MeasureValue":"x\ty","MeasureValueType":"VARCHAR","Time":"9223372036854775807","TimeUnit":"NANOSECONDS"}`),
			[]tsdb.Record{single("s", tsdb.VarcharValue("x\ty"), math.MaxInt64, room, host)}},
		{"the record's member wins", common(`"MeasureName":"a","MeasureValue":"1","Time":"1","TimeUnit":"SECONDS","Version":9,"MeasureValueType":"BIGINT"`, `{"MeasureName":"b","MeasureValue":"2","Time":"2","TimeUnit":"NANOSECONDS","Version":1,"MeasureValueType":"DOUBLE"}`),
			[]tsdb.Record{single("b", tsdb.DoubleValue(2), 2)}},
		{"null is absent", common(`"MeasureName":"a","Version":null`, `{"MeasureName":null,"MeasureValue":"1E10","Time":"1","TimeUnit":null,"Dimensions":null,"MeasureValues":null}`),
			[]tsdb.Record{single("a", tsdb.DoubleValue(1e10), 1e6)}},
		{"escapes and unknown members", table(`{"X":[{"a":[1.5e-3,true,false,null,"\u00e9"]}],"MeasureName":"\u00e9\ud83d\ude00\/","MeasureValue":"1e-05","Time":"1"}`),
			[]tsdb.Record{single("é😀/", tsdb.DoubleValue(1e-5), 1e6)}},
		{"multi", table(`{"MeasureName":"m","MeasureValueType":"MULTI","Time":"2","TimeUnit":"SECONDS","MeasureValues":[{"Name":"d","Value":"0.1","Type":"DOUBLE"},{"Name":"b","Value":"+3","Type":"BIGINT"},{"Name":"t","Value":"3","Type":"TIMESTAMP"},{"Type":"VARCHAR","Value":" ","Name":"v"},{"Name":"o","Value":"TRUE","Type":"BOOLEAN"}],"Version":9007199254740993}`),
			[]tsdb.Record{{MeasureName: "m", Multi: true, Time: 2e9, Version: 9007199254740993, Measures: []tsdb.Measure{
				{Name: "d", Value: tsdb.DoubleValue(0.1)}, {Name: "b", Value: tsdb.BigintValue(3)}, {Name: "t", Value: tsdb.TimestampValue(3e9)},
				{Name: "v", Value: tsdb.VarcharValue(" ")}, {Name: "o", Value: tsdb.BooleanValue(true)},
			}}}},
		{"common measure values", common(`"MeasureName":"m","MeasureValueType":"MULTI","MeasureValues":[{"Name":"d","Value":"1","Type":"DOUBLE"}],"Time":"1"`, `{},{"MeasureValues":[{"Name":"e","Value":"2","Type":"DOUBLE"}]}`),
			[]tsdb.Record{
				{MeasureName: "m", Multi: true, Time: 1e6, Version: 1, Measures: []tsdb.Measure{{Name: "d", Value: tsdb.DoubleValue(1)}}},
				{MeasureName: "m", Multi: true, Time: 1e6, Version: 1, Measures: []tsdb.Measure{{Name: "e", Value: tsdb.DoubleValue(2)}}},
			}},
		{"the last of equal members counts", `{"DatabaseName":"x","Records":[{},{}],"DatabaseName":"d","TableName":"t","Records":[{"Time":"1","Time":"2","MeasureName":"a","MeasureValue":"1"}]}`,
			[]tsdb.Record{single("a", tsdb.DoubleValue(1), 2e6)}},
	}
	for _, test := range tests {
		got, err := decodeRecords(test.body)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: decode = %+v, %v, want %+v", test.name, got, err, test.want)
		}
	}
}

const oneViolation = "1 validation error detected: Value "

func TestDecodeRecordsRefuses(t *testing.T) {
	record := func(members string) string {
		return table(`{"MeasureName":"a","MeasureValue":"1","Time":"1"},{` + members + `}`)
	}
	complete := `"MeasureName":"a","Time":"1",`
	tests := []struct{ name, body, want string }{
		{"the sample of the service", table(`{"Dimensions":[{"Name":"n","Value":"v","DimensionValueType":"X"}],"MeasureName":"a","MeasureValue":"1","Time":"1"}`),
			oneViolation + "'X' at 'records.1.member.dimensions.1.member.dimensionValueType' failed to satisfy constraint: Member must satisfy enum value set: [VARCHAR]"},
		{"nothing", `{}`, "3 validation errors detected: Value null at 'databaseName' failed to satisfy constraint: Member must not be null; Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'records' failed to satisfy constraint: Member must not be null"},
		{"no record", table(``), oneViolation + "'[0 members]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"101 records", table(strings.Repeat(`{},`, 100) + `{}`), oneViolation + "'[101 members]' at 'records' failed to satisfy constraint: Member must have length less than or equal to 100"},
		{"empty value", record(complete + `"MeasureValue":""`), oneViolation + "'' at 'records.2.member.measureValue' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"long time", record(`"Time":"` + strings.Repeat("1", 257) + `"`), "records.2.member.time' failed to satisfy constraint: Member must have length less than or equal to 256"},
		{"measure type", common(`"MeasureValueType":"FLOAT"`, `{}`), oneViolation + "'FLOAT' at 'commonAttributes.measureValueType' failed to satisfy constraint: Member must satisfy enum value set: [DOUBLE, BIGINT, VARCHAR, BOOLEAN, TIMESTAMP, MULTI]"},
		{"time unit", record(`"TimeUnit":"HOURS"`), oneViolation + "'HOURS' at 'records.2.member.timeUnit' failed to satisfy constraint: Member must satisfy enum value set: [MILLISECONDS, SECONDS, MICROSECONDS, NANOSECONDS]"},
		{"dimension without value", record(`"Dimensions":[{"Name":"n"}]`), oneViolation + "null at 'records.2.member.dimensions.1.member.value' failed to satisfy constraint: Member must not be null"},
		{"measure without all", record(`"MeasureValues":[{"Name":"n","Value":"v","Type":"DOUBLE"},{}]`), "3 validation errors detected: Value null at 'records.2.member.measureValues.2.member.name' failed"},
		{"129 dimensions", record(`"Dimensions":[` + strings.Repeat(`{"Name":"n","Value":"v"},`, 128) + `{}]`), oneViolation + "'[129 members]' at 'records.2.member.dimensions' failed to satisfy constraint: Member must have length less than or equal to 128"},

		{"time of words", record(`"MeasureName":"a","MeasureValue":"1","Time":"now"`), "Invalid time for record."},
		{"time with a fraction", record(`"MeasureName":"a","MeasureValue":"1","Time":"1.5"`), "Invalid time for record."},
		{"time beyond nanoseconds", record(`"MeasureName":"a","MeasureValue":"1","Time":"9223372036855","TimeUnit":"SECONDS"`), "Invalid time for record."},
		{"no time", record(`"MeasureName":"a","MeasureValue":"1"`), "Invalid record at index 1: a time is required."},
		{"no name", record(`"Time":"1","MeasureValue":"1"`), "Invalid record at index 1: a measure name is required."},
		{"no value", record(`"MeasureName":"a","Time":"1"`), "Invalid record at index 1: a measure value is required."},
		{"version 0", record(complete + `"MeasureValue":"1","Version":0`), "Invalid record at index 1: version 0 is lower than 1."},
		{"version -1 in common", common(`"Version":-1`, `{`+complete+`"MeasureValue":"1"}`), "Invalid record at index 0: version -1 is lower than 1."},
		{"not a double", record(complete + `"MeasureValue":"abc"`), `Invalid record at index 1: the value "abc" of measure "a" is not a DOUBLE.`},
		{"NaN", record(complete + `"MeasureValue":"NaN"`), `the value "NaN" of measure "a" is not a DOUBLE.`},
		{"infinity", record(complete + `"MeasureValue":"Infinity"`), "is not a DOUBLE."},
		{"too large a double", record(complete + `"MeasureValue":"1e309"`), "is not a DOUBLE."},
		{"hexadecimal double", record(complete + `"MeasureValue":"0x1p-2"`), "is not a DOUBLE."},
		{"negative zero", record(complete + `"MeasureValue":"-0.0"`), `the value "-0.0" of measure "a" is not a DOUBLE.`},
		{"not a bigint", record(complete + `"MeasureValue":"1.0","MeasureValueType":"BIGINT"`), `the value "1.0" of measure "a" is not a BIGINT.`},
		{"bigint too large", record(complete + `"MeasureValue":"9223372036854775808","MeasureValueType":"BIGINT"`), "is not a BIGINT."},
		{"not a boolean", record(complete + `"MeasureValue":"1","MeasureValueType":"BOOLEAN"`), `the value "1" of measure "a" is not a BOOLEAN.`},
		{"timestamp alone", record(complete + `"MeasureValue":"1","MeasureValueType":"TIMESTAMP"`), "the measure value type TIMESTAMP is allowed in MULTI records only."},
		{"timestamp before 1970", record(complete + `"MeasureValueType":"MULTI","MeasureValues":[{"Name":"t","Value":"-1","Type":"TIMESTAMP"}]`), `the value "-1" of measure "t" is not a TIMESTAMP.`},
		{"multi in multi", record(complete + `"MeasureValueType":"MULTI","MeasureValues":[{"Name":"t","Value":"1","Type":"MULTI"}]`), `measure value "t" may not be of type MULTI.`},
		{"multi without values", record(complete + `"MeasureValueType":"MULTI"`), "a record of type MULTI needs measure values."},
		{"multi with no values", record(complete + `"MeasureValueType":"MULTI","MeasureValues":[]`), "a record of type MULTI needs measure values."},
		{"multi with a value", record(complete + `"MeasureValue":"1","MeasureValueType":"MULTI","MeasureValues":[{"Name":"t","Value":"1","Type":"DOUBLE"}]`), "may not have a measure value besides its measure values."},
		{"values without multi", record(complete + `"MeasureValues":[{"Name":"t","Value":"1","Type":"DOUBLE"}]`), "measure values need the measure value type MULTI."},
		{"a measure twice", record(complete + `"MeasureValueType":"MULTI","MeasureValues":[{"Name":"t","Value":"1","Type":"DOUBLE"},{"Name":"u","Value":"1","Type":"DOUBLE"},{"Name":"t","Value":"1","Type":"BIGINT"}]`), `measure value "t" of measure "a" is given more than once.`},
		{"a dimension twice", record(complete + `"MeasureValue":"1","Dimensions":[{"Name":"n","Value":"1"},{"Name":"n","Value":"2"}]`), `Invalid record at index 1: dimension "n" is given more than once.`},
		{"a dimension in both", common(`"Dimensions":[{"Name":"n","Value":"1"}]`, `{`+complete+`"MeasureValue":"1","Dimensions":[{"Name":"n","Value":"1"}]}`), `Invalid record at index 0: dimension "n" is given more than once.`},
		{"a common dimension twice", common(`"Dimensions":[{"Name":"n","Value":"1"},{"Name":"n","Value":"1"}]`, `{}`), `Invalid common attributes: dimension "n" is given more than once.`},
		{"empty dimension value", record(complete + `"MeasureValue":"1","Dimensions":[{"Name":"n","Value":""}]`), `the value of dimension "n" is empty.`},
		{"129 dimensions together", common(`"Dimensions":[{"Name":"n","Value":"1"}]`, `{`+complete+`"MeasureValue":"1","Dimensions":[`+manyDimensions(128)+`]}`), "it has 129 dimensions; at most 128 are allowed."},

		{"number for a string", record(`"MeasureValue":1`), "NUMBER_VALUE can not be converted to a String at 'records.2.member.measureValue'"},
		{"string for a number", record(`"Version":"1"`), "STRING_VALUE can not be converted to a Long at 'records.2.member.version'"},
		{"fraction for a long", record(`"Version":1.0`), "NUMBER_VALUE can not be converted to a Long at 'records.2.member.version'"},
		{"object for a list", record(`"Dimensions":{}`), "OBJECT_VALUE can not be converted to a List at 'records.2.member.dimensions'"},
		{"null record", table(`null`), "A null element is not allowed at 'records.1.member'"},
		{"number for a dimension", record(`"Dimensions":[7]`), "NUMBER_VALUE can not be converted to a Structure at 'records.2.member.dimensions.1.member'"},
		{"no object", `[]`, "ARRAY_VALUE can not be converted to a Structure"},
		{"cut", `{"Records":[{"Time":"1`, "The request body is not valid JSON."},
		{"control character", table("{\"Time\":\"1\n\"}"), "The request body is not valid JSON."},
		{"more after the end", table(`{}`) + `,`, "The request body is not valid JSON."},
		{"deep", `{"X":` + strings.Repeat("[", 10000), "The request body is nested deeper than 100 levels."},
	}
	for _, test := range tests {
		_, err := decodeRecords(test.body)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: decode = %v, want %v", test.name, err, test.want)
		}
	}
}

func manyDimensions(n int) string {
	dims := make([]string, n)
	for i := range dims {
		dims[i] = fmt.Sprintf(`{"Name":"d%d","Value":"v"}`, i)
	}
	return strings.Join(dims, ",")
}

// A decoder that is used again gives what a new one gives, and what it gave before
// does not change.
func TestDecoderIsReusable(t *testing.T) {
	var d decoder
	bodies := []string{benchBody(20, 3), table(`{"MeasureName":"\u0061","MeasureValue":"1","Time":"1"}`), `{"Records":[{"Time":`, benchBody(3, 30), table(`{"Time":1}`), benchBody(100, 2)}
	var kept [][]tsdb.Record
	for range 2 {
		for _, body := range bodies {
			buffer := []byte(body)
			got, gotErr := d.decode(buffer)
			clear(buffer)
			want, wantErr := decodeRecords(body)
			if !reflect.DeepEqual(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("reused decode = %+v, %v, want %+v, %v", got, gotErr, want, wantErr)
			}
			kept = append(kept, got)
		}
	}
	for i, got := range kept {
		if want, _ := decodeRecords(bodies[i%len(bodies)]); !reflect.DeepEqual(got, want) {
			t.Errorf("result %d changed to %+v, want %+v", i, got, want)
		}
	}
}

// Short decimals are read by a path of their own, to the same bits.
func TestParseDouble(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(text string) {
		want, err := strconv.ParseFloat(text, 64)
		if got, ok := parseDouble(given(text)); !ok || err != nil || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("parseDouble(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"0", "0.0", "+0", "-1", ".5", "5.", "-.5", "123456789012345", "1234567890123456", "0.1", "0.00000000000001", "999999999999999", "0.123456789012345", "1e22", "+7"} {
		check(text)
	}
	for range 100_000 {
		check(strconv.FormatFloat(rng.NormFloat64()*math.Pow10(rng.IntN(12)-4)+1e-9, 'f', rng.IntN(15), 64) + "1")
	}
	for _, text := range []string{"", "-", ".", "-.", "1.2.3", "--1", "1-", "1e", "-0", "-0.000", "1_0", "Inf", "1 "} {
		if f, ok := parseDouble(given(text)); ok {
			t.Errorf("parseDouble(%q) = %v, want it refused", text, f)
		}
	}
}

func sameRecords(a, b []tsdb.Record) bool {
	return len(a) == len(b) && fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b)
}

// benchBody is a request of n multi-measure records with the given number of doubles,
// as an SDK writes it.
func benchBody(n, doubles int) string {
	var b strings.Builder
	b.WriteString(`{"CommonAttributes":{"Dimensions":[{"Name":"region","Value":"eu-west-1","DimensionValueType":"VARCHAR"},{"Name":"rack","Value":"87"}],"MeasureName":"cpu","MeasureValueType":"MULTI","TimeUnit":"MILLISECONDS"},"DatabaseName":"benchmark","Records":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Dimensions":[{"Name":"hostname","Value":"host_%d"}],"MeasureValues":[`, i)
		for j := range doubles {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"Name":"usage_metric_%d","Type":"DOUBLE","Value":"%.3f"}`, j, float64(i*31+j*7)/13)
		}
		fmt.Fprintf(&b, `],"Time":"%d"}`, 1700000000000+int64(i))
	}
	b.WriteString(`],"TableName":"cpu"}`)
	return b.String()
}

// BenchmarkDecodeRecordsAgain is the steady state: the same devices write on, with the
// dimensions and the measures of the load suite.
func BenchmarkDecodeRecordsAgain(b *testing.B) {
	dims := manyDimensions(10)
	var records []string
	for i := range 100 {
		var values []string
		for j := range 10 {
			values = append(values, fmt.Sprintf(`{"Name":"usage_metric_%d","Value":"%d","Type":"BIGINT"}`, j, (i*31+j*7)%100))
		}
		records = append(records, fmt.Sprintf(`{"Dimensions":[{"Name":"host","Value":"h%d"},%s],"MeasureValues":[%s]}`, i, dims, strings.Join(values, ",")))
	}
	body := []byte(common(`"MeasureName":"cpu","MeasureValueType":"MULTI","Time":"1700000000000"`, strings.Join(records, ",")))
	d := decoder{sets: newDimensionSets()}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.decode(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRecords(b *testing.B) {
	for _, shape := range [][2]int{{100, 10}, {1, 10}} {
		body := []byte(benchBody(shape[0], shape[1]))
		b.Run(fmt.Sprintf("records=%d,measures=%d", shape[0], shape[1]), func(b *testing.B) {
			var d decoder
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.decode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
