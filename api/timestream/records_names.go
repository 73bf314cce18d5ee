package timestream

import "tidemark/tsdb"

// multi is the MeasureValueType of a record whose measures stand in MeasureValues.
const multi tsdb.ValueType = 255

// valueTypes are the names of MeasureValueType in the model's order.
var valueTypes = []string{"DOUBLE", "BIGINT", "VARCHAR", "BOOLEAN", "TIMESTAMP", "MULTI"}

// valueTypeOf returns 0 for a name that is none.
func valueTypeOf(name []byte) tsdb.ValueType {
	switch string(name) {
	case "DOUBLE":
		return tsdb.Double
	case "BIGINT":
		return tsdb.Bigint
	case "VARCHAR":
		return tsdb.Varchar
	case "BOOLEAN":
		return tsdb.Boolean
	case "TIMESTAMP":
		return tsdb.Timestamp
	case "MULTI":
		return multi
	}
	return 0
}

// timeUnits are the names of TimeUnit in the model's order.
var timeUnits = []string{"MILLISECONDS", "SECONDS", "MICROSECONDS", "NANOSECONDS"}

// nanosecondsOf returns 0 for a name that is no unit.
func nanosecondsOf(name []byte) int64 {
	switch string(name) {
	case "MILLISECONDS":
		return 1e6
	case "SECONDS":
		return 1e9
	case "MICROSECONDS":
		return 1e3
	case "NANOSECONDS":
		return 1
	}
	return 0
}
