package iotsql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const arguments = `{"i":-5,"d":2.5,"n":"2.9","s":"hello","b":true,"arr":[1,"x",[2]],"objs":[{"a":1},{"a":2,"k":9}],"obj":{"k":1,"my-key":"v"},"nil":null,"euro":"€a"}`

func TestNumericFunctions(t *testing.T) {
	evaluate(t, arguments, []evalCase{
		{"abs(i)", "=", "5"}, {"abs(d)", "=", "2.5"}, {"abs('-3')", "=", "3"}, {"abs(b)", "=", "undefined"}, {"abs(nil)", "=", "undefined"}, {"abs()", "=", "undefined"}, {"abs(1, 2)", "=", "undefined"},
		{"acos(0)", "=", "1.5707963267948966"}, {"acos(2)", "=", "undefined"}, {"asin(0)", "0.0", "0"}, {"atan(0)", "0.0", "0"}, {"atan2(1, 0)", "=", "1.5707963267948966"},
		{"cos(0)", "1.0", "1"}, {"cosh(2.3)", "=", "5.037220649268761"}, {"sinh(2.3)", "=", "4.936961805545957"}, {"tanh(2.3)", "=", "0.9800963962661914"}, {"tan(3)", "=", "-0.1425465430742778"}, {"sin(0)", "0.0", "0"},
		{"bitand(13, 5)", "=", "5"}, {"bitor(8, 5)", "=", "13"}, {"bitxor(13, 5)", "=", "8"}, {"bitnot(13)", "=", "-14"}, {"bitand(n, 3.9)", "=", "2"}, {"bitor('x', 1)", "=", "undefined"},
		{"ceil(1.2)", "=", "2"}, {"ceil(-1.2)", "=", "-1"}, {"floor(1.2)", "=", "1"}, {"floor(-1.2)", "=", "-2"}, {"ceil(n)", "=", "3"},
		{"exp(0)", "1.0", "1"}, {"ln(1)", "0.0", "0"}, {"ln(0)", "=", "undefined"}, {"ln(-1)", "=", "undefined"}, {"log(100)", "2.0", "2"}, {"log(0)", "=", "undefined"},
		{"mod(8, 3)", "=", "2"}, {"remainder(8, 3)", "=", "2"}, {"mod(8, 0)", "=", "undefined"},
		{"nanvl(missing, 3)", "=", "3"}, {"nanvl(nil, 3)", "=", "3"}, {"nanvl(i, 3)", "=", "-5"}, {"nanvl(acos(2), 7)", "=", "7"},
		{"power(2, 5)", "32.0", "32"}, {"power(-8, 0.5)", "=", "undefined"}, {"rand()", "=", "0.25"},
		{"round(1.5)", "=", "2"}, {"round(-1.5)", "=", "-2"}, {"round(-1.1)", "=", "-1"}, {"round(2.4999)", "=", "2"},
		{"sign(i)", "=", "-1"}, {"sign(0)", "=", "0"}, {"sign(n)", "=", "1"}, {"sqrt(9)", "3.0", "3"}, {"sqrt(-1)", "=", "undefined"},
		{"trunc(2.3123, 2)", "=", "2.31"}, {"trunc(2.00, 5)", "=", "2"}, {"trunc(2.89, -3)", "=", "2"}, {"trunc(2.89, 1.9)", "=", "2.8"}, {"trunc(2.89, 99)", "=", "2.89"}, {"trunc(2.89, b)", "=", "undefined"},
	})
}

