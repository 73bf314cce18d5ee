package duckgen

// Prelude returns the statements that must have run on a connection before a
// program does: macros that the emitted text calls. They may run again.
func Prelude() []string {
	out := make([]string, len(macros))
	for i, m := range macros {
		out[i] = "CREATE OR REPLACE TEMP MACRO " + m
	}
	return out
}

// macros, in an order in which each uses only those before it. Times are
// nanoseconds since 1970; DuckDB's own date functions know microseconds only.
var macros = []string{
	// Remainder that is never negative: rounds down before 1970 too.
	"tm_fmod(a, n) AS ((a % n) + n) % n",
	// Timestamp in whole microseconds, rounded down.
	"tm_us(t) AS make_timestamp((epoch_ns(t) - tm_fmod(epoch_ns(t), 1000)) // 1000)",
	"tm_bin(t, n) AS make_timestamp_ns(epoch_ns(t) - tm_fmod(epoch_ns(t), n))",
	"tm_positive(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('Interval must be positive') AS BIGINT) ELSE n END",
	"tm_add_months(t, k) AS make_timestamp_ns(epoch_ns(CAST(tm_us(t) + to_months(CAST(k AS INTEGER)) AS TIMESTAMP_NS)) + tm_fmod(epoch_ns(t), 1000))",
	"tm_div(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a // b END",
	"tm_mod(a, b) AS CASE WHEN b = 0 THEN CAST(tm_raise('Division by zero') AS INTEGER) ELSE a % b END",
	"tm_whole_days(n) AS CASE WHEN n % 86400000000000 <> 0 THEN CAST(tm_raise('Cannot add hour, minutes or seconds to a date') AS INTEGER) ELSE CAST(n // 86400000000000 AS INTEGER) END",
	"tm_index(n, i) AS CASE WHEN i = 0 THEN CAST(tm_raise('SQL array indices start at 1') AS BIGINT)" +
		" WHEN i < 0 THEN CAST(tm_raise('Array subscript is negative: ' || i) AS BIGINT)" +
		" WHEN i > n THEN CAST(tm_raise('Array subscript must be less than or equal to array length: ' || i || ' > ' || n) AS BIGINT) ELSE i END",
}
