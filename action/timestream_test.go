package action

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/rules"
	"tidemark/tsdb"
)

// toTable is a timestream action with the sample's dimensions.
func toTable(more string) rules.ActionSpec {
	return spec("timestream", `{"roleArn":"`+role+`","databaseName":"db","tableName":"t","dimensions":[
		{"name":"device_id","value":"${device_id}"},{"name":"building","value":"${building}"},{"name":"room","value":"${room}"}]`+more+`}`)
}

var sample = []tsdb.Dimension{{Name: "device_id", Value: "s1"}, {Name: "building", Value: "Day 1"}, {Name: "room", Value: "10.01"}}

// at is one expected record.
func at(dimensions []tsdb.Dimension, ns int64, name string, v tsdb.Value) tsdb.Record {
	return tsdb.Record{Dimensions: dimensions, MeasureName: name, Measures: []tsdb.Measure{{Value: v}}, Time: ns, Version: 1}
}

const receivedNS = 1700000000123 * 1_000_000

func TestTimestreamRecords(t *testing.T) {
	const reading = `{"device_id":"s1","building":"Day 1","room":"10.01","humidity":61.25,"pressure":1013,"temperature":25.0,"ts":1600000000}`
	const example = `{"boolean_value":true,"integer_value":123456789012,"double_value":123.456789012,"string_value":"String value","array_of_integers":[23,36, 56,72],"complex_value":{ "simple_element":42,"l":["red"]}}`
	one := []tsdb.Dimension{{Name: "d", Value: "x"}}
	static := spec("timestream", `{"roleArn":"`+role+`","databaseName":"db","tableName":"t","dimensions":[{"name":"d","value":"x"}]}`)
	tests := []struct {
		name, version, sql, payload string
		action                      rules.ActionSpec
		want                        []tsdb.Record
	}{
		{"the sample's rule, 2015: decimals stay DOUBLE", "", "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'", reading, toTable(""), []tsdb.Record{
			at(sample, receivedNS, "humidity", tsdb.DoubleValue(61.25)), at(sample, receivedNS, "pressure", tsdb.BigintValue(1013)), at(sample, receivedNS, "temperature", tsdb.DoubleValue(25)),
		}},
		{"the sample's rule, 2016: 25.0 is BIGINT", "2016-03-23", "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'", reading, toTable(""), []tsdb.Record{
			at(sample, receivedNS, "humidity", tsdb.DoubleValue(61.25)), at(sample, receivedNS, "pressure", tsdb.BigintValue(1013)), at(sample, receivedNS, "temperature", tsdb.BigintValue(25)),
		}},
		{"the developer guide's example", "2016-03-23", "SELECT * FROM 'dt/sensor/#'", example, static, []tsdb.Record{
			at(one, receivedNS, "boolean_value", tsdb.BooleanValue(true)), at(one, receivedNS, "integer_value", tsdb.BigintValue(123456789012)),
			at(one, receivedNS, "double_value", tsdb.DoubleValue(123.456789012)), at(one, receivedNS, "string_value", tsdb.VarcharValue("String value")),
			at(one, receivedNS, "array_of_integers", tsdb.VarcharValue("[23,36,56,72]")), at(one, receivedNS, "complex_value", tsdb.VarcharValue(`{"simple_element":42,"l":["red"]}`)),
		}},
		{"timestamp in seconds", "", "SELECT pressure FROM 'dt/sensor/#'", reading, toTable(`,"timestamp":{"value":"${ts}","unit":"SECONDS"}`), []tsdb.Record{at(sample, 1600000000*1e9, "pressure", tsdb.BigintValue(1013))}},
		{"timestamp by a function", "2016-03-23", "SELECT pressure FROM 'dt/sensor/#'", reading, toTable(`,"timestamp":{"value":"${time_to_epoch('2020-04-03','yyyy-MM-dd')}","unit":"MILLISECONDS"}`), []tsdb.Record{at(sample, 1585872000*1e9, "pressure", tsdb.BigintValue(1013))}},
		{"timestamp in nanoseconds", "", "SELECT pressure FROM 'dt/sensor/#'", reading, toTable(`,"timestamp":{"value":"${timestamp()}000000","unit":"NANOSECONDS"}`), []tsdb.Record{at(sample, receivedNS, "pressure", tsdb.BigintValue(1013))}},
		{"null is skipped", "", "SELECT n, s FROM 'dt/sensor/#'", `{"n":null,"s":"true"}`, static, []tsdb.Record{at(one, receivedNS, "s", tsdb.VarcharValue("true"))}},
		{"beyond 64 bits is DOUBLE", "", "SELECT n, e FROM 'dt/sensor/#'", `{"n":9223372036854775808,"e":1E3}`, static, []tsdb.Record{at(one, receivedNS, "n", tsdb.DoubleValue(9223372036854775808)), at(one, receivedNS, "e", tsdb.DoubleValue(1000))}},
		{"exponent in 2016", "2016-03-23", "SELECT e FROM 'dt/sensor/#'", `{"e":1E3}`, static, []tsdb.Record{at(one, receivedNS, "e", tsdb.BigintValue(1000))}},
		{"table and database by template", "", "SELECT a FROM 'dt/sensor/#'", `{"a":false}`, spec("timestream", `{"roleArn":"`+role+`","databaseName":"d${1+0}b","tableName":"${topic(3)}","dimensions":[{"name":"d","value":"x"}]}`), []tsdb.Record{at(one, receivedNS, "a", tsdb.BooleanValue(false))}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{}
			e := start(t, w, rules.Rule{Name: "r", SQL: test.sql, Version: test.version, Actions: []rules.ActionSpec{test.action}})
			accept(t, e, msg("dt/sensor/t", test.payload))
			if len(w.writes) != 1 {
				t.Fatalf("%d writes, want 1", len(w.writes))
			}
			if ref := w.writes[0].ref; ref.Table != "t" || ref.Database != "db" && ref.Database != "d1b" {
				t.Errorf("written to %v", ref)
			}
			if diff := cmp.Diff(test.want, w.writes[0].recs, cmp.AllowUnexported(tsdb.Value{})); diff != "" {
				t.Errorf("records differ:\n%s", diff)
			}
		})
	}
}

