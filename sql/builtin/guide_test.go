package builtin

import (
	"slices"
	"strings"
	"testing"
)

// guide lists the functions of the developer guide by its pages, "Query language
// reference"; those with (syntax) are expressions of the grammar.
var guide = map[string]string{
	"Date / time functions": `current_date current_time current_timestamp localtime localtimestamp now current_timezone date
		last_day_of_month from_iso8601_timestamp from_iso8601_date to_iso8601 from_milliseconds from_nanoseconds from_unixtime
		to_milliseconds to_nanoseconds to_unixtime date_trunc date_add date_diff parse_duration bin ago date_format date_parse
		format_datetime parse_datetime day day_of_month day_of_week dow day_of_year doy hour minute second millisecond nanosecond
		week week_of_year month quarter year year_of_week yow`,
	"Time-series functions": `create_time_series interpolate_linear interpolate_spline_cubic interpolate_locf interpolate_fill
		derivative_linear non_negative_derivative_linear integral_trapezoidal correlate_pearson correlate_spearman filter reduce`,
	"Conditional, comparison and conversion functions": `if coalesce nullif try greatest least typeof`,
	"Mathematical functions": `abs cbrt ceil ceiling floor degrees radians e pi infinity nan exp from_base to_base ln log2 log10
		mod pow power rand random round sign sqrt truncate acos asin atan atan2 cos cosh sin tan tanh is_finite is_infinite is_nan`,
	"String functions": `chr codepoint concat hamming_distance length levenshtein_distance lower upper lpad rpad ltrim rtrim trim
		replace reverse split split_part strpos position strrpos substr`,
	"Aggregate functions": `arbitrary array_agg avg bool_and bool_or every count count_if geometric_mean max min max_by min_by sum
		bitwise_and_agg bitwise_or_agg approx_distinct approx_percentile corr covar_pop covar_samp regr_slope regr_intercept
		skewness stddev stddev_samp stddev_pop variance var_samp var_pop`,
	"Window functions": `cume_dist dense_rank ntile percent_rank rank row_number first_value last_value nth_value lead lag`,
	"Array functions": `array_distinct array_intersect array_union array_except array_join array_max array_min array_position
		array_remove array_sort arrays_overlap cardinality element_at repeat sequence shuffle slice zip`,
	"Bitwise functions":            `bit_count bitwise_and bitwise_or bitwise_xor bitwise_not`,
	"Regular expression functions": `regexp_like regexp_extract regexp_extract_all regexp_replace regexp_split`,
}

// The table has every function of the guide, in a form of Timestream's, and says of
// every other that it is an extension.
func TestTableHasTheGuidesFunctions(t *testing.T) {
	known := map[string]bool{}
	for page, names := range guide {
		for name := range strings.FieldsSeq(names) {
			known[name] = true
			f, ok := Lookup(name)
			if !ok || !slices.ContainsFunc(f.Overloads, func(o *Overload) bool { return !o.Extension }) {
				t.Errorf("%s of %q is not in the table as Timestream's", name, page)
			}
		}
	}
	for _, f := range Functions() {
		for _, o := range f.Overloads {
			if letter := f.Name[0] >= 'a' && f.Name[0] <= 'z'; letter && !known[f.Name] && !o.Extension {
				t.Errorf("%s is not in the guide and does not say that it is an extension", o.Signature)
			}
		}
	}
}

// A name is in the table or refused with a reason, never both.
func TestRefusedNamesAreNotInTheTable(t *testing.T) {
	for name, reason := range deferred {
		if _, ok := Lookup(name); ok || reason == "" {
			t.Errorf("%s is refused (%q) and in the table: %v", name, reason, ok)
		}
	}
}
