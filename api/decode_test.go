package api

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

type leaf struct {
	Name  string  `must:"required,len=1:5"`
	Type  *string `must:"enum=A|B"`
	Count int64   `must:"range=1:"`
}

type sample struct {
	Name   string `must:"required,len=3:8,pattern=[a-z.,]+"`
	Max    *int   `json:"maxItems" must:"range=1:20"`
	On     *bool
	Leaves []leaf            `must:"len=1:2"`
	Pairs  map[string]string `must:"len=:2"`
	Doc    json.RawMessage
	Blob   []byte
	Inner  *leaf
}

func decodeSample(body string) (sample, error) {
	var s sample
	b := bindingOf(reflect.TypeFor[sample]())
	err := b.decode(decoder{request: httptest.NewRequest("POST", "/", nil), body: []byte(body)}, &s)
	return s, err
}

func TestDecode(t *testing.T) {
	got, err := decodeSample(` {"Name":"a.b,c","maxItems":20,"On":false,"Leaves":[{"Name":"é","Count":9223372036854775807,"More":[1,{"x":null}]}],
		"Pairs":{"k":"v"},"Doc":{"a":[1]},"Blob":"AQI=","Inner":{"Name":"\u0041\n"},"name":1,"Unknown":{}} `)
	if err != nil {
		t.Fatal(err)
	}
	twenty, no := 20, false
	want := sample{
		Name: "a.b,c", Max: &twenty, On: &no, Leaves: []leaf{{Name: "é", Count: 9223372036854775807}},
		Pairs: map[string]string{"k": "v"}, Doc: json.RawMessage(`{"a":[1]}`), Blob: []byte{1, 2}, Inner: &leaf{Name: "A\n"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("decode = %+v, want %+v", got, want)
	}
}

func TestDecodeNullIsAbsent(t *testing.T) {
	got, err := decodeSample(`{"Name":"abc","maxItems":null,"Leaves":null,"Inner":null,"Doc":null}`)
	if err != nil || !reflect.DeepEqual(got, sample{Name: "abc"}) {
		t.Errorf("decode = %+v, %v, want only the name", got, err)
	}
}

func TestDecodeViolations(t *testing.T) {
	const one = "1 validation error detected: "
	tests := []struct{ name, body, want string }{
		{"absent", `{}`, one + "Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"null", `{"Name":null}`, one + "Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"empty body", ``, one + "Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"short", `{"Name":"ab"}`, one + "Value 'ab' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"pattern", `{"Name":"ABC"}`, one + "Value 'ABC' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z.,]+"},
		{"large", `{"Name":"abc","maxItems":21}`, one + "Value '21' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 20"},
		{"small", `{"Name":"abc","maxItems":0}`, one + "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"empty list", `{"Name":"abc","Leaves":[]}`, one + "Value '[0 members]' at 'leaves' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"enum in a list", `{"Name":"abc","Leaves":[{"Name":"x","Count":1},{"Name":"y","Type":"C","Count":1}]}`, one + "Value 'C' at 'leaves.2.member.type' failed to satisfy constraint: Member must satisfy enum value set: [A, B]"},
		{
			"two", `{"Name":"abcdefghi","Inner":{"Count":0}}`,
			"3 validation errors detected: Value null at 'inner.name' failed to satisfy constraint: Member must not be null; " +
				"Value '0' at 'inner.count' failed to satisfy constraint: Member must have value greater than or equal to 1; " +
				"Value 'abcdefghi' at 'name' failed to satisfy constraint: Member must have length less than or equal to 8",
		},
	}
	for _, test := range tests {
		_, err := decodeSample(test.body)
		if _, ok := err.(*Violations); !ok || err.Error() != test.want {
			t.Errorf("%s: decode(%s) = %v, want %v", test.name, test.body, err, test.want)
		}
	}
}

// A list of what breaks is bounded, whatever a client sends.
func TestViolationsAreBounded(t *testing.T) {
	var v Violations
	for range 1000 {
		v.Add("a", Quote(strings.Repeat("x", 1000)), NotNull)
	}
	if text := v.Error(); len(text) > maxViolations*400 || !strings.HasPrefix(text, "20 validation errors detected: ") {
		t.Errorf("Violations.Error has %d bytes: %.60s", len(text), text)
	}
}

func TestDecodeRefusesTypes(t *testing.T) {
	tests := []struct{ body, want string }{
		{`{"Name":1}`, "NUMBER_VALUE can not be converted to a String at 'name'"},
		{`{"Name":"abc","maxItems":"1"}`, "STRING_VALUE can not be converted to a Long at 'maxItems'"},
		{`{"Name":"abc","maxItems":1.0}`, "NUMBER_VALUE can not be converted to a Long at 'maxItems'"},
		{`{"Name":"abc","maxItems":9223372036854775808}`, "NUMBER_VALUE can not be converted to a Long at 'maxItems'"},
		{`{"Name":"abc","On":"true"}`, "STRING_VALUE can not be converted to a Boolean at 'on'"},
		{`{"Name":"abc","Leaves":{}}`, "OBJECT_VALUE can not be converted to a List at 'leaves'"},
		{`{"Name":"abc","Leaves":[{"Name":"x"},7]}`, "NUMBER_VALUE can not be converted to a Structure at 'leaves.2.member'"},
		{`{"Name":"abc","Leaves":[null]}`, "A null element is not allowed at 'leaves.1.member'"},
		{`{"Name":"abc","Blob":"*"}`, "The value at 'blob' is not base64."},
		{`[]`, "ARRAY_VALUE can not be converted to a Structure"},
		{`{"Name":"abc"`, "The request body is not valid JSON."},
		{`{"Name":"abc"}}`, "The request body is not valid JSON."},
		{`{"Name":"abc"} {}`, "The request body is not valid JSON."},
		{"{\"Name\":\"ab\xff\"}", "The request body is not valid JSON."},
	}
	for _, test := range tests {
		_, err := decodeSample(test.body)
		if _, ok := err.(*MalformedBody); !ok || err.Error() != test.want {
			t.Errorf("decode(%s) = %v, want %v", test.body, err, test.want)
		}
	}
}

type bound struct {
	Name    string `bind:"path,name" must:"len=:3"`
	Max     *int64 `bind:"query,max" must:"range=1:"`
	On      bool   `bind:"query,on"`
	Tags    string `bind:"header,x-tags"`
	Payload []byte `bind:"payload"`
}

func TestBind(t *testing.T) {
	b := bindingOf(reflect.TypeFor[bound]())
	bind := func(target string, params map[string]string) (bound, error) {
		r := httptest.NewRequest("POST", target, nil)
		r.Header.Set("X-Tags", "a=b")
		var in bound
		err := b.decode(decoder{r, params, []byte{0xff, 0}}, &in)
		return in, err
	}
	got, err := bind("/x?max=7&on=TRUE", map[string]string{"name": "a/b"})
	seven := int64(7)
	if want := (bound{"a/b", &seven, true, "a=b", []byte{0xff, 0}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("bind = %+v, %v, want %+v", got, err, want)
	}
	for target, want := range map[string]string{
		"/x?max=seven": "'seven' can not be converted to a Long at 'max'",
		"/x?on=1":      "'1' can not be converted to a Boolean at 'on'",
		"/x?max=0":     "1 validation error detected: Value '0' at 'max' failed to satisfy constraint: Member must have value greater than or equal to 1",
		"/x?a=%zz":     "The query string is malformed.",
	} {
		if _, err := bind(target, nil); err == nil || err.Error() != want {
			t.Errorf("bind(%s) = %v, want %v", target, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"Name":"abc","Leaves":[{"Name":"x","Count":1}],"Doc":[1,2]}`))
	f.Add([]byte(`{"Pairs":{"a":"b"},"Blob":"AQI=","maxItems":-0}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := decodeSample(string(body))
		if err == nil && !json.Valid(body) {
			t.Errorf("decode(%q) accepted what is not JSON", body)
		}
	})
}
