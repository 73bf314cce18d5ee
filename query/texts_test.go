package query

import "testing"

// The messages are what DuckDB 1.4 says.
func TestClientText(t *testing.T) {
	const place = "\n\nLINE 1: SELECT CAST(x1 AS BIGINT)\n               ^"
	for _, c := range []struct{ message, want string }{
		{"Overflow in addition of INT64 (9223372036854775807 + 1)!", "bigint addition overflow: 9223372036854775807 + 1"},
		{"Overflow in multiplication of INT32 (2147483647 * 2)!", "integer multiplication overflow: 2147483647 * 2"},
		{"Overflow in negation of integer!", "bigint negation overflow"},
		{"Could not convert string 'x'y' to INT64 when casting from source column x1" + place, "Cannot cast 'x'y' to BIGINT"},
		{"Could not convert string 'INT64' to INT32" + place, "Cannot cast 'INT64' to INTEGER"},
		{"Type DOUBLE with value 1e+20 can't be cast because the value is out of range for the destination type INT32 when casting from source column d" + place, "Cannot cast 1e+20 to INTEGER"},
		{"Type INT128 with value 9223372036854775808 can't be cast because the value is out of range for the destination type INT64 when casting from source column sum(d)" + place, "bigint addition overflow: 9223372036854775808"},
		{`invalid date field format: "x", expected format is (YYYY-MM-DD) when casting from source column s` + place, "Cannot cast 'x' to DATE"},
		{"More than one row returned by a subquery used as an expression - scalar subqueries can only return a single row.\n\nUse \"SET …", "Scalar sub-query has returned multiple rows"},
		{"Timestamp microseconds out of range: 9223372036854775807", "Timestamp is out of range"},
		{"Date out of range: 166668686-9-1", "Date is out of range"},
		{"Division by zero", "Division by zero"},
		{"two\nlines", "two\nlines"},
	} {
		if got := clientText(c.message); got != c.want {
			t.Errorf("clientText(%q) = %q, want %q", c.message, got, c.want)
		}
	}
}
