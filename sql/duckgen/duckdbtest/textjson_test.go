package duckdbtest

import (
	"strings"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

const store = `{"store": {"book": [
	{"author": "Nigel Rees", "price": 8.95, "contributors": [["Adam", "Levine"], ["Bob", "Strong"]]},
	{"author": "Evelyn Waugh", "isbn": "0-553-21311-3", "last_owner": null}],
	"bicycle": {"color": "red", "price": 19.95, "new": true, "a b": {"c.d": [1, 2.50, 1e2, -0, 12345678901234567890]}, "": "none"}}}`

// The expected values are those of Trino's documentation and tests of these functions.
func TestJSONExtract(t *testing.T) {
	scalar := func(want, json, path string) functionCase {
		return f(want, "json_extract_scalar", str(json), str(path))
	}
	extract := func(want, json, path string) functionCase { return f(want, "json_extract", str(json), str(path)) }
	run(t, []functionCase{
		scalar("Nigel Rees", store, "$.store.book[0].author"), scalar("19.95", store, "$.store.bicycle.price"), scalar("NULL", store, "$.store.book[0].isbn"), scalar("NULL", store, "$.store.book[1].last_owner"), scalar("Levine", store, "$.store.book[0].contributors[0][1]"),
		scalar("NULL", store, "$.store.book"), scalar("true", store, `$["store"]["bicycle"]["new"]`), scalar("1", store, `$.store.bicycle["a b"]["c.d"][0]`), scalar("2.50", store, `$.store.bicycle["a b"]["c.d"][1]`), scalar("1e2", store, `$.store.bicycle["a b"]["c.d"].2`), scalar("12345678901234567890", store, `$.store.bicycle["a b"]["c.d"][4]`), scalar("none", store, `$.store.bicycle[""]`),
		scalar("abc", `"abc"`, "$"), scalar("123", "123", "$"), scalar("NULL", "null", "$"), scalar("", `""`, "$"), scalar("NULL", "{}", "$"), scalar("NULL", "", "$"), scalar("NULL", "  ", "$.a"),
		scalar("a\u0001é😀\n/", `{"k": "a\u0001\u00e9\ud83d\ude00\n\/"}`, "$.k"), scalar("1", `{"\u0061": 1}`, "$.a"), scalar("1", `{"a": 1, "a": 2}`, "$.a"), scalar("1", `{"15day": 0, "30day": 1}`, "$.30day"), scalar("1", `[0, 1, 2]`, "$.1"), scalar("1", `{"0": 0, "1": 1}`, "$[1]"),
		scalar("1", `{"a": 1, oops`, "$.a"), scalar("NULL", `{oops, "a": 1}`, "$.a"), scalar("NULL", `{"a": 1}`, "$.a.b"), scalar("NULL", `[1, 2`, "$[2]"), scalar("NULL", `[1]`, "$[9]"), scalar("NULL", `{"a": 01}`, "$.b"), scalar("NULL", "{\"a\": \"\n\"}", "$.a"),
		scalar("error: Invalid JSON path: ''", "{}", ""), scalar("error: Invalid JSON path: '$.'", "{}", "$."), scalar("error: Invalid JSON path: '$.*'", "{}", "$.*"), scalar("error: Invalid JSON path: '$[*]'", "{}", "$[*]"), scalar("error: Invalid JSON path: ' $.x'", "{}", " $.x"), scalar("error: Invalid JSON path: '$..x'", "{}", "$..x"), scalar(`error: Invalid JSON path: '$["a\ "]'`, "{}", `$["a\ "]`), scalar("error: Invalid JSON path: '$[a:b]'", "{}", "$[a:b]"), scalar("error: Invalid JSON path: '$[-1]'", "[1]", "$[-1]"), scalar("error: Invalid JSON path: 'x'", "{}", "x"),
		scalar("1", `{"a:b": 1}`, "$.a:b"), scalar("1", `{"a\\\"": 1}`, `$["a\\\""]`), scalar("1", `{"é_1": 1}`, "$[é_1]"), f("NULL", "json_extract_scalar", null(types.Varchar), str("x")), f("NULL", "json_extract_scalar", str("1"), null(types.Varchar)),

		extract(`"Nigel Rees"`, store, "$.store.book[0].author"), extract("null", store, "$.store.book[1].last_owner"), extract("NULL", store, "$.store.book[1].owner"), extract(`[["Adam","Levine"],["Bob","Strong"]]`, store, "$.store.book[0].contributors"), extract(`{"c.d":[1,2.5,100.0,0,12345678901234567890]}`, store, `$.store.bicycle["a b"]`),
		extract(`{"a":"\"\\\b\t\n\f\r\u0001é/","b":[true,false,null,{}],"c":[]}`, `{ "a" : "\"\\\b\t\n\f\r\u0001\u00e9\/" , "b" : [ true , false , null , { } ] , "c" : [ ] }`, "$"), extract("NULL", `{"a": [1, }`, "$.a"), extract(`["Infinity",1.0E-5]`, `[1e999, 0.00001]`, "$"), extract(`{"b":1,"a":2,"b":3}`, `{"b":1,"a":2,"b":3}`, "$"),
	})
}

func TestJSONFunctions(t *testing.T) {
	column := func(s string) plan.Expr { return call(t, "reverse", call(t, "reverse", str(s))) }
	deep := strings.Repeat("[", 100_000)
	run(t, []functionCase{
		f("3", "json_size", str(`{"x": {"a": 1, "b": [1], "c": {}}}`), str("$.x")), f("2", "json_size", str("[1, [2, 3]]"), str("$")), f("0", "json_size", str(`{"a": 1}`), str("$.a")), f("NULL", "json_size", str("{}"), str("$.a")), f("NULL", "json_size", str("[1"), str("$")), f("0", "json_size", str("null"), str("$")),
		f("3", "json_array_length", str("[1, 2, [3]]")), f("0", "json_array_length", str(" [ ] ")), f("NULL", "json_array_length", str(`{"a": [1]}`)), f("NULL", "json_array_length", str("[1, 2")), f("NULL", "json_array_length", str("")), f("NULL", "json_array_length", null(types.Varchar)),
		f("a", "json_array_get", str(`["a", [3, 9], "c"]`), num(0)), f("[3,9]", "json_array_get", str(`["a", [3, 9], "c"]`), num(1)), f("c", "json_array_get", column(`["a", [3, 9], "c"]`), num(-1)), f("[3,9]", "json_array_get", str(`["a", [3, 9], "c"]`), num(-2)), f("NULL", "json_array_get", str(`["a"]`), num(1)), f("NULL", "json_array_get", str(`["a"]`), num(-2)), f("NULL", "json_array_get", str(`[null]`), num(0)), f("1.50", "json_array_get", str("[1.50]"), num(0)), f("NULL", "json_array_get", str("{}"), num(0)), f("NULL", "json_array_get", str("[]"), num(0)),
		f("true", "json_array_contains", str("[1, 2, 3]"), num(2)), f("true", "json_array_contains", str("[1, 2, 3]"), integer(2)), f("false", "json_array_contains", str("[1.0, 2.5]"), num(1)), f("true", "json_array_contains", str("[1, 2.5]"), dbl(2.5)), f("false", "json_array_contains", str("[2]"), dbl(2)), f("true", "json_array_contains", str(`["a", "b"]`), str("b")), f("false", "json_array_contains", str(`[["b"]]`), str("b")), f("true", "json_array_contains", str("[1, true]"), yes()), f("false", "json_array_contains", str(`["true"]`), yes()), f("true", "json_array_contains", str("[false]"), no()),
		f("NULL", "json_array_contains", str("{}"), num(1)), f("NULL", "json_array_contains", str("[2, "), num(1)), f("true", "json_array_contains", str("[1, "), num(1)), f("NULL", "json_array_contains", null(types.Varchar), num(1)), f("false", "json_array_contains", str("[12345678901234567890]"), num(1)),
		f(`{"a":[1,2.5,"x"]}`, "json_parse", str(` { "a" : [ 1 , 2.50 , "x" ] } `)), f("error: Cannot convert value to JSON: '{\"a\"'", "json_parse", str(`{"a"`)), f("error: Cannot convert value to JSON: '1 2'", "json_parse", str("1 2")), f("error: Cannot convert value to JSON: ''", "json_format", str("")), f("1", "json_format", str(" 1")), f("error: Cannot convert value to JSON", "json_parse", str("NaN")),
		f("true", "is_json_scalar", str("1")), f("true", "is_json_scalar", str("null")), f("true", "is_json_scalar", str(`"a"`)), f("false", "is_json_scalar", str("[1]")), f("false", "is_json_scalar", str("{}")), f("error: Invalid JSON value: [1", "is_json_scalar", str("[1")), f("error: Invalid JSON value: ", "is_json_scalar", str("1 x")),
		f("error: The JSON has more than 10000 levels", "json_extract", str(deep), str("$")), f("error: The JSON has more than 10000 levels", "json_array_length", str(deep)), f("error: The JSON has more than 10000 levels", "json_extract_scalar", str(`{"a":`+deep), str("$.b")), f("error: Cannot convert value to JSON", "json_parse", str(deep)),
	})
}

// The expected values are java.net.URI's.
func TestURLs(t *testing.T) {
	part := func(want, part, url string) functionCase { return f(want, "url_extract_"+part, str(url)) }
	const whole = "http://me@example.com:8080/a%20b/c?k1=v%26&k2&k1=z#Ref%31"
	run(t, []functionCase{
		part("http", "protocol", whole), part("example.com", "host", whole), part("8080", "port", whole), part("/a b/c", "path", whole), part("k1=v&&k2&k1=z", "query", whole), part("Ref1", "fragment", whole),
		part("NULL", "port", "https://example.com/"), part("", "query", "https://example.com/"), part("", "path", "https://example.com"), part("", "host", "mailto:a@b.c"), part("mailto", "protocol", "mailto:a@b.c"), part("", "protocol", "/just/path"), part("/just/path", "path", "/just/path"), part("", "host", "http://my_host/x"), part("/x", "path", "http://my_host/x"), part("127.0.0.1", "host", "http://127.0.0.1:80"), part("[::1]", "host", "http://[::1]:80/"), part("/é", "path", "http://h/é"),
		part("NULL", "host", "http://a b/"), part("NULL", "protocol", "foo|bar"), part("NULL", "path", "http://h/%zz"), part("NULL", "host", "1http://x"), part("NULL", "host", "http:"), part("NULL", "host", "http://"), part("", "host", ""), part("", "host", "file:///etc/x"), part("/etc/x", "path", "file:///etc/x"), part("NULL", "host", "http://h/{x}"), part("NULL", "host", ":x"), part("a//b", "path", "a//b"),
		f("v&", "url_extract_parameter", str(whole), str("k1")), f("", "url_extract_parameter", str(whole), str("k2")), f("NULL", "url_extract_parameter", str(whole), str("k3")), f("NULL", "url_extract_parameter", str("http://h/"), str("k")), f("", "url_extract_parameter", str("http://h/?"), str("")), f("a b", "url_extract_parameter", str("http://h/?x=a+b"), str("x")), f("NULL", "url_extract_parameter", str("a b"), str("x")),
		f("http%3A%2F%2Ftest+-_.*%7E%C3%A9%25", "url_encode", str("http://test -_.*~é%")), f("http://test é~", "url_decode", str("http%3A%2F%2Ftest+%C3%a9%7e")), f("error: Illegal hex characters in escape (%) pattern", "url_decode", str("%zz1")), f("error: Incomplete trailing escape (%) pattern", "url_decode", str("a%4")), f("\ufffd", "url_decode", str("%ff")), f("NULL", "url_decode", null(types.Varchar)),
	})
}
