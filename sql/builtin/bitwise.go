package builtin

import "tidemark/sql/types"

// bitwise (developer guide, "Bitwise functions"; the shifts as in Trino).
var bitwise = []entry{
	{Sig: "bit_count(bigint, bigint) bigint", SQL: "tm_bit_count({1}, {2})", Doc: "The ones in the two's complement of the first in so many bits; a number that needs more is an error."},
	{Sig: "bitwise_and(bigint, bigint) bigint", SQL: "({1} & {2})", Doc: "The bits that both have."},
	{Sig: "bitwise_or(bigint, bigint) bigint", SQL: "({1} | {2})", Doc: "The bits that one has."},
	{Sig: "bitwise_xor(bigint, bigint) bigint", SQL: "xor({1}, {2})", Doc: "The bits that only one has."},
	{Sig: "bitwise_not(bigint) bigint", SQL: "(~{1})", Doc: "The bits that it has not."},
	{Sig: "bitwise_left_shift(I, bigint) I", Emit: emitShift("tm_shift_left"), Ext: true, Doc: "The bits moved up so many places; those beyond the type are lost."},
	{Sig: "bitwise_right_shift(I, bigint) I", Emit: emitShift("tm_shift_right"), Ext: true, Doc: "The bits moved down so many places, zeros following."},
	{Sig: "bitwise_right_shift_arithmetic(I, bigint) I", Emit: emitShift("tm_shift_right_arithmetic"), Ext: true, Doc: "The bits moved down so many places, the sign following."},
}

// emitShift calls the native function for the width of the number.
func emitShift(function string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		bits := "CAST(64 AS BIGINT)"
		if c.Result.Kind == types.Integer {
			bits = "CAST(32 AS BIGINT)"
		}
		return fill("CAST("+function+"(CAST({1} AS BIGINT), {2}, "+bits+") AS "+DuckType(c.Result)+")", c), nil
	}
}
