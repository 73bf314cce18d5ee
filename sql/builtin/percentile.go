package builtin

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tidemark/sql/types"
)

const (
	percentileDoc  = "The value below which a fraction of the values lies: always one of them."
	percentilesDoc = "The values at several fractions."
	weightedDoc    = "The value or values at fractions of the total weight; a weight is at least 1."
	accurateDoc    = "The value at a fraction of the total weight; exact, whatever accuracy between 0 and 1 is allowed."
)

var (
	errPercentile     = errors.New("Percentile must be between 0 and 1")
	errPercentileNull = errors.New("Percentile cannot be null")
)

// checkPercentile looks at the constants among the arguments of approx_percentile,
// whose places are given, -1 for one that the overload has not.
func checkPercentile(fraction, weight, accuracy int) func(int, any) error {
	return func(arg int, value any) error {
		switch arg {
		case fraction:
			return checkFractions(value)
		case weight:
			if w, ok := value.(int64); ok && w < 1 {
				return fmt.Errorf("Percentile weight must be > 0, was %d", w)
			}
		case accuracy:
			if a, ok := value.(float64); ok && !(a > 0 && a < 1) {
				return fmt.Errorf("Percentile accuracy must be exclusively between 0 and 1, was %s", types.Text(types.Of(types.Double), a))
			}
		}
		return nil
	}
}

// checkFractions looks at a constant fraction or a list of them, where a list may not
// have NULL in it.
func checkFractions(value any) error {
	switch v := value.(type) {
	case float64:
		if !(v >= 0 && v <= 1) {
			return errPercentile
		}
	case []any:
		for _, p := range v {
			if p == nil {
				return errPercentileNull
			}
			if err := checkFractions(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// emitPercentile renders approx_percentile without weights. DuckDB wants the fractions
// as constants; others go the way of the weighted forms. The value of fraction p of n
// is the one at the place floor(p*n) from 0, as Trino answers; DuckDB's is the one before
// when p*n is whole, which a fraction a little larger avoids.
func emitPercentile(c Call) (string, error) {
	if !known(c.Args[1]) {
		return emitRanked(c, "CAST(1 AS BIGINT)", 2)
	}
	if err := checkFractions(c.Args[1].Value); err != nil {
		return "", err
	}
	c.Args = slices.Clone(c.Args)
	c.Args[1].SQL = fractions(c.Args[1].Value)
	return fill("quantile_disc({d}{1}, {2}){f}", c), nil
}

// fractions writes a fraction or a list of them, each raised by two of its last places:
// one might be lost where it is multiplied by the number of values.
func fractions(value any) string {
	switch v := value.(type) {
	case []any:
		texts := make([]string, len(v))
		for i, p := range v {
			texts[i] = fractions(p)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case float64:
		return strconv.FormatFloat(min(1, math.Nextafter(math.Nextafter(v, 2), 2)), 'e', -1, 64)
	}
	return "NULL"
}

// known reports a constant fraction or a list of them that is not empty.
func known(a Arg) bool {
	list, isList := a.Value.([]any)
	return a.Const && a.Value != nil && (!isList || len(list) > 0)
}

// emitWeighted renders approx_percentile(x, weight, fraction [, accuracy]).
func emitWeighted(c Call) (string, error) { return emitRanked(c, "{2}", 3) }

// emitRanked collects values and weights; a function of package native sorts them once
// and finds all fractions, which are argument number fraction. As in Trino the last
// fraction counts where they differ, and a row with a NULL is left out.
func emitRanked(c Call, weight string, fraction int) (string, error) {
	place := "{" + strconv.Itoa(fraction) + "}"
	field, last, wanted := "", place, ""
	if !known(c.Args[fraction-1]) {
		field, last, wanted = ", 'p': "+place, "r[len(r)].p", " AND r.p IS NOT NULL"
	}
	if c.Result.Kind != types.Array {
		last = "[" + last + "]"
	}
	rows := "list_filter(list({d}{'v': {1}, 'w': " + weight + field + "}){f}, lambda r: r.v IS NOT NULL AND r.w IS NOT NULL" + wanted + ")"
	found := "tm_percentiles_" + c.Args[0].Type.Kind.String() + "(list_transform(r, lambda e: e.v), list_transform(r, lambda e: e.w), " + last + ")"
	text := fill("list_transform(["+rows+"], lambda r: CASE WHEN len(r) > 0 THEN "+found+" END)[1]", c)
	if c.Result.Kind != types.Array {
		text += "[1]"
	}
	return text, nil
}