func TestStringFunctions(t *testing.T) {
	evaluate(t, arguments, []evalCase{
		{"chr(65)", "=", `"A"`}, {"chr(65.9)", "=", `"A"`}, {"chr(128)", "=", "undefined"}, {"chr(-1)", "=", "undefined"}, {"chr(s)", "=", "undefined"},
		{"concat()", "=", "undefined"}, {"concat(i)", "=", "-5"}, {"concat(1, s)", "=", `"1hello"`}, {"concat(s, nil)", "=", "undefined"}, {"concat(1, 2)", "=", `"12"`}, {"concat(b, obj)", "=", `"true{\"k\":1,\"my-key\":\"v\"}"`},
		{"get(concat(arr, s, [3]), 3)", "", `"hello"`}, {"concat(arr, [3], missing)", "", "undefined"}, {"concat([1], 2)", "", "[1,2]"},
		{"endswith(s, 'lo')", "=", "true"}, {"endswith(s, 'he')", "=", "false"}, {"startswith(s, 'he')", "=", "true"}, {"startswith(nil, 'he')", "=", "undefined"}, {"startswith(i, '-')", "=", "true"},
		{"indexof(s, 'l')", "", "2"}, {"indexof(s, 'z')", "", "-1"}, {"indexof(euro, 'a')", "", "1"}, {"indexof(s, '')", "", "0"}, {"indexof(55, '5')", "", "undefined"},
		{"length(s)", "", "5"}, {"length(false)", "", "5"}, {"length(euro)", "", "2"}, {"length(nil)", "", "undefined"}, {"numbytes('€')", "", "3"},
		{"lower('AbC')", "=", `"abc"`}, {"upper(s)", "=", `"HELLO"`}, {"upper(['hello'])", "", `"[\"HELLO\"]"`}, {"upper(missing)", "=", "undefined"},
		{"lpad(s, 2)", "=", `"  hello"`}, {"rpad(s, 2.9)", "=", `"hello  "`}, {"lpad(s, -1)", "=", `"hello"`}, {"rpad(1, 1)", "=", `"1 "`}, {"lpad(s, s)", "=", "undefined"},
		{"ltrim(' \t x ')", "=", `"x "`}, {"rtrim(' x \t')", "=", `" x"`}, {"trim(' x\n ')", "=", `"x\n"`},
		{"md2('hello')", "=", `"a9046c73e00331af68917d3804f70655"`}, {"md5('hello')", "=", `"5d41402abc4b2a76b9719d911017c592"`}, {"sha1('hello')", "=", `"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"`},
		{"sha224('')", "=", `"d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"`}, {"sha256('hello')", "=", `"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"`},
		{"substring(sha384('abc'), 0, 16)", "=", `"cb00753f45a35e8b"`}, {"substring(sha512('abc'), 0, 16)", "=", `"ddaf35a193617aba"`}, {"md5(missing)", "=", "undefined"},
		{"regexp_matches('aaaa', 'a{2,}')", "=", "true"}, {"regexp_matches('aaaa', 'b')", "=", "false"}, {"regexp_matches(s, s)", "=", "true"}, {"regexp_matches(s, concat('(', ''))", "=", "undefined"},
		{`regexp_replace("abcd", "bc", "x")`, "=", `"axd"`}, {`regexp_replace("abcd", "b(.*)d", "$1")`, "=", `"ac"`}, {`regexp_replace('a1b22', '\d+', '<$0>')`, "=", `"a<1>b<22>"`}, {`regexp_replace('a', 'a', '\\$1')`, "=", `"$1"`}, {`regexp_replace('a', 'a', '$1')`, "=", "undefined"}, {`regexp_replace('ab', '(a)|b', '[$1]')`, "=", `"[a][]"`},
		{"regexp_substr('hihihello', 'hi')", "=", `"hi"`}, {"regexp_substr(s, 'z')", "=", "undefined"}, {"regexp_substr(s)", "=", "undefined"},
		{"replace(s, 'l', 'L')", "=", `"heLLo"`}, {"replace(s, 'z', 'x')", "=", `"hello"`}, {"replace(123, 2, 'x')", "=", `"1x3"`},
		{"substring('012345', 0)", "=", `"012345"`}, {"substring('012345', 2)", "=", `"2345"`}, {"substring('012345', 2.745)", "=", `"2345"`}, {"substring(123, 2)", "=", `"3"`}, {"substring('012345', -1)", "=", `"012345"`},
		{"substring(true, 1.2)", "=", `"rue"`}, {"substring('012345', 4, 50)", "=", `"45"`}, {"substring('012345', 3, 3)", "=", `""`}, {"substring(euro, 1)", "=", `"a"`}, {"substring(s, s)", "=", "undefined"}, {"substring(s, 1, s)", "=", "undefined"},
	})
}

