package builtin

import "tidemark/sql/types"

// emitDivide renders / or % as the operator where it cannot fail, on doubles and by
// most constants, and else as the macro that raises Division by zero.
func emitDivide(sign, macro string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if c.Result.Kind == types.Double && sign == "//" {
			return fill("({1} / {2})", c), nil
		}
		if c.Result.Kind == types.Double || divides(c.Args[1]) {
			return fill("({1} "+sign+" {2})", c), nil
		}
		return fill(macro+"({1}, {2})", c), nil
	}
}

// divides reports a constant integer by which every other can be divided: -1 is none,
// because the quotient of the smallest does not exist.
func divides(a Arg) bool {
	switch v := a.Value.(type) {
	case int32:
		return v != 0 && v != -1
	case int64:
		return v != 0 && v != -1
	}
	return false
}

// emitNegate gives an overflow an error that no other expression has, of each type its
// own: DuckDB says of neither which type it is.
func emitNegate(c Call) (string, error) {
	if c.Result.Kind == types.Integer {
		return fill("CAST(-CAST({1} AS HUGEINT) AS INTEGER)", c), nil
	}
	return fill("(-{1})", c), nil
}
