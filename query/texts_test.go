package query

import (
	"testing"

	"tidemark/internal/duckdb"
)

// The messages are what DuckDB 1.4 says.
func TestClientText(t *testing.T) {
	const place = "\n\nLINE 1: SELECT CAST(x1 AS BIGINT)\n               ^"
	const outOfRange = " can't be cast because the value is out of range for the destination type "
	for _, c := range []struct{ message, want string }{
		{"Overflow in addition of INT64 (9223372036854775807 + 1)!", "bigint addition overflow: 9223372036854775807 + 1"},
		{"Overflow in multiplication of INT32 (2147483647 * 2)!", "integer multiplication overflow: 2147483647 * 2"},
		{"Overflow in subtraction of INT32 (0 - -2147483648)!", "integer subtraction overflow: 0 - -2147483648"},
		{"Overflow in negation of integer!", "bigint negation overflow: -9223372036854775808"},
		{"Type INT128 with value 2147483648" + outOfRange + "INT32" + place, "integer negation overflow: -2147483648"},
		{"Overflow in subtraction of INT64 (-9223372036854775808 - 1)!", "bigint subtraction overflow: -9223372036854775808 - 1"},
		{"Overflow in division of -9223372036854775808 / -1", "bigint division overflow: -9223372036854775808 / -1"},
		{"Overflow in division of -2147483648 / -1", "integer division overflow: -2147483648 / -1"},
		{"Overflow on abs(-2147483648)", "Value -2147483648 is out of range for abs(integer)"},
		{"Could not convert string 'x'y' to INT64 when casting from source column x1" + place, "Cannot cast 'x'y' to BIGINT"},
		{"Type DOUBLE with value 1e+20" + outOfRange + "INT32 when casting from source column d e" + place, "Out of range for integer: 1.0E20"},
		{"Type DOUBLE with value 9.3e+18" + outOfRange + "INT64" + place, "Unable to cast 9.3E18 to bigint"},
		{"Type DOUBLE with value nan" + outOfRange + "INT64", "Unable to cast NaN to bigint"},
		{"Type DOUBLE with value nan" + outOfRange + "INT32", "Cannot cast double NaN to integer"},
		{"Type DOUBLE with value -inf" + outOfRange + "INT32", "Out of range for integer: -Infinity"},
		{"Type INT64 with value 3000000000" + outOfRange + "INT32 when casting from source column c4" + place, "Out of range for integer: 3000000000"},
		{"Type INT128 with value 9223372036854775808" + outOfRange + "INT64 when casting from source column sum(d)" + place, "bigint addition overflow: 9223372036854775808"},
		{"More than one row returned by a subquery used as an expression - scalar subqueries can only return a single row.\n\nUse \"SET …", "Scalar sub-query has returned multiple rows"},
		{"Timestamp microseconds out of range: 9223372036854775807", "Timestamp is out of range"},
		{"Date out of range: 166668686-9-1", "Date is out of range"},
		{"Invalid UTF8 Codepoint -1", "Not a valid Unicode code point: -1"},
		{raised + "Division by zero", "Division by zero"},
		{raised + "two\n\nLINE 1: of a text", "two\n\nLINE 1: of a text"},
	} {
		if got, known := clientText(&duckdb.Error{Class: duckdb.InvalidInput, Message: c.message}); got != c.want || !known {
			t.Errorf("clientText(%q) = %q, %v, want %q", c.message, got, known, c.want)
		}
	}
}

// What nothing knows is not shown: it names types, columns and functions of the program.
func TestUnknownText(t *testing.T) {
	for _, class := range []duckdb.Class{duckdb.Conversion, duckdb.OutOfRange, duckdb.InvalidInput, duckdb.Mismatch} {
		got, known := clientText(&duckdb.Error{Class: class, Message: "Unimplemented STRUCT(field0 INTEGER) of tm_thing(x12)"})
		if known || got == "" || leak.MatchString(got) {
			t.Errorf("clientText(%s) = %q, %v, want a text without DuckDB's", class, got, known)
		}
	}
}
