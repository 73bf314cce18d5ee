package builtin

import (
	"fmt"
	"strconv"
	"strings"
)

// statistics are the aggregates of the same page that estimate or measure a
// distribution. DuckDB refuses NaN, infinities and numbers whose squares are infinite
// in most of them; those are taken out (tm_tame) and the answer that they have in Java
// is given for them.
var statistics = []entry{
	// DuckDB's sketch has more than the 2.3 % standard error that the guide promises; the exact count has none.
	{Sig: "approx_distinct(T) bigint", SQL: "count(DISTINCT {1}){f}", Doc: "The number of different values; exact."},
	{Sig: "approx_distinct(T, double) bigint", Emit: emitApproxDistinct, Check: checkStandardError, Doc: "The number of different values; exact, whatever error from 0.0040625 to 0.26 is allowed."},
	{Sig: "approx_percentile(bigint, double) bigint", Emit: emitPercentile, Check: checkPercentile(1, -1, -1), Doc: percentileDoc},
	{Sig: "approx_percentile(double, double) double", Emit: emitPercentile, Check: checkPercentile(1, -1, -1), Doc: percentileDoc},
	{Sig: "approx_percentile(bigint, array(double)) array(bigint)", Emit: emitPercentile, Check: checkPercentile(1, -1, -1), Doc: percentilesDoc},
	{Sig: "approx_percentile(double, array(double)) array(double)", Emit: emitPercentile, Check: checkPercentile(1, -1, -1), Doc: percentilesDoc},
	{Sig: "approx_percentile(bigint, bigint, double) bigint", Emit: emitWeighted, Check: checkPercentile(2, 1, -1), Doc: weightedDoc},
	{Sig: "approx_percentile(double, bigint, double) double", Emit: emitWeighted, Check: checkPercentile(2, 1, -1), Doc: weightedDoc},
	{Sig: "approx_percentile(bigint, bigint, array(double)) array(bigint)", Emit: emitWeighted, Check: checkPercentile(2, 1, -1), Doc: weightedDoc},
	{Sig: "approx_percentile(double, bigint, array(double)) array(double)", Emit: emitWeighted, Check: checkPercentile(2, 1, -1), Doc: weightedDoc},
	{Sig: "approx_percentile(bigint, bigint, double, double) bigint", Emit: emitWeighted, Check: checkPercentile(2, 1, 3), Doc: accurateDoc},
	{Sig: "approx_percentile(double, bigint, double, double) double", Emit: emitWeighted, Check: checkPercentile(2, 1, 3), Doc: accurateDoc},
	{Sig: "corr(double, double) double", SQL: paired("tm_correlation(regr_sxy%, regr_sxx%, regr_syy%)"), Doc: "Pearson's correlation; NULL where it is not finite, as of one row or a constant."},
	{Sig: "covar_pop(double, double) double", SQL: "covar_pop({d}{1}, {2}{o}){f}", Doc: "The covariance of the population."},
	{Sig: "covar_samp(double, double) double", SQL: "covar_samp({d}{1}, {2}{o}){f}", Doc: "The covariance of the sample; NULL below two rows."},
	{Sig: "entropy(bigint) double", SQL: "tm_entropy(sum({d}CAST(tm_entropy_count({1}) AS DOUBLE)){f}, sum({d}tm_x_log_x({1})){f})", Ext: true, Doc: "The entropy, in bits, of values that occur as often as the argument says; a negative count is an error."},
	{Sig: "geometric_mean(double) double", SQL: "exp(avg({d}tm_ln({1})){f})", Doc: "The geometric mean; 0 with a 0 among the values, NaN with a negative one."},
	{Sig: "kurtosis(double) double", SQL: "tm_kurtosis(list({d}{1}){f})", Ext: true, Doc: "The excess kurtosis of the sample; NULL below four values."},
	{Sig: "numeric_histogram(bigint, double) array(row(key double, value double))", Emit: emitNumericHistogram, Ext: true,
		Doc: "So many buckets, from 2 on, by centre and with their weight; Trino's map, for which there is no type here, as an array of its entries."},
	{Sig: "numeric_histogram(bigint, double, double) array(row(key double, value double))", Emit: emitNumericHistogram, Ext: true,
		Doc: "So many buckets of values with weights, by centre and with their weight."},
	{Sig: "regr_avgx(double, double) double", SQL: "regr_avgx({d}{1}, {2}){f}", Ext: true, Doc: "The mean of the second argument over the rows that have both."},
	{Sig: "regr_avgy(double, double) double", SQL: "regr_avgy({d}{1}, {2}){f}", Ext: true, Doc: "The mean of the first argument over the rows that have both."},
	{Sig: "regr_count(double, double) bigint", SQL: "CAST(regr_count({d}{1}, {2}){f} AS BIGINT)", Ext: true, Doc: "The number of rows that have both."},
	{Sig: "regr_r2(double, double) double", SQL: paired("regr_r2%"), Ext: true, Doc: "The coefficient of determination; NULL where it is not finite."},
	{Sig: "regr_sxx(double, double) double", SQL: paired("regr_sxx%"), Ext: true, Doc: "The sum of the squares of the second argument's distances from its mean."},
	{Sig: "regr_sxy(double, double) double", SQL: paired("regr_sxy%"), Ext: true, Doc: "The sum of the products of both distances."},
	{Sig: "regr_syy(double, double) double", SQL: paired("regr_syy%"), Ext: true, Doc: "The sum of the squares of the first argument's distances from its mean."},
	{Sig: "regr_intercept(double, double) double", SQL: paired("regr_intercept%"), Doc: "Where the line of regression meets the axis; the second argument is the independent one. NULL where it is not finite."},
	{Sig: "regr_slope(double, double) double", SQL: paired("(regr_sxy% / regr_sxx%)"), Doc: "The slope of the line of regression; the second argument is the independent one. NULL where it is not finite."},
	{Sig: "skewness(double) double", SQL: "tm_skewness(list({d}{1}){f})", Doc: "The skewness of the population; NULL below three values."},
	{Sig: "stddev(double) double", SQL: spread("stddev_samp", 2), Doc: "The standard deviation of the sample; NULL below two values."},
	{Sig: "stddev_samp(double) double", SQL: spread("stddev_samp", 2), Doc: "The standard deviation of the sample; NULL below two values."},
	{Sig: "stddev_pop(double) double", SQL: spread("stddev_pop", 1), Doc: "The standard deviation of the population."},
	{Sig: "variance(double) double", SQL: spread("var_samp", 2), Doc: "The variance of the sample; NULL below two values."},
	{Sig: "var_samp(double) double", SQL: spread("var_samp", 2), Doc: "The variance of the sample; NULL below two values."},
	{Sig: "var_pop(double) double", SQL: spread("var_pop", 1), Doc: "The variance of the population."},
}

