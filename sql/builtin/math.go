package builtin

import "tidemark/sql/types"

// mathematics (developer guide, "Mathematical functions"). Where DuckDB raises an
// error outside of a function's domain the result is NaN or infinite, as in Java.
var mathematics = []entry{
	{Sig: "abs(N) N", SQL: "abs({1})", Doc: "The absolute value; that of the smallest integer is an error."},
	{Sig: "cbrt(double) double", SQL: "tm_cbrt({1})", Doc: "The cube root."},
	{Sig: "ceil(N) N", Emit: emitOnDouble("ceil({1})"), Doc: "Rounded up to a whole number."},
	{Sig: "ceiling(N) N", Emit: emitOnDouble("ceil({1})"), Doc: "Rounded up to a whole number."},
	{Sig: "floor(N) N", Emit: emitOnDouble("floor({1})"), Doc: "Rounded down to a whole number."},
	{Sig: "degrees(double) double", SQL: "degrees({1})", Doc: "Radians as degrees."},
	{Sig: "radians(double) double", SQL: "radians({1})", Doc: "Degrees as radians."},
	{Sig: "e() double", SQL: "2.718281828459045e0", Doc: "Euler's number."},
	{Sig: "pi() double", SQL: "pi()", Doc: "The ratio of a circle's circumference to its diameter."},
	{Sig: "infinity() double", SQL: "CAST('Infinity' AS DOUBLE)", Doc: "Positive infinity."},
	{Sig: "nan() double", SQL: "CAST('NaN' AS DOUBLE)", Doc: "Not a number."},
	{Sig: "exp(double) double", SQL: "exp({1})", Doc: "Euler's number to the power of the argument."},
	{Sig: "from_base(varchar, bigint) bigint", SQL: "tm_from_base({1}, {2})", Doc: "The number that a text names in a base from 2 to 36."},
	{Sig: "to_base(bigint, bigint) varchar", SQL: "tm_to_base({1}, {2})", Doc: "The number in a base from 2 to 36, in lower case."},
	{Sig: "ln(double) double", SQL: "tm_ln({1})", Doc: "The natural logarithm; of 0 it is -Infinity, below NaN."},
	{Sig: "log2(double) double", SQL: "tm_log2({1})", Doc: "The logarithm to base 2; of 0 it is -Infinity, below NaN."},
	{Sig: "log10(double) double", SQL: "tm_log10({1})", Doc: "The logarithm to base 10; of 0 it is -Infinity, below NaN."},
	{Sig: "log(double, double) double", SQL: "(tm_ln({2}) / tm_ln({1}))", Ext: true, Doc: "The logarithm of the second to the base of the first."},
	{Sig: "mod(N, N) N", Emit: emitDivide("%", "tm_mod"), Fold: foldModulo, Doc: "The remainder, with the sign of the dividend."},
	{Sig: "pow(double, double) double", SQL: "tm_power({1}, {2})", Doc: "The first to the power of the second."},
	{Sig: "power(double, double) double", SQL: "tm_power({1}, {2})", Doc: "The first to the power of the second."},
	{Sig: "rand() double", SQL: "{r}", Volatile: true, Doc: "A random number from 0 up to 1, anew for each row."},
	{Sig: "random() double", SQL: "{r}", Volatile: true, Doc: "A random number from 0 up to 1, anew for each row."},
	{Sig: "random(I) I", Emit: emitRandom, Volatile: true, Doc: "A random number from 0 up to the argument, which must be above 0."},
	{Sig: "random(I, I) I", Emit: emitRandomBetween, Volatile: true, Ext: true, Doc: "A random number from the first argument up to the second, which must be above it."},
	{Sig: "rand(I) I", Emit: emitRandom, Volatile: true, Ext: true, Doc: "A random number from 0 up to the argument, which must be above 0."},
	{Sig: "rand(I, I) I", Emit: emitRandomBetween, Volatile: true, Ext: true, Doc: "A random number from the first argument up to the second, which must be above it."},
	{Sig: "round(N) N", Emit: emitOnDouble("round({1} + 0e0)"), Doc: "Rounded to the nearest whole number, ties away from zero."},
	{Sig: "round(N, bigint) N", Emit: emitRound, Doc: "Rounded to so many decimal places; a negative number rounds left of the point."},
	{Sig: "sign(I) I", Emit: emitSign, Doc: "-1, 0 or 1."},
	{Sig: "sign(double) double", SQL: "tm_sign({1})", Doc: "-1, 0 or 1; of NaN it is NaN."},
	{Sig: "sqrt(double) double", SQL: "tm_sqrt({1})", Doc: "The square root; below 0 it is NaN."},
	{Sig: "truncate(double) double", SQL: "trunc({1})", Doc: "The whole number toward zero."},
	{Sig: "truncate(double, bigint) double", SQL: "tm_truncate({1}, {2})", Ext: true, Doc: "The decimal places beyond so many cut off; a negative number cuts left of the point."},
	{Sig: "acos(double) double", SQL: "tm_acos({1})", Doc: "The arc cosine; outside of -1 to 1 it is NaN."},
	{Sig: "asin(double) double", SQL: "tm_asin({1})", Doc: "The arc sine; outside of -1 to 1 it is NaN."},
	{Sig: "atan(double) double", SQL: "atan({1})", Doc: "The arc tangent."},
	{Sig: "atan2(double, double) double", SQL: "atan2({1}, {2})", Doc: "The arc tangent of the first divided by the second."},
	{Sig: "cos(double) double", SQL: "tm_cos({1})", Doc: "The cosine; of an infinity it is NaN."},
	{Sig: "cosh(double) double", SQL: "cosh({1})", Doc: "The hyperbolic cosine."},
	{Sig: "sin(double) double", SQL: "tm_sin({1})", Doc: "The sine; of an infinity it is NaN."},
	{Sig: "sinh(double) double", SQL: "sinh({1})", Ext: true, Doc: "The hyperbolic sine."},
	{Sig: "tan(double) double", SQL: "tm_tan({1})", Doc: "The tangent; of an infinity it is NaN."},
	{Sig: "tanh(double) double", SQL: "tanh({1})", Doc: "The hyperbolic tangent."},
	{Sig: "is_finite(double) boolean", SQL: "isfinite({1})", Doc: "Whether the number is neither infinite nor NaN."},
	{Sig: "is_infinite(double) boolean", SQL: "isinf({1})", Doc: "Whether the number is infinite."},
	{Sig: "is_nan(double) boolean", SQL: "isnan({1})", Doc: "Whether the number is NaN."},
	{Sig: "width_bucket(double, double, double, bigint) bigint", SQL: "tm_width_bucket({1}, {2}, {3}, {4})", Ext: true, Doc: "The number of the bucket, of so many equal ones between two bounds, from 1; 0 below them, one more above."},
	{Sig: "width_bucket(double, array(double)) bigint", SQL: "tm_bin_bucket({1}, {2})", Ext: true, Doc: "How many of the ascending bounds are not above the value."},
	{Sig: "cosine_similarity(array(double), array(double)) double", SQL: "tm_cosine_similarity({1}, {2})", Ext: true, Doc: "The cosine of the angle between two vectors; NULL with a NULL in them."},
	{Sig: "normal_cdf(double, double, double) double", SQL: "tm_normal_cdf({1}, {2}, {3})", Ext: true, Doc: "The probability that a normal variable of a mean and deviation is at most the third argument."},
	{Sig: "inverse_normal_cdf(double, double, double) double", SQL: "tm_inverse_normal_cdf({1}, {2}, {3})", Ext: true, Doc: "The value that a normal variable of a mean and deviation exceeds with 1 minus the third argument."},
	{Sig: "beta_cdf(double, double, double) double", SQL: "tm_beta_cdf({1}, {2}, {3})", Ext: true, Doc: "The probability that a beta variable of two shapes is at most the third argument."},
	{Sig: "inverse_beta_cdf(double, double, double) double", SQL: "tm_inverse_beta_cdf({1}, {2}, {3})", Ext: true, Doc: "The value that a beta variable of two shapes exceeds with 1 minus the third argument."},
	{Sig: "wilson_interval_lower(bigint, bigint, double) double", SQL: "tm_wilson({1}, {2}, {3}, CAST(-1 AS DOUBLE))", Ext: true, Doc: "The lower bound of Wilson's score interval for successes, trials and a z-score."},
	{Sig: "wilson_interval_upper(bigint, bigint, double) double", SQL: "tm_wilson({1}, {2}, {3}, CAST(1 AS DOUBLE))", Ext: true, Doc: "The upper bound of Wilson's score interval for successes, trials and a z-score."},
}