// What cannot be written goes to the error action with its reason.
func TestTimestreamFailures(t *testing.T) {
	many := `{"device_id":"s1","building":"b","room":"r"`
	for i := range 98 {
		many += `,"m` + strings.Repeat("x", i) + `":1`
	}
	many += "}"
	const full = `{"device_id":"s1","building":"b","room":"r","a":1}`
	tests := []struct {
		name, sql, payload, more string
		refuse                   error
		want                     string
	}{
		{"missing dimension field", "SELECT a FROM 'dt/+'", `{"device_id":"s1","room":"r","a":1}`, "", nil, `the value of the dimension \"building\" is empty`},
		{"payload that is not JSON", "SELECT * FROM 'dt/+'", "\x01", "", nil, "the result of SELECT is not a JSON object"},
		{"nothing selected", "SELECT missing FROM 'dt/+'", full, "", nil, "the result of SELECT has no attribute to write"},
		{"too many attributes", "SELECT * FROM 'dt/+'", many, "", nil, "the result of SELECT has 101 attributes, the limit is 100"},
		{"timestamp that is no integer", "SELECT a FROM 'dt/+'", full, `,"timestamp":{"value":"${device_id}","unit":"SECONDS"}`, nil, `the timestamp \"s1\" is not an integer`},
		{"timestamp out of range", "SELECT a FROM 'dt/+'", full, `,"timestamp":{"value":"9223372036854775807","unit":"SECONDS"}`, nil, "is out of range"},
		{"number beyond DOUBLE", "SELECT a FROM 'dt/+'", `{"device_id":"s1","building":"b","room":"r","a":1E400}`, "", nil, `the attribute \"a\" is out of the range of DOUBLE`},
		{"rejected records", "SELECT a, room FROM 'dt/+'", full, "", &tsdb.RejectedRecords{Rejections: []tsdb.Rejection{{Index: 0, Reason: "too old"}, {Index: 1, Reason: "type"}}}, "2 records were rejected: index 0: too old; index 1: type"},
		{"missing table", "SELECT a FROM 'dt/+'", full, "", fault.New(fault.NotFound, "The table t does not exist."), "The table t does not exist."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{refuse: func(tsdb.TableRef) error { return test.refuse }}
			onError := spec("republish", `{"roleArn":"`+role+`","topic":"errors/${topic(2)}"}`)
			e := start(t, w, rules.Rule{Name: "r", SQL: test.sql, Actions: []rules.ActionSpec{toTable(test.more)}, ErrorAction: &onError})
			accept(t, e, msg("dt/1", test.payload))
			if len(w.published) != 1 || w.published[0].Topic != "errors/1" {
				t.Fatalf("the error action published %d messages, want 1 to errors/1", len(w.published))
			}
			got := string(w.published[0].Payload)
			for _, want := range []string{test.want, `"failedAction":"TimestreamAction","failedResource":"db#t"`, "Message arrived on: dt/1, Action: timestream, Database: db, Table: t"} {
				if !strings.Contains(got, want) {
					t.Errorf("the error action got %s, want it to contain %s", got, want)
				}
			}
			if len(w.writes) > 1 {
				t.Errorf("%d writes, want no second try", len(w.writes))
			}
		})
	}
}

