package builtin

import "errors"

var errPercentile = errors.New("Percentile must be a constant between 0 and 1")

// emitPercentile renders approx_percentile, whose fractions must be known before it runs.
func emitPercentile(c Call) (string, error) {
	if !fractions(c.Args[1]) {
		return "", errPercentile
	}
	return fill("quantile_disc({d}{1}, {2}{o}){f}", c), nil
}

// fractions reports whether an argument is a constant between 0 and 1, or a list of
// them that is not empty.
func fractions(a Arg) bool {
	if list, ok := a.Value.([]any); ok {
		for _, v := range list {
			if !fraction(v) {
				return false
			}
		}
		return a.Const && len(list) > 0
	}
	return a.Const && fraction(a.Value)
}

func fraction(v any) bool {
	p, ok := v.(float64)
	return ok && p >= 0 && p <= 1
}
