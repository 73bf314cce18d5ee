package duckdbtest

import (
	"database/sql/driver"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"tidemark/sql/native"
)

// scalar is a native function as the driver wants it.
type scalar native.Func

var driverTypes = [...]duckdb.Type{
	native.Varchar: duckdb.TYPE_VARCHAR, native.Bigint: duckdb.TYPE_BIGINT, native.Integer: duckdb.TYPE_INTEGER,
	native.Double: duckdb.TYPE_DOUBLE, native.Boolean: duckdb.TYPE_BOOLEAN, native.Timestamp: duckdb.TYPE_TIMESTAMP_NS,
	native.Date: duckdb.TYPE_DATE,
}

// driverType describes a kind to the driver; the table above has no mistakes to report.
func driverType(k native.Kind) duckdb.TypeInfo {
	info, _ := duckdb.NewTypeInfo(driverTypes[k.Elem()])
	switch {
	case k.IsList():
		info, _ = duckdb.NewListInfo(info)
	case k.IsSeries():
		stamp, _ := duckdb.NewTypeInfo(duckdb.TYPE_TIMESTAMP_NS)
		times, _ := duckdb.NewStructEntry(stamp, "time")
		values, _ := duckdb.NewStructEntry(info, "value")
		point, _ := duckdb.NewStructInfo(times, values)
		info, _ = duckdb.NewListInfo(point)
	}
	return info
}

// Config describes the function to the driver.
func (f scalar) Config() duckdb.ScalarFuncConfig {
	c := duckdb.ScalarFuncConfig{SpecialNullHandling: f.NullIn, Volatile: f.Volatile}
	for _, k := range f.Args {
		c.InputTypeInfos = append(c.InputTypeInfos, driverType(k))
	}
	c.ResultTypeInfo = driverType(f.Result)
	return c
}

// Executor runs it per row.
func (f scalar) Executor() duckdb.ScalarFuncExecutor {
	fn := native.Func(f)
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = fromDriver(fn.Args[i], v)
		}
		v, err := fn.Apply(args)
		return toDriver(fn.Result, v), err
	}}
}

// fromDriver turns the driver's form of a value into that of package native.
func fromDriver(k native.Kind, v any) any {
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i, e := range list {
			if p, ok := e.(map[string]any); ok {
				out[i] = []any{fromDriver(native.Timestamp, p["time"]), fromDriver(k.Elem(), p["value"])}
				continue
			}
			out[i] = fromDriver(k.Elem(), e)
		}
		return out
	}
	t, ok := v.(time.Time)
	switch {
	case !ok:
		return v
	case k.Elem() == native.Date:
		return int32(t.Unix() / 86400)
	}
	return t.UnixNano()
}

// toDriver turns a value back.
func toDriver(k native.Kind, v any) any {
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i, e := range list {
			if p, ok := e.([]any); ok && k.IsSeries() {
				out[i] = map[string]any{"time": toDriver(native.Timestamp, p[0]), "value": toDriver(k.Elem(), p[1])}
				continue
			}
			out[i] = toDriver(k.Elem(), e)
		}
		return out
	}
	switch v := v.(type) {
	case int64:
		if k.Elem() == native.Timestamp {
			return time.Unix(0, v).UTC()
		}
	case int32:
		if k.Elem() == native.Date {
			return time.Unix(int64(v)*86400, 0).UTC()
		}
	}
	return v
}
