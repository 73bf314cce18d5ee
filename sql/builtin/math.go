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
	{Sig: "mod(N, N) N", Emit: emitDivide("%", "tm_mod"), Fold: foldModulo, Doc: "The remainder, with the sign of the dividend."},
	{Sig: "pow(double, double) double", SQL: "pow({1}, {2})", Doc: "The first to the power of the second."},
	{Sig: "power(double, double) double", SQL: "pow({1}, {2})", Doc: "The first to the power of the second."},
	{Sig: "rand() double", SQL: "random()", Volatile: true, Doc: "A random number from 0 up to 1, anew for each row."},
	{Sig: "random() double", SQL: "random()", Volatile: true, Doc: "A random number from 0 up to 1, anew for each row."},
	{Sig: "random(I) I", Emit: emitRandom, Volatile: true, Doc: "A random number from 0 up to the argument, which must be above 0."},
	{Sig: "round(N) N", Emit: emitOnDouble("round({1})"), Doc: "Rounded to the nearest whole number, ties away from zero."},
	{Sig: "round(N, bigint) N", Emit: emitRound, Doc: "Rounded to so many decimal places; a negative number rounds left of the point."},
	{Sig: "sign(I) I", Emit: emitSign, Doc: "-1, 0 or 1."},
	{Sig: "sign(double) double", SQL: "tm_sign({1})", Doc: "-1, 0 or 1; of NaN it is NaN."},
	{Sig: "sqrt(double) double", SQL: "tm_sqrt({1})", Doc: "The square root; below 0 it is NaN."},
	{Sig: "truncate(double) double", SQL: "trunc({1})", Doc: "The whole number toward zero."},
	{Sig: "acos(double) double", SQL: "tm_acos({1})", Doc: "The arc cosine; outside of -1 to 1 it is NaN."},
	{Sig: "asin(double) double", SQL: "tm_asin({1})", Doc: "The arc sine; outside of -1 to 1 it is NaN."},
	{Sig: "atan(double) double", SQL: "atan({1})", Doc: "The arc tangent."},
	{Sig: "atan2(double, double) double", SQL: "atan2({1}, {2})", Doc: "The arc tangent of the first divided by the second."},
	{Sig: "cos(double) double", SQL: "tm_cos({1})", Doc: "The cosine; of an infinity it is NaN."},
	{Sig: "cosh(double) double", SQL: "cosh({1})", Doc: "The hyperbolic cosine."},
	{Sig: "sin(double) double", SQL: "tm_sin({1})", Doc: "The sine; of an infinity it is NaN."},
	{Sig: "tan(double) double", SQL: "tm_tan({1})", Doc: "The tangent; of an infinity it is NaN."},
	{Sig: "tanh(double) double", SQL: "tanh({1})", Doc: "The hyperbolic tangent."},
	{Sig: "is_finite(double) boolean", SQL: "isfinite({1})", Doc: "Whether the number is neither infinite nor NaN."},
	{Sig: "is_infinite(double) boolean", SQL: "isinf({1})", Doc: "Whether the number is infinite."},
	{Sig: "is_nan(double) boolean", SQL: "isnan({1})", Doc: "Whether the number is NaN."},
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
	return fill("CAST(floor(random() * tm_positive_bound({1})) AS "+DuckType(c.Result)+")", c), nil
}

func emitRound(c Call) (string, error) {
	return fill("CAST(round({1}, CAST({2} AS INTEGER)) AS "+DuckType(c.Result)+")", c), nil
}

func emitSign(c Call) (string, error) {
	return fill("CAST(sign({1}) AS "+DuckType(c.Result)+")", c), nil
}

// bitwise (developer guide, "Bitwise functions").
var bitwise = []entry{
	{Sig: "bit_count(bigint, bigint) bigint", SQL: "tm_bit_count({1}, {2})", Doc: "The ones in the two's complement of the first in so many bits; a number that needs more is an error."},
	{Sig: "bitwise_and(bigint, bigint) bigint", SQL: "({1} & {2})", Doc: "The bits that both have."},
	{Sig: "bitwise_or(bigint, bigint) bigint", SQL: "({1} | {2})", Doc: "The bits that one has."},
	{Sig: "bitwise_xor(bigint, bigint) bigint", SQL: "xor({1}, {2})", Doc: "The bits that only one has."},
	{Sig: "bitwise_not(bigint) bigint", SQL: "(~{1})", Doc: "The bits that it has not."},
}
