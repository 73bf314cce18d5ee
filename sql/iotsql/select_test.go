package iotsql

import (
	"errors"
	"strings"
	"testing"
)

const colors = `{"color":{"red":255,"green":0},"temp":10.0,"note":null,"foo":{"bar":1},"arr":[1,2]}`

func TestSelect(t *testing.T) {
	tests := []struct{ name, sql, old, modern string }{
		{"star", "SELECT * FROM 'x'", `{"color":{"red":255,"green":0},"temp":10.0,"note":null,"foo":{"bar":1},"arr":[1,2]}`, `{"color":{"red":255,"green":0},"temp":10,"note":null,"foo":{"bar":1},"arr":[1,2]}`},
		{"field", "SELECT temp FROM 'x'", `{"temp":10.0}`, `{"temp":10}`},
		{"missing fields are left out, null stays", "SELECT missing, note FROM 'x'", `{"note":null}`, `{"note":null}`},
		{"nothing left", "SELECT missing FROM 'x'", `{}`, `{}`},
		{"alias", "SELECT color.red AS r FROM 'x'", `{"r":255}`, `{"r":255}`},
		{"path takes its last part", "SELECT color.red FROM 'x'", `{"red":255}`, `{"red":255}`},
		{"dotted alias", "SELECT foo.bar AS bar.baz, 2 AS bar.qux FROM 'x'", `{"bar":{"baz":1,"qux":2}}`, `{"bar":{"baz":1,"qux":2}}`},
		{"dotted alias extends a selected object", "SELECT color AS c, 1 AS c.blue FROM 'x'", `{"c":{"red":255,"green":0,"blue":1}}`, `{"c":{"red":255,"green":0,"blue":1}}`},
		{"star and more", "SELECT *, 15 AS temp, 1 AS speed FROM 'x'", `{"color":{"red":255,"green":0},"temp":15,"note":null,"foo":{"bar":1},"arr":[1,2],"speed":1}`, `{"color":{"red":255,"green":0},"temp":15,"note":null,"foo":{"bar":1},"arr":[1,2],"speed":1}`},
		{"star with alias", "SELECT * AS message FROM 'x'", `{"message":{"color":{"red":255,"green":0},"temp":10.0,"note":null,"foo":{"bar":1},"arr":[1,2]}}`, `{"message":{"color":{"red":255,"green":0},"temp":10,"note":null,"foo":{"bar":1},"arr":[1,2]}}`},
		{"value", "SELECT VALUE color FROM 'x'", `{"red":255,"green":0}`, `{"red":255,"green":0}`},
		{"value of an array", "SELECT VALUE arr FROM 'x'", "error: SELECT VALUE of an array needs SQL version 2016-03-23", `[1,2]`},
		{"value of undefined", "SELECT VALUE missing FROM 'x'", "undefined", "undefined"},
		{"duplicate names", "SELECT 1 AS a, 2 AS b, 3 AS a FROM 'x'", `{"a":3,"b":2}`, `{"a":3,"b":2}`},
		{"names of expressions", "SELECT timestamp(), 1 + 1, cast(temp AS Int), Upper('a') FROM 'x'", `{"timestamp":1700000000123,"_1":2,"cast":10,"upper":"A"}`, `{"timestamp":1700000000123,"_1":2,"cast":10,"upper":"A"}`},
		{"keywords in any case", "select temp as t from 'x' where TEMP IS_NO_KEYWORD", "", ""},
		{"keyword as alias and after a dot", "SELECT foo.select, 1 AS from FROM 'x'", `{"from":1}`, `{"from":1}`},
		{"semicolon", "SELECT 1 AS one FROM 'x';", `{"one":1}`, `{"one":1}`},
		{"no FROM", "SELECT 1 AS one", `{"one":1}`, `{"one":1}`},
		{"where", "SELECT temp FROM 'x' WHERE temp > 20", "no match", "no match"},
		{"where on undefined", "SELECT temp FROM 'x' WHERE missing > 20", "no match", "no match"},
		{"where on a string", "SELECT 1 AS a FROM 'x' WHERE 'True'", `{"a":1}`, `{"a":1}`},
		{"where on a number", "SELECT 1 AS a FROM 'x' WHERE 1", "no match", "no match"},
		{"where cannot see aliases", "SELECT 1 AS a FROM 'x' WHERE a = 1", "no match", "no match"},
		{"set", "SET @a = color, @b = @a.red + 1 SELECT @a.green, @b, @b AS c FROM 'x' WHERE @b = 256", `{"green":0,"b":256,"c":256}`, `{"green":0,"b":256,"c":256}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.old == "" {
				if _, err := Compile(test.sql, V2015); err == nil {
					t.Fatalf("Compile(%q) = nil, want an error", test.sql)
				}
				return
			}
			if got := run(t, test.sql, V2015, colors); got != test.old {
				t.Errorf("2015: %s = %s, want %s", test.sql, got, test.old)
			}
			if got := run(t, test.sql, Beta, colors); got != test.modern {
				t.Errorf("beta: %s = %s, want %s", test.sql, got, test.modern)
			}
		})
	}
}

// VALUE is a keyword and a common field.
func TestValueAsField(t *testing.T) {
	tests := []struct{ list, want string }{
		{"value", `{"value":3}`}, {"value, a", `{"value":3,"a":1}`}, {"value AS v", `{"v":3}`}, {"value * 2 AS v", `{"v":6}`}, {"value + 1 AS v", `{"v":4}`},
		{"a, value", `{"a":1,"value":3}`}, {"VALUE *", `{"value":3,"a":1}`}, {"VALUE value", `3`}, {"VALUE (a)", `1`}, {"VALUE -a", `-1`},
	}
	for _, test := range tests {
		if got := run(t, "SELECT "+test.list+" FROM 'x'", V2016, `{"value":3,"a":1}`); got != test.want {
			t.Errorf("SELECT %s = %s, want %s", test.list, got, test.want)
		}
	}
}

const readings = `{"e":[{"n":"temperature","v":22.5},{"n":"light","v":91},{"n":"temperature","v":23.5}],"data":{"a":1,"b":2,"c":[7,8]},"arr":[1,2,3,4],"outer":9}`

func TestNestedQueries(t *testing.T) {
	evaluate(t, readings, []evalCase{
		{"(SELECT v FROM e WHERE n='temperature')", "", `[{"v":22.5},{"v":23.5}]`},
		{"(SELECT VALUE v FROM e)", "", `[22.5,91,23.5]`},
		{"(SELECT * FROM e WHERE n = 'light')", "", `[{"n":"light","v":91}]`},
		{"(SELECT *, 1 AS x FROM e WHERE n = 'light')", "", `[{"n":"light","v":91,"x":1}]`},
		{"(SELECT a, b FROM data)", "", `{"a":1,"b":2}`},
		{"(SELECT VALUE c FROM data)", "", `[7,8]`},
		{"(SELECT VALUE a FROM arr AS a WHERE a > 2)", "", `[3,4]`},
		{"(SELECT a.v AS x, topic(1) AS t FROM e AS a WHERE a.n = 'light')", "", `[{"x":91,"t":"dt"}]`},
		{"(SELECT outer FROM data)", "", `{}`},
		{"(SELECT VALUE missing FROM e)", "", `[]`},
		{"(SELECT v FROM outer)", "", `undefined`},
		{"(SELECT v FROM data WHERE a = 2)", "", `undefined`},
		{"EXISTS (SELECT * FROM arr AS a WHERE a = 3)", "", `true`},
		{"EXISTS (SELECT * FROM arr AS a WHERE a = 9)", "", `false`},
		{"EXISTS (SELECT * FROM missing)", "", `false`},
		{"get((SELECT v FROM e WHERE n='temperature'),0).v", "", `22.5`},
		{"(SELECT VALUE (SELECT VALUE x * 2 FROM c AS x) FROM data)", "", `[14,16]`},
		{"3 IN (SELECT VALUE a FROM arr AS a)", "", `true`},
	})
	sql := "SET @factor = 2 SELECT (SELECT VALUE v * @factor FROM e) AS doubled, outer FROM 'x'"
	if got, want := run(t, sql, V2016, readings), `{"doubled":[45,182,47],"outer":9}`; got != want {
		t.Errorf("%s = %s, want %s", sql, got, want)
	}
}

func TestPayloadsThatAreNotObjects(t *testing.T) {
	tests := []struct{ name, sql, payload, want string }{
		{"star over bytes", "SELECT * FROM 'x'", "\x01\x02", `"\x01\x02"`},
		{"star over a scalar", "SELECT * FROM 'x'", "80", `"80"`},
		{"encode bytes", "SELECT encode(*, 'base64') AS data FROM 'x'", "\x01\x02", `{"data":"AQI="}`},
		{"encode an object", "SELECT encode(*, 'base64') AS data FROM 'x'", `{"a": 1}`, `{"data":"eyJhIjogMX0="}`},
		{"the guide's detour", "SELECT decode(encode(*,'base64'),'base64') AS p FROM 'x'", "80", `{"p":80}`},
		{"star and more over bytes", "SELECT *, timestamp() AS t FROM 'x'", "\x01", "error: the payload is not JSON, and * stands where JSON is needed"},
		{"star as member over bytes", "SELECT * AS m FROM 'x'", "\x01", "error: the payload is not JSON, and * stands where JSON is needed"},
		{"variable over bytes", "SET @a = * SELECT @a FROM 'x'", "\x01", "error: the payload is not JSON, and * stands where JSON is needed"},
		{"fields of bytes", "SELECT a, 1 AS one FROM 'x'", "\x01", `{"one":1}`},
		{"where over bytes", "SELECT 1 AS one FROM 'x' WHERE a = 1", "\x01", `no match`},
		{"empty payload", "SELECT *, timestamp() AS t FROM 'x'", "", `{"t":1700000000123}`},
		{"empty payload as member", "SELECT * AS m FROM 'x'", "", `{"m":{}}`},
		{"array", "SELECT VALUE * FROM 'x'", "[1, 2]", `[1,2]`},
		{"array and more", "SELECT *, 1 AS a FROM 'x'", "[1]", "error: the payload is not a JSON object, and * stands among other items"},
		{"rows of an array", "SELECT VALUE (SELECT a FROM *) FROM 'x'", `[{"a":1},{"a":2}]`, `[{"a":1},{"a":2}]`},
		{"byte order mark", "SELECT a, 1 AS one FROM 'x'", "\ufeff{\"a\":2}", `{"one":1}`},
	}
	for _, test := range tests {
		if got := run(t, test.sql, V2016, test.payload); got != test.want {
			t.Errorf("%s: %s = %s, want %s", test.name, test.sql, got, test.want)
		}
	}
	if got, want := run(t, "SELECT * FROM 'x'", V2015, "[1]"), `"[1]"`; got != want {
		t.Errorf("2015: an array for * = %s, want the bytes %s", got, want)
	}
}

func TestRawMeansStarAlone(t *testing.T) {
	for sql, want := range map[string]bool{"SELECT *": true, "SELECT VALUE *": true, "SELECT * AS m": false, "SELECT *, 1 AS a": false, "SELECT a": false} {
		res, err := compile(t, sql, V2016).Evaluate(t.Context(), NewInput(message(`{"a":1.0}`), testEnv))
		if err != nil || res.Raw != want {
			t.Errorf("%s: Raw = %v, %v, want %v", sql, res.Raw, err, want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	deep := strings.Repeat("(", 101) + "1" + strings.Repeat(")", 101)
	tests := []struct {
		name, sql string
		start     int
		reason    string
	}{
		{"empty", "", 0, "expected SELECT, found the end of the text"},
		{"no list", "SELECT FROM 'x'", 7, "expected an expression, found 'FROM'"},
		{"filter without quotes", "SELECT * FROM iot/rules", 14, "expected a topic filter in quotes, found 'iot'"},
		{"bad filter", "SELECT * FROM 'a/#/b'", 14, ""},
		{"shared filter", "SELECT * FROM '$share/g/a'", 14, "FROM cannot name a shared subscription"},
		{"comment", "SELECT * -- all\nFROM 'x'", 9, "there are no comments in IoT SQL; write - - with a blank to negate twice"},
		{"like", "SELECT * FROM 'x' WHERE a LIKE 'b'", 26, "expected the end of the statement, found 'LIKE'"},
		{"index", "SELECT a[0] FROM 'x'", 8, "expected the end of the statement, found '['"},
		{"unknown function", "SELECT 1 AS a,\n  nofun(2) FROM 'x'", 17, "there is no function nofun()"},
		{"unknown type", "SELECT cast(a AS Real) FROM 'x'", 7, "cast to real: there is no such type"},
		{"unknown variable", "SELECT @a FROM 'x'", 7, "the variable @a is not assigned before it is used"},
		{"later variable", "SET @a = @b, @b = 1 SELECT @a FROM 'x'", 9, "the variable @b is not assigned before it is used"},
		{"assigned twice", "SET @a = 1, @a = 2 SELECT @a FROM 'x'", 12, "@a is assigned twice"},
		{"value with two items", "SELECT VALUE a, b FROM 'x'", 0, "SELECT VALUE takes exactly one expression and no AS"},
		{"open string", "SELECT 'a FROM x", 7, "the string has no closing quote"},
		{"digit first", "SELECT 1abc FROM 'x'", 7, ""},
		{"strange character", "SELECT a ? b", 9, "unexpected character '?'"},
		{"lookahead", "SELECT regexp_matches(a, '(?=b)') FROM 'x'", 25, ""},
		{"searched case", "SELECT CASE WHEN a = 1 THEN 2 END FROM 'x'", 12, "CASE needs a value before WHEN"},
		{"chained comparison", "SELECT 1 < 2 < 3 FROM 'x'", 13, "comparisons do not chain; use parentheses"},
		{"too deep", "SELECT " + deep + " FROM 'x'", 57, "expressions are nested more than 100 deep"},
		{"two statements", "SELECT a FROM 'x'; SELECT b", 19, "expected the end of the statement, found 'SELECT'"},
		{"number out of range", "SELECT 1E9999 FROM 'x'", 7, "the number is out of range"},
		{"bad escape", `SELECT '\u12' FROM 'x'`, 8, `expected four hexadecimal digits after \u`},
	}
	for _, test := range tests {
		_, err := Compile(test.sql, V2016)
		failed, ok := errors.AsType[*SyntaxError](err)
		if !ok || failed.Span.Start != test.start || test.reason != "" && failed.Reason != test.reason {
			t.Errorf("%s: Compile(%.40q) = %v, want %q at %d", test.name, test.sql, err, test.reason, test.start)
			if ok {
				t.Errorf("  it is at %d", failed.Span.Start)
			}
		}
	}
	vars := "SET @v0 = 1"
	for i := 1; i <= 10; i++ {
		vars += ", @v" + string(rune('0'+i)) + " = 1"
	}
	if _, err := Compile(vars+" SELECT 1 FROM 'x'", V2016); err == nil {
		t.Error("Compile(eleven variables) = nil, want an error")
	}
}

func TestSyntaxErrorQuotesTheLine(t *testing.T) {
	_, err := Compile("SELECT é,\n  nofun(2) FROM 'x'", V2016)
	if failed, ok := errors.AsType[*SyntaxError](err); !ok || failed.Error() != "line 1, column 8: unexpected character 'é'" {
		t.Errorf("Compile = %v", err)
	}
	_, err = Compile("SELECT 1,\n  nofun(2) FROM 'x'", V2016)
	failed, ok := errors.AsType[*SyntaxError](err)
	if want := "  nofun(2) FROM 'x'\n  ^^^^^^^^"; !ok || failed.Excerpt() != want {
		t.Errorf("Excerpt() = %q, want %q", failed.Excerpt(), want)
	}
}

func TestVersions(t *testing.T) {
	for text, want := range map[string]Version{"": V2015, "2015-10-08": V2015, "2016-03-23": V2016, "beta": Beta} {
		if got, err := ParseVersion(text); got != want || err != nil {
			t.Errorf("ParseVersion(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
	if _, err := ParseVersion("2017-01-01"); err == nil {
		t.Error("ParseVersion(2017-01-01) = nil, want an error")
	}
}

func TestTopicFilter(t *testing.T) {
	for sql, want := range map[string]string{"SELECT * FROM 'dt/sensor/#'": "dt/sensor/#", "SELECT *": "", `SELECT * FROM "a/+/b" WHERE x = 1`: "a/+/b"} {
		if got, err := TopicFilter(sql); got != want || err != nil {
			t.Errorf("TopicFilter(%q) = %q, %v, want %q", sql, got, err, want)
		}
		if got := compile(t, sql, V2016).TopicFilter(); got != want {
			t.Errorf("Compile(%q).TopicFilter() = %q, want %q", sql, got, want)
		}
	}
}

// What grows faster than the message ends with an error instead of all memory.
func TestLimits(t *testing.T) {
	big := `{"s":"` + strings.Repeat("a", 100_000) + `","arr":[` + strings.Repeat("1,", 5000) + `1]}`
	tests := []struct{ name, sql, want string }{
		{"replace", "SELECT replace(s, 'a', s) AS r FROM 'x'", "error: replace(): the result is too large"},
		{"cube", "SELECT VALUE (SELECT VALUE (SELECT VALUE b FROM * AS b) FROM c AS d) FROM 'x'", "undefined"},
		{"variables", "SET @a = s, @b = s SELECT @a FROM 'x'", "error: the variables hold more than 131072 bytes"},
	}
	for _, test := range tests {
		if got := run(t, test.sql, V2016, big); got != test.want {
			t.Errorf("%s: %s = %.80s, want %s", test.name, test.sql, got, test.want)
		}
	}
	survived := "SELECT get_or_default(replace(s, 'a', s), 'too large') AS r FROM 'x'"
	if got, want := run(t, survived, V2016, big), `{"r":"too large"}`; got != want {
		t.Errorf("%s = %.80s, want %s", survived, got, want)
	}
	stubborn := "SET @a = arr SELECT get_or_default((SELECT VALUE (SELECT VALUE y FROM @a AS y) FROM @a AS x), 1) AS r FROM 'x'"
	if got, want := run(t, stubborn, V2016, big), "error: the evaluation takes too much work"; got != want {
		t.Errorf("%s = %.80s, want %s", stubborn, got, want)
	}
	square := "SET @a = arr SELECT (SELECT VALUE (SELECT VALUE y FROM @a AS y) FROM @a AS x) AS r FROM 'x'"
	if got, want := run(t, square, V2016, big), "error: the evaluation takes too much work"; got != want {
		t.Errorf("%s = %.80s, want %s", square, got, want)
	}
}
