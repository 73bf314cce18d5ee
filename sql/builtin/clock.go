package builtin

// clockFunctions read the instant of the query, which is one for the whole query
// (developer guide, "Date / time functions", general functions).
var clockFunctions = []entry{
	{Sig: "now() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query, the same in all of it."},
	{Sig: "current_timestamp() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query; written without parentheses."},
	{Sig: "localtimestamp() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query in UTC; written without parentheses."},
	{Sig: "current_date() date", Clock: true, SQL: "CAST(tm_us({1}) AS DATE)", Fold: foldDate, Doc: "The UTC date of the query; written without parentheses."},
	{Sig: "current_time() time", Clock: true, SQL: "tm_fmod(epoch_ns({1}), 86400000000000)", Fold: foldTimeOfDay, Doc: "The UTC time of day of the query; written without parentheses."},
	{Sig: "localtime() time", Clock: true, SQL: "tm_fmod(epoch_ns({1}), 86400000000000)", Fold: foldTimeOfDay, Doc: "The UTC time of day of the query; written without parentheses."},
	{Sig: "current_timezone() varchar", SQL: "'UTC'", Fold: foldConst("UTC"), Doc: "Always UTC."},
	{Sig: "ago(interval day to second) timestamp", Clock: true, SQL: "make_timestamp_ns(epoch_ns({2}) - {1})", Fold: swapped(foldSubtract), Doc: "The instant of the query minus the interval."},
	{Sig: "ago(interval year to month) timestamp", Clock: true, SQL: "tm_add_months({2}, -{1})", Fold: swapped(foldSubtractMonths), Doc: "The instant of the query minus calendar months."},
}

// binning rounds timestamps down. Bins are counted from 1970-01-01.
var binning = []entry{
	{Sig: "bin(timestamp, interval day to second) timestamp", Emit: emitBin, Fold: foldBin, Doc: "The timestamp rounded down to a multiple of the interval, counted from 1970-01-01."},
	// The analyser gives a call with a literal the value and type of types.ParseDuration,
	// which may also be a year to month interval.
	{Sig: "parse_duration(varchar) interval day to second", SQL: "tm_parse_duration({1})", Fold: foldParseDuration, Doc: "The interval that a text such as 15m or 42.8ms names."},
}

// emitBin leaves out the check of the interval when it is a constant above zero.
func emitBin(c Call) (string, error) {
	if step, ok := c.Args[1].Value.(int64); ok && step > 0 {
		return fill("tm_bin({1}, {2})", c), nil
	}
	return fill("tm_bin({1}, tm_positive({2}))", c), nil
}
