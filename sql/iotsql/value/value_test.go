package value

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func mustNumber(t testing.TB, text string) Value {
	t.Helper()
	v, ok := ParseNumber(text)
	if !ok {
		t.Fatalf("ParseNumber(%q) = not a number", text)
	}
	return v
}

func TestDecodePrintsTheSame(t *testing.T) {
	tests := []struct{ name, text, exact, whole string }{
		{"int", `10`, `10`, `10`},
		{"decimal keeps its scale", `10.0`, `10.0`, `10`},
		{"trailing zeros", `1.50`, `1.50`, `1.50`},
		{"negative", `-0.25`, `-0.25`, `-0.25`},
		{"exponent", `1E3`, `1E+3`, `1000`},
		{"exponent cancelled by fraction", `1.5E1`, `15.0`, `15`},
		{"small", `0.0000001`, `1E-7`, `1E-7`},
		{"six places", `0.000001`, `0.000001`, `0.000001`},
		{"zero", `0.000`, `0.000`, `0`},
		{"zero with exponent", `0E5`, `0E+5`, `0`},
		{"34 digits", `1234567890123456789012345678901234`, `1234567890123456789012345678901234`, `1234567890123456789012345678901234`},
		{"int64 border", `9223372036854775808`, `9223372036854775808`, `9223372036854775808`},
		{"integral beyond 34 digits", `1E40`, `1E+40`, `1E+40`},
		{"35 digits are rounded", `12345678901234567890123456789012345`, `1.234567890123456789012345678901234E+34`, `1.234567890123456789012345678901234E+34`},
		{"integral with many digits", `12345678901234567890.0`, `12345678901234567890.0`, `12345678901234567890`},
		{"order and duplicates", `{"b":1,"a":{"x":[1,2,{}]},"b":3}`, `{"b":3,"a":{"x":[1,2,{}]}}`, `{"b":3,"a":{"x":[1,2,{}]}}`},
		{"blanks", " [ 1 , \"x\" ,\n true , false , null ] ", `[1,"x",true,false,null]`, `[1,"x",true,false,null]`},
		{"escapes", `"a\n\u00e9\ud83d\ude00\/\\\"\u0001"`, `"a\né😀/\\\"\u0001"`, `"a\né😀/\\\"\u0001"`},
		{"lone surrogate", `"\ud800x"`, `"�x"`, `"�x"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for numbers, want := range map[Numbers]string{Exact: test.exact, Whole: test.whole} {
				v, err := Decode(test.text, numbers)
				if err != nil || v.String() != want {
					t.Errorf("Decode(%q, %d) = %s, %v, want %s", test.text, numbers, v, err, want)
				}
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	texts := map[string]string{
		"empty": ``, "byte order mark": "\ufeff{}", "invalid UTF-8": "\"\xff\"", "leading zero": `01`, "plus": `+1`, "point first": `.5`,
		"point last": `5.`, "hex": `0x1`, "two values": `1 2`, "comma last": `[1,]`, "no colon": `{"a" 1}`, "number as key": `{1:2}`,
		"control character": "\"a\nb\"", "bad escape": `"\x"`, "short unicode escape": `"\u12"`, "bad unicode escape": `"\u12g4"`, "open string": `"a`,
		"open object": `{"a":1`, "word": `nul`, "NaN": `NaN`, "comment": `{} // x`, "too deep": strings.Repeat("[", 101) + strings.Repeat("]", 101),
		"exponent out of range": `1E1000`, "very large exponent": `1E99999999999`, "very small exponent": `1E-99999999999`, "minus alone": `-`, "exponent without digits": `1E`,
	}
	for name, text := range texts {
		if v, err := Decode(text, Exact); !errors.Is(err, ErrNotJSON) {
			t.Errorf("%s: Decode(%.20q) = %s, %v, want ErrNotJSON", name, text, v, err)
		}
	}
	if _, err := Decode(strings.Repeat("[", 100)+strings.Repeat("]", 100), Exact); err != nil {
		t.Errorf("Decode(100 arrays) = %v, want nil", err)
	}
}

func TestManyMembers(t *testing.T) {
	b := NewObject(0)
	for i := range 100 {
		b.Set(Integer(int64(i)).String(), Integer(int64(i)))
	}
	b.Set("7", Text("x"))
	v := b.Value()
	if got := v.Get("7").String(); got != `"x"` || len(v.Members()) != 100 || v.Members()[7].Name != "7" {
		t.Errorf("member 7 = %s among %d, want \"x\" in its first place among 100", got, len(v.Members()))
	}
	e := Extend(v, 1)
	e.Set("new", NullValue())
	if v.Get("new").Kind() != Undefined || e.Get("new").Kind() != Null || e.Get("99").Kind() != Int {
		t.Error("Extend changed the object that it extends, or lost a member")
	}
}

func TestArithmetic(t *testing.T) {
	ops := map[string]func(a, b Value) Value{"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Rem}
	tests := []struct{ a, op, b, want string }{
		{"1", "+", "2", "3"}, {"1", "+", "2.5", "3.5"}, {"1.10", "+", "2.2", "3.30"}, {"9223372036854775807", "+", "1", "9223372036854775808"},
		{"-9223372036854775808", "-", "1", "-9223372036854775809"}, {"9223372036854775807", "*", "9223372036854775807", "85070591730234615847396907784232501249"},
		{"1", "-", "0.1", "0.9"}, {"5", "-", "5.0", "0.0"}, {"1.5", "*", "2", "3.0"}, {"-3", "*", "4", "-12"},
		{"7", "/", "2", "3"}, {"-7", "/", "2", "-3"}, {"7", "/", "2.0", "3.5"}, {"6.0", "/", "2", "3.0"}, {"10.0", "/", "1", "10.0"}, {"1.0", "/", "3", "0.3333333333333333333333333333333333"},
		{"2.0", "/", "3", "0.6666666666666666666666666666666667"}, {"1", "/", "0", "undefined"}, {"1.0", "/", "0", "undefined"}, {"0", "/", "0", "undefined"},
		{"7", "%", "3", "1"}, {"-7", "%", "3", "-1"}, {"7", "%", "-3", "1"}, {"7.5", "%", "2", "1.5"}, {"7", "%", "0", "undefined"}, {"7", "%", "-1", "0"},
		{"-9223372036854775808", "/", "-1", "9223372036854775808"}, {"9E999", "*", "10", "undefined"}, {"1E400", "*", "1E400", "1E+800"}, {"1E600", "*", "1E600", "undefined"},
		{"9999999999999999999999999999999999", "+", "1", "1.000000000000000000000000000000000E+34"},
	}
	for _, test := range tests {
		got := ops[test.op](mustNumber(t, test.a), mustNumber(t, test.b))
		if want := test.want; got.String() != want && want != "85070591730234615847396907784232501249" {
			t.Errorf("%s %s %s = %s, want %s", test.a, test.op, test.b, got, want)
		}
	}
	// 38 digits do not fit: the product is rounded to 34.
	if got := Mul(mustNumber(t, "9223372036854775807"), mustNumber(t, "9223372036854775807")); got.String() != "8.507059173023461584739690778423250E+37" {
		t.Errorf("product = %s", got)
	}
}

func TestCompareAndEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"1", "1.0", 0}, {"1", "2", -1}, {"1E3", "999.9", 1}, {"-1E-999", "0", -1}, {"1E30", "1E29", 1}, {"12345678901234567890", "12345678901234567891", -1}}
	for _, test := range tests {
		if got := Compare(mustNumber(t, test.a), mustNumber(t, test.b)); got != test.want {
			t.Errorf("Compare(%s, %s) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
	pairs := []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[2]}`, `{"b":[2.0],"a":1}`, true}, {`[1,2]`, `[2,1]`, false}, {`"5"`, `5`, false}, {`null`, `null`, true}, {`true`, `true`, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false}, {`{"a":1}`, `{"b":1}`, false}, {`[1]`, `[1,2]`, false}, {`"a"`, `"a"`, true},
	}
	for _, test := range pairs {
		a, errA := Decode(test.a, Exact)
		b, errB := Decode(test.b, Exact)
		if errA != nil || errB != nil || Equal(a, b) != test.want {
			t.Errorf("Equal(%s, %s) = %v, want %v", test.a, test.b, Equal(a, b), test.want)
		}
	}
}

func TestRounding(t *testing.T) {
	tests := []struct{ name, in, floor, ceil, round, trunc string }{
		{"positive half", "1.5", "1", "2", "2", "1"}, {"negative half", "-1.5", "-2", "-1", "-2", "-1"}, {"negative", "-1.1", "-2", "-1", "-1", "-1"},
		{"negative two tenths", "-1.2", "-2", "-1", "-1", "-1"}, {"int", "7", "7", "7", "7", "7"}, {"integral", "1E3", "1000", "1000", "1000", "1000"},
		{"tiny", "1E-9", "0", "1", "0", "0"}, {"too large", "1E40", "undefined", "undefined", "undefined", "undefined"},
	}
	for _, test := range tests {
		v := mustNumber(t, test.in)
		for name, got := range map[string][2]string{
			"Floor": {Floor(v).String(), test.floor}, "Ceil": {Ceil(v).String(), test.ceil}, "Round": {Round(v).String(), test.round}, "Truncate": {Truncate(v).String(), test.trunc},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %s(%s) = %s, want %s", test.name, name, test.in, got[0], got[1])
			}
		}
	}
	if got := TruncateTo(mustNumber(t, "2.3123"), 2).String(); got != "2.31" {
		t.Errorf("TruncateTo(2.3123, 2) = %s, want 2.31", got)
	}
	if got := TruncateTo(mustNumber(t, "2.00"), 5).String(); got != "2" {
		t.Errorf("TruncateTo(2.00, 5) = %s, want 2", got)
	}
}

func TestFloat(t *testing.T) {
	tests := []struct {
		in   float64
		want string
	}{{3, "3.0"}, {32, "32.0"}, {0, "0.0"}, {1.5707963267948966, "1.5707963267948966"}, {-0.5, "-0.5"}, {1e20, "1E+20"}, {1.25e8, "1.25E+8"}, {100, "100.0"}, {math.NaN(), "undefined"}, {math.Inf(1), "undefined"}, {1e-7, "1E-7"}}
	for _, test := range tests {
		if got := Float(test.in).String(); got != test.want {
			t.Errorf("Float(%v) = %s, want %s", test.in, got, test.want)
		}
	}
	for _, text := range []string{"0.1", "22.5", "-3", "1E300", "123456789.123456789", "9007199254740993", "1234567890123456789012"} {
		v := mustNumber(t, text)
		if back := Float(v.Float64()); math.Abs(back.Float64()-v.Float64()) != 0 {
			t.Errorf("Float(Float64(%s)) = %s", text, back)
		}
	}
}

func TestConversions(t *testing.T) {
	tests := []struct{ name, in, decimal, integer, boolean, text string }{
		{"int", `5`, `5`, `5`, `undefined`, `5`},
		{"decimal", `2.5`, `2.5`, `3`, `undefined`, `2.5`},
		{"boolean", `true`, `undefined`, `undefined`, `true`, `true`},
		{"numeric string", `"1.9"`, `1.9`, `1`, `undefined`, `1.9`},
		{"string with leading zeros", `"007"`, `7`, `7`, `undefined`, `007`},
		{"string with plus", `"+1"`, `undefined`, `undefined`, `undefined`, `+1`},
		{"string with plus in the exponent", `"1E+5"`, `undefined`, `undefined`, `undefined`, `1E+5`},
		{"string with point first", `".5"`, `undefined`, `undefined`, `undefined`, `.5`},
		{"string with point last", `"5."`, `undefined`, `undefined`, `undefined`, `5.`},
		{"string with blanks", `" 5"`, `undefined`, `undefined`, `undefined`, ` 5`},
		{"string of a Boolean", `"TRUE"`, `undefined`, `undefined`, `true`, `TRUE`},
		{"array", `["hello",1]`, `undefined`, `undefined`, `undefined`, `["hello",1]`},
		{"null", `null`, `null`, `null`, `undefined`, ``},
	}
	for _, test := range tests {
		v, err := Decode(test.in, Exact)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := ToText(v)
		for name, got := range map[string][2]string{
			"ToDecimal": {ToDecimal(v).String(), test.decimal}, "ToInt": {ToInt(v).String(), test.integer}, "ToBoolean": {ToBoolean(v).String(), test.boolean}, "ToText": {text, test.text},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %s(%s) = %s, want %s", test.name, name, test.in, got[0], got[1])
			}
		}
	}
}
