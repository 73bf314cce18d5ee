package duckdb

import (
	"strings"
	"testing"
)

// The arguments of a call may be nested deeply in constants without being evaluated again
// at every level while the statement is bound, and without a wrong answer.
func TestNestedConstants(t *testing.T) {
	e := openEngine(t, Options{})
	c := connect(t, e)
	for _, levels := range []int{1, 31, 32, 33, 400} {
		got, err := c.row(t.Context(), "SELECT CAST("+strings.Repeat("sign(", levels)+"-7"+strings.Repeat(")", levels)+" AS BIGINT), "+
			strings.Repeat("abs(", levels)+"NULL"+strings.Repeat(")", levels)+" IS NULL")
		if err != nil || got[0] != int64(-1) || got[1] != true {
			t.Errorf("%d levels = %v, %v; want -1, true", levels, got, err)
		}
	}
}