func TestStructureFunctions(t *testing.T) {
	evaluate(t, arguments, []evalCase{
		{"cast(true AS Int)", "=", "1"}, {"cast('2.9' AS Integer)", "=", "2"}, {"cast(-2.1 AS Int)", "=", "-3"}, {"cast(nil AS Int)", "=", "undefined"}, {"cast(arr AS Int)", "=", "undefined"},
		{"cast(true AS Double)", "1.0", "1"}, {"cast(i AS double)", "=", "-5"}, {"cast(n AS Decimal)", "", "2.9"}, {"cast(obj AS Decimal)", "", "undefined"}, {"cast(10.0 AS Decimal)", "", "10"},
		{"cast(0 AS Boolean)", "", "false"}, {"cast(i AS Bool)", "", "true"}, {"cast('FALSE' AS Bool)", "", "false"}, {"cast('no' AS Bool)", "", "undefined"}, {"cast(nil AS Bool)", "", "undefined"},
		{"cast(2.50 AS String)", "=", `"2.50"`}, {"cast(arr AS Varchar)", "=", `"[1,\"x\",[2]]"`}, {"cast(nil AS Text)", "=", "undefined"}, {"cast(b AS nvarchar)", "=", `"true"`},
		{"get(arr, 1)", "=", `"x"`}, {"get(arr, '1')", "=", `"x"`}, {"get(arr, 3)", "=", "undefined"}, {"get(arr, -1)", "=", "undefined"}, {"get('abc', 1)", "=", `"b"`}, {"get('abc', 3)", "=", "undefined"},
		{"get(obj, 'my-key')", "=", `"v"`}, {"get(obj, 0)", "=", "undefined"}, {"get(i, 0)", "=", "undefined"},
		{"get_or_default(missing, 'd')", "", `"d"`}, {"get_or_default(i, 'd')", "", "-5"}, {"get_or_default(nil, 'd')", "", "null"}, {"get_or_default(missing)", "", "undefined"}, {"get_or_default(get_secret('a','SecretString','r'), 'd')", "", `"d"`},
		{"isNull(nil)", "=", "true"}, {"isNull(missing)", "=", "false"}, {"isNull(0)", "=", "false"}, {"isUndefined(missing)", "", "true"}, {"isUndefined(nil)", "", "false"}, {"isUndefined(floor())", "", "true"},
		{"transform('enrichArray', obj, objs)", "", `[{"a":1,"k":1,"my-key":"v"},{"a":2,"k":9,"my-key":"v"}]`}, {"transform('enrichArray', obj, arr)", "", "undefined"}, {"transform('other', obj, objs)", "", "undefined"}, {"transform('enrichArray', s, objs)", "", "undefined"},
		{"encode(s, 'base64')", "", `"aGVsbG8="`}, {"encode(obj, 'base64')", "", `"eyJrIjoxLCJteS1rZXkiOiJ2In0="`}, {"encode(nil, 'base64')", "", "undefined"}, {"encode(s, 'hex')", "", "undefined"},
		{"decode('aGVsbG8=', 'base64')", "", `"hello"`}, {"decode('eyJhIjpbMS4wXX0=', 'base64').a", "", "[1]"}, {"decode('%', 'base64')", "", "null"}, {"decode('/w==', 'base64')", "", "null"}, {"decode(missing, 'base64')", "", "undefined"},
	})
}

func TestContextFunctions(t *testing.T) {
	evaluate(t, "{}", []evalCase{
		{"accountid()", "=", `"000000000000"`}, {"clientId()", "=", `"c1"`}, {"principal()", "=", `"p1"`}, {"sourceip()", "", `"10.0.0.9"`}, {"traceid()", "=", `"7e146a2c-7e14-4e14-8e14-7e146a2c7e14"`},
		{"timestamp()", "=", "1700000000123"}, {"topic()", "=", `"dt/sensor/7"`}, {"topic(1)", "=", `"dt"`}, {"topic(3)", "=", `"7"`}, {"topic(4)", "=", "undefined"}, {"topic(0)", "=", "undefined"}, {"topic('2')", "=", `"sensor"`},
		{"newuuid()", "=", `"0b0a3c5e-0000-4000-8000-000000000001"`}, {"sql_version()", `"2015-10-08"`, `"2016-03-23"`},
		{"get_mqtt_property('content_type')", "", `"text/plain"`}, {"get_mqtt_property('response_topic')", "", `"re/ply"`}, {"get_mqtt_property('correlation_data')", "", `"b2s="`}, {"get_mqtt_property('format_indicator')", "", `"UTF8_DATA"`}, {"get_mqtt_property('other')", "", "undefined"},
		{"get_user_properties('k')", "", `["v1","v3"]`}, {"get_user_properties('z')", "", "undefined"}, {"get_user_properties()", "", `[{"k":"v1"},{"k2":"v2"},{"k":"v3"}]`},
	})
	in := NewInput(Message{Topic: "t", Payload: []byte("{}"), Time: instant}, Env{})
	for expr, want := range map[string]string{
		"clientid()": `"n/a"`, "principal()": "undefined", "sourceip()": "undefined", "traceid()": "undefined", "get_mqtt_property('content_type')": "undefined",
		"get_mqtt_property('format_indicator')": `"UNSPECIFIED_BYTES"`, "get_user_properties()": "undefined",
	} {
		res, err := compile(t, "SELECT VALUE "+expr, V2016).Evaluate(t.Context(), in)
		if err != nil || res.Value.String() != want {
			t.Errorf("without properties: %s = %s, %v, want %s", expr, res.Value, err, want)
		}
	}
}

