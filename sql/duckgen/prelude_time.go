package duckgen

// timeMacros work on nanoseconds since 1970; DuckDB's own date functions know
// microseconds only.
var timeMacros = []string{
	// Remainder that is never negative: rounds down before 1970 too.
	"tm_fmod(a, n) AS ((a % n) + n) % n",
	"tm_fdiv(a, n) AS (a - tm_fmod(a, n)) // n",
	// Timestamp in whole microseconds, rounded down.
	"tm_us(t) AS make_timestamp(tm_fdiv(epoch_ns(t), 1000))",
	"tm_bin(t, n) AS make_timestamp_ns(epoch_ns(t) - tm_fmod(epoch_ns(t), n))",
	// Weeks start on Monday; the first after 1970-01-01 was the fifth.
	"tm_week(t) AS make_timestamp_ns(epoch_ns(t) - tm_fmod(epoch_ns(t) - 345600000000000, 604800000000000))",
	"tm_positive(n) AS CASE WHEN n <= 0 THEN CAST(tm_raise('interval must be positive') AS BIGINT) ELSE n END",
	"tm_add_months(t, k) AS make_timestamp_ns(epoch_ns(CAST(tm_us(t) + to_months(CAST(k AS INTEGER)) AS TIMESTAMP_NS)) + tm_fmod(epoch_ns(t), 1000))",
	"tm_whole_days(n) AS CASE WHEN n % 86400000000000 <> 0 THEN CAST(tm_raise('Cannot add hour, minutes or seconds to a date') AS INTEGER) ELSE CAST(n // 86400000000000 AS INTEGER) END",
}
