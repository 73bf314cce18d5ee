package iotsql

import (
	"math"

	"tidemark/sql/iotsql/value"
)

// numericFunctions take Ints, Decimals and numeric strings; every other argument
// makes them Undefined.
var numericFunctions = map[string]function{
	"abs":       number1(absolute),
	"acos":      double1(math.Acos),
	"asin":      double1(math.Asin),
	"atan":      double1(math.Atan),
	"atan2":     double2(math.Atan2),
	"bitand":    bits2(func(a, b int64) int64 { return a & b }),
	"bitor":     bits2(func(a, b int64) int64 { return a | b }),
	"bitxor":    bits2(func(a, b int64) int64 { return a ^ b }),
	"bitnot":    {min: 1, max: 1, eval: pure(bitNot)},
	"ceil":      number1(value.Ceil),
	"cos":       double1(math.Cos),
	"cosh":      double1(math.Cosh),
	"exp":       double1(math.Exp),
	"floor":     number1(value.Floor),
	"ln":        double1(math.Log),
	"log":       double1(math.Log10),
	"mod":       number2(value.Rem),
	"nanvl":     {min: 2, max: 2, eval: pure(firstNumber)},
	"power":     double2(math.Pow),
	"rand":      {eval: random},
	"remainder": number2(value.Rem),
	"round":     number1(value.Round),
	"sign":      number1(func(v value.Value) value.Value { return value.Integer(int64(value.Sign(v))) }),
	"sin":       double1(math.Sin),
	"sinh":      double1(math.Sinh),
	"sqrt":      double1(math.Sqrt),
	"tan":       double1(math.Tan),
	"tanh":      double1(math.Tanh),
	"trunc":     {min: 2, max: 2, eval: pure(truncate)},
}

// number1 is a function of one number.
func number1(f func(value.Value) value.Value) function {
	return function{min: 1, max: 1, eval: pure(func(args []value.Value) value.Value {
		v := value.ToDecimal(args[0])
		if !v.IsNumber() {
			return value.Value{}
		}
		return f(v)
	})}
}

// number2 is a function of two numbers.
func number2(f func(a, b value.Value) value.Value) function {
	apply := numeric(f)
	return function{min: 2, max: 2, eval: pure(func(args []value.Value) value.Value { return apply(args[0], args[1]) })}
}

// double1 is a function in double precision; NaN and infinity are Undefined.
func double1(f func(float64) float64) function {
	return number1(func(v value.Value) value.Value { return value.Float(f(v.Float64())) })
}

func double2(f func(a, b float64) float64) function {
	return number2(func(a, b value.Value) value.Value { return value.Float(f(a.Float64(), b.Float64())) })
}

// bits2 is a function of the bits of two Ints; Decimals are rounded down.
func bits2(f func(a, b int64) int64) function {
	return function{min: 2, max: 2, eval: pure(func(args []value.Value) value.Value {
		a, okA := floorInt(args[0])
		b, okB := floorInt(args[1])
		if !okA || !okB {
			return value.Value{}
		}
		return value.Integer(f(a, b))
	})}
}

// bitNot is the two's complement; the guide's example shows 4 bits only.
func bitNot(args []value.Value) value.Value {
	if n, ok := floorInt(args[0]); ok {
		return value.Integer(^n)
	}
	return value.Value{}
}

// floorInt rounds a number or numeric string down to 64 bits.
func floorInt(v value.Value) (int64, bool) {
	d := value.ToDecimal(v)
	if !d.IsNumber() {
		return 0, false
	}
	return value.Floor(d).Int64()
}

func absolute(v value.Value) value.Value {
	if value.Sign(v) < 0 {
		return value.Neg(v)
	}
	return v
}

// firstNumber is nanvl: the first argument unless it is no number at all.
func firstNumber(args []value.Value) value.Value {
	if args[0].IsUndefined() || args[0].Kind() == value.Null {
		return args[1]
	}
	return args[0]
}

func random(s *scope, _ []value.Value) (value.Value, error) {
	if s.in.env.Random == nil {
		return value.Value{}, &EvalError{Function: "rand", Reason: "there is no source of random numbers"}
	}
	return value.Float(s.in.env.Random()), nil
}

// truncate is trunc(x, n): n is rounded down and clamped to 0…34.
func truncate(args []value.Value) value.Value {
	x, n := value.ToDecimal(args[0]), value.ToDecimal(args[1])
	if !x.IsNumber() || !n.IsNumber() {
		return value.Value{}
	}
	places, ok := value.Floor(n).Int64()
	if !ok {
		places = int64(34 * max(0, value.Sign(n)))
	}
	return value.TruncateTo(x, int(min(max(places, 0), 34)))
}