// Two rules take one message: that one of them fails does not touch the other.
func TestOneOfTwoRulesFails(t *testing.T) {
	w := &world{refuse: func(ref tsdb.TableRef) error {
		if ref.Table == "bad" {
			return fault.New(fault.NotFound, "no such table")
		}
		return nil
	}}
	to := func(table string) rules.ActionSpec {
		return spec("timestream", `{"roleArn":"`+role+`","databaseName":"db","tableName":"`+table+`","dimensions":[{"name":"d","value":"${clientid()}"}]}`)
	}
	e := start(t, w,
		rules.Rule{Name: "bad", SQL: "SELECT a FROM 'dt/#'", Actions: []rules.ActionSpec{to("bad")}},
		rules.Rule{Name: "good", SQL: "SELECT a FROM 'dt/#'", Actions: []rules.ActionSpec{to("good")}})
	accept(t, e, msg("dt/1", `{"a":1}`))
	if len(w.writes) != 2 {
		t.Errorf("%d writes, want one of each rule", len(w.writes))
	}
}

func TestTimestreamRefusesAtCreate(t *testing.T) {
	config := func(replace, by string) string {
		good := `{"roleArn":"` + role + `","databaseName":"db","tableName":"t","dimensions":[{"name":"d","value":"v"}],"timestamp":{"value":"1","unit":"SECONDS"}}`
		if replace != "" && !strings.Contains(good, replace) {
			t.Fatalf("%q is not in the configuration", replace)
		}
		return strings.Replace(good, replace, by, 1)
	}
	many := `"dimensions":[` + strings.TrimSuffix(strings.Repeat(`{"name":"d","value":"v"},`, 129), ",") + `]`
	tests := []struct{ name, config string }{
		{"no role", config(`"roleArn":"`+role+`",`, "")}, {"role of a user", config("role/service-role/x", "user/x")}, {"role that is no ARN", config(role, "me")},
		{"no database", config(`"db"`, `""`)}, {"no table", config(`"tableName":"t",`, "")}, {"no dimensions", config(`[{"name":"d","value":"v"}]`, "[]")},
		{"129 dimensions", config(`"dimensions":[{"name":"d","value":"v"}]`, many)}, {"dimension without name", config(`"d"`, `""`)}, {"dimension without value", config(`"v"`, `""`)},
		{"dimension named time", config(`"d"`, `"time"`)}, {"dimension named measure_name", config(`"d"`, `"measure_name"`)}, {"dimension named measure_value::double", config(`"d"`, `"measure_value::double"`)},
		{"dimension with ts_", config(`"d"`, `"ts_x"`)}, {"dimension with a colon", config(`"d"`, `"a:b"`)}, {"the same dimension twice", config(`{"name":"d","value":"v"}`, `{"name":"d","value":"v"},{"name":"d","value":"w"}`)},
		{"unit", config("SECONDS", "MINUTES")}, {"template as unit", config("SECONDS", "${unit}")}, {"no timestamp value", config(`"1"`, `""`)}, {"template", config(`"v"`, `"${"`)}, {"not an object", "[]"}, {"wrong type", config(`"t"`, "1")},
	}
	e := start(t, &world{})
	for _, test := range tests {
		err := e.Create(t.Context(), rules.Rule{Name: "r", SQL: "SELECT *", Actions: []rules.ActionSpec{spec("timestream", test.config)}})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: Create = %v, want fault.Invalid", test.name, err)
		}
	}
	if err := e.Create(t.Context(), rules.Rule{Name: "r", SQL: "SELECT *", Actions: []rules.ActionSpec{spec("timestream", config("", ""))}}); err != nil {
		t.Errorf("Create = %v, want nil", err)
	}
}
