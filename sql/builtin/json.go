package builtin

// jsons are Trino's functions over JSON, which is a varchar here: Timestream SQL has
// no type for it. Paths are $ and then .name, [0] or ["any text"].
var jsons = []entry{
	{Sig: "json_extract_scalar(varchar, varchar) varchar", Ext: true, SQL: "tm_json_extract_scalar({1}, {2})", Doc: "The string, number or boolean that a path leads to, as a text; NULL where there is none, and of JSON that is malformed."},
	{Sig: "json_extract(varchar, varchar) varchar", Ext: true, SQL: "tm_json_extract({1}, {2})", Doc: "The value that a path leads to, as JSON; NULL where there is none, and of JSON that is malformed."},
	{Sig: "json_size(varchar, varchar) bigint", Ext: true, SQL: "tm_json_size({1}, {2})", Doc: "How many elements or fields the value has that a path leads to, 0 for a scalar."},
	{Sig: "json_array_length(varchar) bigint", Ext: true, SQL: "tm_json_array_length({1})", Doc: "The number of elements; NULL of what is no array."},
	{Sig: "json_array_get(varchar, bigint) varchar", Ext: true, SQL: "tm_json_array_get({1}, {2})", Doc: "The element at a place counted from 0, or from the end when negative; a string as its text, other values as JSON."},
	{Sig: "json_array_contains(varchar, boolean) boolean", Ext: true, SQL: "tm_json_array_has_boolean({1}, {2})", Doc: "Whether an array has this element; NULL of what is no array."},
	{Sig: "json_array_contains(varchar, bigint) boolean", Ext: true, SQL: "tm_json_array_has_bigint({1}, {2})", Doc: "Whether an array has this whole number."},
	{Sig: "json_array_contains(varchar, double) boolean", Ext: true, SQL: "tm_json_array_has_double({1}, {2})", Doc: "Whether an array has this number, written with a fraction or an exponent."},
	{Sig: "json_array_contains(varchar, varchar) boolean", Ext: true, SQL: "tm_json_array_has_varchar({1}, {2})", Doc: "Whether an array has this string."},
	{Sig: "json_parse(varchar) varchar", Ext: true, SQL: "tm_json_parse({1})", Doc: "The JSON without white space; an error for what is not JSON."},
	{Sig: "json_format(varchar) varchar", Ext: true, SQL: "tm_json_parse({1})", Doc: "As json_parse."},
	{Sig: "is_json_scalar(varchar) boolean", Ext: true, SQL: "tm_is_json_scalar({1})", Doc: "Whether the JSON is a string, number, boolean or null; an error for what is not JSON."},
}