func TestTimeFunctions(t *testing.T) {
	evaluate(t, `{"ts":"2020-04-03 09:45:18 UTC+01:00"}`, []evalCase{
		{`parse_time("yyyy.MM.dd G 'at' HH:mm:ss z", 100000000, 'America/Belize')`, "", `"1970.01.01 AD at 21:46:40 CST"`},
		{`parse_time("yyyy-MM-dd'T'HH:mm:ss.SSSZZ", timestamp())`, "", `"2023-11-14T22:13:20.123+00:00"`},
		{`parse_time("yyyy", timestamp(), "Nowhere/City")`, "", "undefined"},
		{`parse_time("yyyy", "soon")`, "", "undefined"},
		{`parse_time("b", 0)`, "", "undefined"},
		{`time_to_epoch(ts, "yyyy-MM-dd HH:mm:ss VV")`, "", "1585903518000"},
		{`time_to_epoch("18 December 2015", "dd MMMM yyyy")`, "", "1450396800000"},
		{`time_to_epoch("2007-12-03 10:15:30.592 America/Los_Angeles", "yyyy-MM-dd HH:mm:ss.SSS z")`, "", "1196705730592"},
		{`time_to_epoch("yesterday", "yyyy")`, "", "undefined"},
		{`time_to_epoch(missing, "yyyy")`, "", "undefined"},
	})
}

// External functions parse, and fail by name when nothing answers them.
func TestExternalFunctions(t *testing.T) {
	for call, name := range map[string]string{
		"aws_lambda('arn', a)": "aws_lambda", "get_dynamodb('t','k','v','r')": "get_dynamodb", "get_thing_shadow('t','r')": "get_thing_shadow", "get_secret('i','SecretString','r')": "get_secret",
		"get_registry_data('DescribeThing','t','r')": "get_registry_data", "machinelearning_predict('m','r',a)": "machinelearning_predict", "decode(*,'proto','b','k','f','m')": "decode",
	} {
		if got, want := run(t, "SELECT "+call+" AS x FROM 'x'", V2016, "{}"), "error: "+name+"(): this function is not supported"; got != want {
			t.Errorf("%s = %s, want %s", call, got, want)
		}
	}
}

// guide lists the functions of the developer guide with the version that each
// came with, but for cast, which is grammar.
var guide = map[Version]string{
	V2015: `abs accountid acos asin atan atan2 aws_lambda bitand bitnot bitor bitxor ceil chr clientid concat cos cosh endswith exp floor get
		isnull ln log lower lpad ltrim machinelearning_predict md2 md5 mod nanvl newuuid power principal rand regexp_matches regexp_replace
		regexp_substr remainder replace round rpad rtrim sha1 sha224 sha256 sha384 sha512 sign sin sinh sql_version sqrt startswith substring
		tan tanh timestamp topic traceid trim trunc upper`,
	V2016: `decode encode get_dynamodb get_mqtt_property get_or_default get_registry_data get_secret get_thing_shadow get_user_properties indexof
		isundefined length numbytes parse_time sourceip time_to_epoch transform`,
}

func TestFunctionsAreTheGuides(t *testing.T) {
	want := make(map[string]bool) // name: came with 2016-03-23
	for version, names := range guide {
		for name := range strings.FieldsSeq(names) {
			want[name] = version == V2016
		}
	}
	got := make(map[string]bool)
	for name, f := range functions {
		got[name] = f.modern
	}
	for name, f := range forms() {
		if _, twice := got[name]; twice {
			t.Errorf("%s is a function and a form", name)
		}
		got[name] = f.modern
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the functions differ from the guide's:\n%s", diff)
	}
}
