package builtin

// statistics are the aggregates of the same page that estimate or measure a distribution.
var statistics = []entry{
	// DuckDB's sketch has more than the 2.3 % standard error that the guide promises; the exact count has none.
	{Sig: "approx_distinct(T) bigint", SQL: "count(DISTINCT {1}){f}", Doc: "The number of different values; exact."},
	{Sig: "approx_distinct(T, double) bigint", SQL: "count(DISTINCT {1}){f}", Doc: "The number of different values; exact, whatever error is allowed."},
	{Sig: "approx_percentile(N, double) N", Emit: emitPercentile, Doc: "The value below which a fraction of the values lies: always one of them."},
	{Sig: "approx_percentile(N, array(double)) array(N)", Emit: emitPercentile, Doc: "The values at several fractions."},
	{Sig: "bitwise_and_agg(bigint) bigint", SQL: "bit_and({d}{1}{o}){f}", Doc: "The bits that all values have."},
	{Sig: "bitwise_or_agg(bigint) bigint", SQL: "bit_or({d}{1}{o}){f}", Doc: "The bits that some value has."},
	{Sig: "corr(double, double) double", SQL: "corr({d}{1}, {2}{o}){f}", Doc: "Pearson's correlation."},
	{Sig: "covar_pop(double, double) double", SQL: "covar_pop({d}{1}, {2}{o}){f}", Doc: "The covariance of the population."},
	{Sig: "covar_samp(double, double) double", SQL: "covar_samp({d}{1}, {2}{o}){f}", Doc: "The covariance of the sample."},
	{Sig: "geometric_mean(double) double", SQL: "exp(avg({d}tm_ln({1}){o}){f})", Doc: "The geometric mean; 0 with a 0 among the values, NaN with a negative one."},
	{Sig: "regr_intercept(double, double) double", SQL: "regr_intercept({d}{1}, {2}{o}){f}", Doc: "Where the line of regression meets the axis; the second argument is the independent one."},
	{Sig: "regr_slope(double, double) double", SQL: "regr_slope({d}{1}, {2}{o}){f}", Doc: "The slope of the line of regression; the second argument is the independent one."},
	{Sig: "skewness(double) double", SQL: "tm_population_skewness(skewness({d}{1}{o}){f}, count({d}{1}){f})", Doc: "The skewness of the population; NULL below three values."},
	{Sig: "stddev(double) double", SQL: "stddev_samp({d}{1}{o}){f}", Doc: "The standard deviation of the sample; NULL below two values."},
	{Sig: "stddev_samp(double) double", SQL: "stddev_samp({d}{1}{o}){f}", Doc: "The standard deviation of the sample; NULL below two values."},
	{Sig: "stddev_pop(double) double", SQL: "stddev_pop({d}{1}{o}){f}", Doc: "The standard deviation of the population."},
	{Sig: "variance(double) double", SQL: "var_samp({d}{1}{o}){f}", Doc: "The variance of the sample; NULL below two values."},
	{Sig: "var_samp(double) double", SQL: "var_samp({d}{1}{o}){f}", Doc: "The variance of the sample; NULL below two values."},
	{Sig: "var_pop(double) double", SQL: "var_pop({d}{1}{o}){f}", Doc: "The variance of the population."},
}

// windows (developer guide, "Window functions"). Aggregates may be called with OVER too.
var windows = []entry{
	{Sig: "cume_dist() double", SQL: "cume_dist(){f}", Frameless: true, Doc: "The part of the partition's rows that come before the row or with it."},
	{Sig: "dense_rank() bigint", SQL: "dense_rank(){f}", Frameless: true, Doc: "The rank without gaps."},
	{Sig: "ntile(bigint) bigint", SQL: "ntile({1}){f}", Frameless: true, Doc: "The number of the row's bucket of so many; the first take the remainder."},
	{Sig: "percent_rank() double", SQL: "percent_rank(){f}", Frameless: true, Doc: "(rank - 1) / (rows - 1), 0 for a single row."},
	{Sig: "rank() bigint", SQL: "rank(){f}", Frameless: true, Doc: "The rank with gaps after ties."},
	{Sig: "row_number() bigint", SQL: "row_number(){f}", Frameless: true, Doc: "The number of the row in its partition."},
	{Sig: "first_value(T) T", SQL: "first_value({1}{n}){f}", Doc: "The value of the first row of the frame."},
	{Sig: "last_value(T) T", SQL: "last_value({1}{n}){f}", Doc: "The value of the last row of the frame."},
	{Sig: "nth_value(T, bigint) T", SQL: "nth_value({1}, tm_nth({2}){n}){f}", Doc: "The value of the n-th row of the frame, counted from 1; NULL beyond it."},
	{Sig: "lead(T) T", SQL: "lead({1}{n}){f}", Frameless: true, Doc: "The value of the next row of the partition."},
	{Sig: "lead(T, bigint) T", SQL: "lead({1}, {2}{n}){f}", Frameless: true, Doc: "The value so many rows later."},
	{Sig: "lead(T, bigint, T) T", SQL: "lead({1}, {2}, {3}{n}){f}", Frameless: true, Doc: "The value so many rows later, else the third argument."},
	{Sig: "lag(T) T", SQL: "lag({1}{n}){f}", Frameless: true, Doc: "The value of the row before in the partition."},
	{Sig: "lag(T, bigint) T", SQL: "lag({1}, {2}{n}){f}", Frameless: true, Doc: "The value so many rows earlier."},
	{Sig: "lag(T, bigint, T) T", SQL: "lag({1}, {2}, {3}{n}){f}", Frameless: true, Doc: "The value so many rows earlier, else the third argument."},
}
