package builtin

import (
	"strconv"

	"tidemark/sql/calendar"
)

// unitKind is what the units of a call are units of.
type unitKind struct {
	native string // the function that reads one at run time
	read   func(name string) (calendar.Unit, error)
}

var (
	timestampUnit = unitKind{"tm_timestamp_unit", calendar.TimestampUnit}
	dateUnit      = unitKind{"tm_date_unit", calendar.DateUnit}
	timeUnit      = unitKind{"tm_time_unit", calendar.TimeUnit}
)

// sql writes the unit of a call, its first argument, as the number that the native
// functions take.
func (k unitKind) sql(unit Arg) (string, error) {
	name, constant := unit.Value.(string)
	if !constant {
		return k.native + "(" + unit.SQL + ")", nil
	}
	u, err := k.read(name)
	return "CAST(" + strconv.FormatInt(u, 10) + " AS BIGINT)", err
}

// emit calls a native function with the unit and the other arguments.
func (k unitKind) emit(native string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		unit, err := k.sql(c.Args[0])
		if err != nil {
			return "", err
		}
		args := append([]Arg{{SQL: unit}}, c.Args[1:]...)
		return native + "(" + Call{Args: args}.list() + ")", nil
	}
}

// check looks at a constant unit.
func (k unitKind) check(arg int, value any) error {
	if arg > 0 {
		return nil
	}
	_, err := k.read(value.(string))
	return err
}

// unit2 folds by a function of a unit and one more argument.
func unit2[A, R any](k unitKind, f func(calendar.Unit, A) (R, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		u, err := k.read(args[0].(string))
		if err != nil {
			return nil, err
		}
		return f(u, args[1].(A))
	}
}

func unit3[A, B, R any](k unitKind, f func(calendar.Unit, A, B) (R, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		u, err := k.read(args[0].(string))
		if err != nil {
			return nil, err
		}
		return f(u, args[1].(A), args[2].(B))
	}
}
