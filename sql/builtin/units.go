package builtin

import (
	"fmt"
	"strings"

	"tidemark/sql/types"
)

// unit is a unit of date_trunc, date_add and date_diff: so many nanoseconds or months.
type unit struct {
	nanos  int64
	months int64
}

var dateUnits = map[string]unit{
	"millisecond": {nanos: types.Millisecond}, "second": {nanos: types.Second}, "minute": {nanos: types.Minute},
	"hour": {nanos: types.Hour}, "day": {nanos: types.Day}, "week": {nanos: 7 * types.Day},
	"month": {months: 1}, "quarter": {months: 3}, "year": {months: 12},
}

// unitOf reads the unit of a call, a constant.
func unitOf(c Call, function string) (unit, string, error) {
	name, ok := c.Args[0].Value.(string)
	if !ok {
		return unit{}, "", fmt.Errorf("the unit of %s must be a constant text", function)
	}
	u, ok := dateUnits[strings.ToLower(name)]
	if !ok {
		return unit{}, "", fmt.Errorf("'%s' is not a valid TIMESTAMP field", name)
	}
	return u, strings.ToLower(name), nil
}

// wholeDays refuses the units that a date does not have.
func wholeDays(u unit, name string) error {
	if u.nanos%types.Day != 0 {
		return fmt.Errorf("'%s' is not a valid DATE field", name)
	}
	return nil
}