// emitOnDouble applies a template to doubles; an integer is whole already.
func emitOnDouble(template string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if c.Result.Kind != types.Double {
			return c.Args[0].SQL, nil
		}
		return fill(template, c), nil
	}
}

func emitRandom(c Call) (string, error) {
	return fill("CAST(floor({r} * tm_positive_bound({1})) AS "+DuckType(c.Result)+")", c), nil
}

// emitRandomBetween reckons in HUGEINT, as the distance of two numbers may not fit their type.
func emitRandomBetween(c Call) (string, error) {
	return fill("CAST({1} + CAST(floor({r} * tm_distance_up(CAST({1} AS HUGEINT), CAST({2} AS HUGEINT))) AS HUGEINT) AS "+DuckType(c.Result)+")", c), nil
}

// emitRound leaves an integer alone that has no digits to lose.
func emitRound(c Call) (string, error) {
	digits, known := c.Args[1].Value.(int64)
	switch {
	case c.Result.Kind == types.Double:
		return fill("tm_round({1} + 0e0, tm_digits({2}))", c), nil
	case known && digits >= 0:
		return c.Args[0].SQL, nil
	}
	return fill("tm_round_"+c.Result.Kind.String()+"(CAST({1} AS BIGINT), {2})", c), nil
}

func emitSign(c Call) (string, error) {
	return fill("CAST(sign({1}) AS "+DuckType(c.Result)+")", c), nil
}