// spread is the template of a deviation or variance that needs so many values.
func spread(function string, least int) string {
	return "tm_spread(max(abs({1})){f}, count({d}{1}){f}, " + strconv.Itoa(least) + ", " + function + "({d}tm_tame({1})){f})"
}

// paired is the template of a measure of pairs, which is NULL unless it is finite. A %
// in it stands for the arguments of an aggregate. The sums of products, and not DuckDB's
// own corr and regr_slope, give the digits that Trino's do.
func paired(measure string) string {
	return "tm_paired(max(abs({1}) + abs({2})){f}, " + strings.ReplaceAll(measure, "%", "({d}tm_tame({1}), tm_tame({2})){f}") + ")"
}

// Bounds of the standard error that a sketch of Trino can have.
const (
	leastError = 0.0040625
	mostError  = 0.26
)

func checkStandardError(arg int, value any) error {
	if e, ok := value.(float64); ok && arg == 1 && !(e >= leastError && e <= mostError) {
		return fmt.Errorf("Standard error must be in [%v, %v]: %v", leastError, mostError, e)
	}
	return nil
}

// emitApproxDistinct counts nothing where the error is NULL.
func emitApproxDistinct(c Call) (string, error) {
	if err := checkStandardError(1, c.Args[1].Value); err != nil {
		return "", err
	}
	if c.Args[1].Const && c.Args[1].Value != nil {
		return fill("count(DISTINCT {1}){f}", c), nil
	}
	return fill("count(DISTINCT CASE WHEN tm_standard_error({2}) IS NULL THEN NULL ELSE {1} END){f}", c), nil
}

// emitNumericHistogram collects the values, as the buckets depend on all of them.
func emitNumericHistogram(c Call) (string, error) {
	weight := "CAST(1 AS DOUBLE)"
	if len(c.Args) == 3 {
		weight = "{3}"
	}
	return fill("tm_buckets_of(list({d}{'v': {2}, 'w': "+weight+", 'n': {1}}){f})", c), nil
}
