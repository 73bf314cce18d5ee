package duckdbtest

import (
	"math"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

func TestArithmetic(t *testing.T) {
	run(t, []functionCase{
		f("3", "/", integer(7), integer(2)), f("-3", "/", num(-7), num(2)), f("3.5", "/", dbl(7), integer(2)),
		f("error: Division by zero", "/", num(1), num(0)), f("Infinity", "/", dbl(1), dbl(0)), f("NaN", "/", dbl(0), dbl(0)),
		f("-1", "%", num(-7), num(2)), f("error: Division by zero", "%", integer(1), integer(0)), f("1.5", "%", dbl(5.5), dbl(2)),
		f("error: ", "+", integer(2147483647), integer(1)), f("2147483648", "+", integer(2147483647), num(1)),
		f("error: ", "*", num(math.MaxInt64), num(2)), f("error: ", "-", num(math.MinInt64), num(1)), f("error: ", "-", num(math.MinInt64)),
		f("0.30000000000000004", "+", dbl(0.1), dbl(0.2)), f("-5", "-", integer(5)), f("NULL", "+", num(1), null(types.Bigint)),
		f("ab", "||", str("a"), str("b")), f("NULL", "||", str("a"), null(types.Varchar)),
		f("[1, 2, 3]", "||", ints(1, 2), num(3)), f("[0, 1]", "||", num(0), ints(1)), f("NULL", "||", ints(1), plan.Null(types.ArrayOf(types.Of(types.Bigint)))),
	})
}

func TestMath(t *testing.T) {
	run(t, []functionCase{
		f("5", "abs", integer(-5)), f("2.5", "abs", dbl(-2.5)), f("error: ", "abs", num(math.MinInt64)),
		f("2.0", "cbrt", dbl(8)), f("3.0", "ceil", dbl(2.1)), f("7", "ceiling", integer(7)), f("-3.0", "floor", dbl(-2.1)), f("9007199254740993", "floor", num(9007199254740993)),
		f("180.0", "degrees", dbl(math.Pi)), f("3.141592653589793", "radians", integer(180)),
		f("2.718281828459045", "e"), f("3.141592653589793", "pi"), f("Infinity", "infinity"), f("NaN", "nan"), f("1.0", "exp", dbl(0)),
		f("1295", "from_base", str("zz"), num(36)), f("-255", "from_base", str("-ff"), integer(16)), f("error: Not a valid base-2 number: 12", "from_base", str("12"), num(2)),
		f("zz", "to_base", num(1295), num(36)), f("-ff", "to_base", num(-255), num(16)), f("error: Radix must be between 2 and 36", "to_base", num(1), num(37)),
		f("0.0", "ln", dbl(1)), f("-Infinity", "ln", dbl(0)), f("NaN", "ln", dbl(-1)), f("3.0", "log2", dbl(8)), f("2.0", "log10", integer(100)), f("NaN", "log10", dbl(-1)),
		f("1", "mod", num(7), num(3)), f("8.0", "power", integer(2), integer(3)), f("0.5", "pow", dbl(2), dbl(-1)),
		f("3.0", "round", dbl(2.5)), f("-3.0", "round", dbl(-2.5)), f("2.68", "round", dbl(2.675), integer(2)), f("1200.0", "round", dbl(1234.567), integer(-2)),
		f("7", "round", integer(7)), f("1200", "round", integer(1234), integer(-2)), f("1234", "round", num(1234), integer(1)), f("NaN", "round", dbl(math.NaN())),
		f("-1", "sign", integer(-5)), f("0", "sign", num(0)), f("NaN", "sign", dbl(math.NaN())), f("1.0", "sign", dbl(math.Inf(1))),
		f("3.0", "sqrt", integer(9)), f("NaN", "sqrt", dbl(-1)), f("-2.0", "truncate", dbl(-2.7)),
		f("NaN", "acos", dbl(2)), f("0.0", "acos", dbl(1)), f("NaN", "asin", dbl(-2)), f("0.7853981633974483", "atan", dbl(1)), f("0.7853981633974483", "atan2", dbl(1), dbl(1)),
		f("1.0", "cos", dbl(0)), f("NaN", "cos", dbl(math.Inf(1))), f("1.0", "cosh", dbl(0)), f("0.0", "sin", dbl(0)), f("NaN", "tan", dbl(math.Inf(-1))), f("1.0", "tanh", dbl(100)),
		f("true", "is_finite", integer(1)), f("false", "is_finite", dbl(math.NaN())), f("true", "is_infinite", dbl(math.Inf(-1))), f("true", "is_nan", dbl(math.NaN())),
		f("error: bound must be positive", "random", num(0)),
		f("3", "bit_count", num(19), num(8)), f("64", "bit_count", num(-1), num(64)), f("7", "bit_count", num(-5), num(8)),
		f("error: Number must be representable with the bits specified. 19 can not be represented with 2 bits", "bit_count", num(19), num(2)),
		f("4", "bitwise_and", num(12), num(6)), f("14", "bitwise_or", num(12), num(6)), f("10", "bitwise_xor", num(12), num(6)), f("-13", "bitwise_not", num(12)),
	})
}

func TestConditional(t *testing.T) {
	run(t, []functionCase{
		f("1", "if", yes(), num(1)), f("NULL", "if", no(), num(1)), f("2.0", "if", no(), num(1), dbl(2)), f("2", "if", null(types.Boolean), num(1), num(2)),
		f("x", "coalesce", null(types.Varchar), str("x"), str("y")), f("2022-06-17 00:00:00.000000000", "coalesce", null(types.Timestamp), str("2022-06-17")),
		f("NULL", "nullif", num(1), num(1)), f("1", "nullif", num(1), num(2)),
		f("3", "greatest", num(1), num(3), num(2)), f("NULL", "greatest", num(1), null(types.Bigint)), f("1.0", "least", dbl(1), integer(3)), f("a", "least", str("b"), str("a")),
		f("bigint", "typeof", num(1)), f("interval year to month", "typeof", iv("1y")), f("array(bigint)", "typeof", ints(1)),
		f("NULL", "try", call(t, "/", num(1), num(0))), f("2", "try", call(t, "/", num(4), num(2))),
	})
}
