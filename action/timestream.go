package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
	"tidemark/sql/iotsql/value"
	"tidemark/tsdb"
)

// Limits of the timestream action (AWS page "Timestream", rule action).
const (
	maxDimensions = 128
	maxRecords    = 100 // of one WriteRecords call, and so of one message
)

// timestreamConfig is the action as its author writes it.
type timestreamConfig struct {
	RoleArn      string
	DatabaseName string
	TableName    string
	Dimensions   []struct{ Name, Value string }
	Timestamp    *struct{ Value, Unit string }
}

// timestream writes every top-level attribute of an event as one single-measure
// record; all records of the event share dimensions and time.
type timestream struct {
	store           recordSubmitter
	letters         letterPoster
	database, table *iotsql.Template
	names           []string // of the dimensions
	dimensions      []*iotsql.Template
	timestamp       *iotsql.Template // nil: the instant of the event
	unit            int64            // nanoseconds
}

// units are the time units in nanoseconds.
var units = map[string]int64{"SECONDS": 1e9, "MILLISECONDS": 1e6, "MICROSECONDS": 1e3, "NANOSECONDS": 1}

func (d Deps) buildTimestream(stmt *iotsql.Statement, config json.RawMessage) (rules.Action, error) {
	var c timestreamConfig
	if err := decode(config, &c); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	compile := templates{stmt: stmt}
	a := &timestream{store: d.Store, letters: d.Letters, database: compile.compile(c.DatabaseName), table: compile.compile(c.TableName), unit: units["MILLISECONDS"]}
	for _, dim := range c.Dimensions {
		a.names = append(a.names, dim.Name)
		a.dimensions = append(a.dimensions, compile.compile(dim.Value))
	}
	if c.Timestamp != nil {
		a.timestamp, a.unit = compile.compile(c.Timestamp.Value), units[c.Timestamp.Unit]
	}
	return a, compile.err
}

func (c *timestreamConfig) check() error {
	if err := checkRole("timestream", c.RoleArn); err != nil {
		return err
	}
	if err := errors.Join(required("timestream", "databaseName", c.DatabaseName), required("timestream", "tableName", c.TableName)); err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	if n := len(c.Dimensions); n < 1 || n > maxDimensions {
		return fault.New(fault.Invalid, "the timestream action has %d dimensions; it needs 1 to %d", n, maxDimensions)
	}
	seen := make(map[string]bool)
	for _, dim := range c.Dimensions {
		if err := checkDimension(dim.Name); err != nil {
			return err
		}
		if seen[dim.Name] {
			return fault.New(fault.Invalid, "the timestream action names the dimension %q twice", dim.Name)
		}
		if dim.Value == "" {
			return fault.New(fault.Invalid, "the dimension %q of the timestream action needs a value", dim.Name)
		}
		seen[dim.Name] = true
	}
	return c.checkTimestamp()
}

func (c *timestreamConfig) checkTimestamp() error {
	if c.Timestamp == nil {
		return nil
	}
	if err := required("timestream", "timestamp.value", c.Timestamp.Value); err != nil {
		return err
	}
	if units[c.Timestamp.Unit] == 0 {
		return fault.New(fault.Invalid, "the timestamp.unit %.40q of the timestream action is not SECONDS, MILLISECONDS, MICROSECONDS or NANOSECONDS", c.Timestamp.Unit)
	}
	return nil
}

// checkDimension refuses the names that Timestream keeps for itself.
func checkDimension(name string) error {
	switch {
	case name == "":
		return fault.New(fault.Invalid, "a dimension of the timestream action needs a name")
	case name == "measure_name", name == "time", strings.HasPrefix(name, "measure_value"), strings.HasPrefix(name, "ts_"), strings.Contains(name, ":"):
		return fault.New(fault.Invalid, "the timestream action cannot have a dimension named %.200q", name)
	default:
		return nil
	}
}

// Do writes the event. Records that the store refuses fail the action, while the
// others stay stored.
func (a *timestream) Do(ctx context.Context, ev *rules.Event, done func(error)) {
	render := rendering{ctx: ctx, ev: ev}
	ref := tsdb.TableRef{Database: render.text(a.database), Table: render.text(a.table)}
	recs, err := a.records(&render)
	if err != nil {
		done(timestreamError(ev, &unwritten{ref: ref, err: err}))
		return
	}
	a.store.Submit(ctx, ref, recs, func(_ tsdb.Ingested, err error) { done(timestreamError(ev, newUnwritten(ref, recs, err))) })
}

// records makes one record of each attribute.
func (a *timestream) records(render *rendering) ([]tsdb.Record, error) {
	ev := render.ev
	if ev.Value.Kind() != value.Object {
		return nil, fault.New(fault.Invalid, "the result of SELECT is not a JSON object")
	}
	dimensions, err := a.series(render)
	if err != nil {
		return nil, err
	}
	at, err := a.time(render)
	if err != nil {
		return nil, err
	}
	attributes := ev.Value.Members()
	recs := make([]tsdb.Record, 0, len(attributes))
	measures := make([]tsdb.Measure, 0, len(attributes))
	for _, m := range attributes {
		v, err := measure(m)
		if err != nil {
			return nil, err
		}
		if v.Type == 0 {
			continue
		}
		measures = append(measures, tsdb.Measure{Value: v})
		last := len(measures)
		recs = append(recs, tsdb.Record{Dimensions: dimensions, MeasureName: m.Name, Measures: measures[last-1 : last : last], Time: at, Version: 1})
	}
	return recs, checkCount(len(recs))
}

func checkCount(records int) error {
	switch {
	case records == 0:
		return fault.New(fault.Invalid, "the result of SELECT has no attribute to write")
	case records > maxRecords:
		return fault.New(fault.Invalid, "the result of SELECT has %d attributes, the limit is %d", records, maxRecords)
	default:
		return nil
	}
}

// series renders the dimensions.
func (a *timestream) series(render *rendering) ([]tsdb.Dimension, error) {
	dimensions := make([]tsdb.Dimension, len(a.names))
	for i, name := range a.names {
		dimensions[i] = tsdb.Dimension{Name: name, Value: render.text(a.dimensions[i])}
		if render.err == nil && dimensions[i].Value == "" {
			return nil, fault.New(fault.Invalid, "the value of the dimension %q is empty", name)
		}
	}
	return dimensions, render.err
}

// time is the timestamp of the records in nanoseconds.
func (a *timestream) time(render *rendering) (int64, error) {
	if a.timestamp == nil {
		return render.ev.Time().UnixNano(), nil
	}
	text := render.text(a.timestamp)
	if render.err != nil {
		return 0, render.err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "the timestamp %.100q is not an integer", text)
	}
	if n > math.MaxInt64/a.unit || n < math.MinInt64/a.unit {
		return 0, fault.New(fault.Invalid, "the timestamp %d is out of range", n)
	}
	return n * a.unit, nil
}

// measure is an attribute's value by the type of its JSON text: a number without
// a point is BIGINT if it fits and DOUBLE otherwise, a number with a point or an
// exponent is DOUBLE, objects and arrays are VARCHAR as compact JSON. null is no
// measure: a value without a type.
func measure(m value.Member) (tsdb.Value, error) {
	switch v := m.Value; v.Kind() {
	case value.Null:
		return tsdb.Value{}, nil
	case value.Boolean:
		return tsdb.BooleanValue(v.True()), nil
	case value.Int, value.Decimal:
		return number(m.Name, v)
	default:
		return tsdb.VarcharValue(v.Text()), nil
	}
}

func number(name string, v value.Value) (tsdb.Value, error) {
	if n, fits := integer(v); fits {
		return tsdb.BigintValue(n), nil
	}
	f := v.Float64()
	if math.IsInf(f, 0) {
		return tsdb.Value{}, fault.New(fault.Invalid, "the attribute %q is out of the range of DOUBLE", name)
	}
	return tsdb.DoubleValue(f), nil
}

func integer(v value.Value) (int64, bool) {
	if v.HasPoint() {
		return 0, false
	}
	return value.Truncate(v).Int64()
}

// timestreamError says where the message came from and which resource failed. It
// keeps the kind of the error; refused records are final, with every reason.
func timestreamError(ev *rules.Event, failed *unwritten) error {
	if failed.err == nil {
		return nil
	}
	err := fmt.Errorf("Failed to write records to Timestream. The error received was: %w. Message arrived on: %s, Action: timestream, Database: %s, Table: %s",
		failed, ev.Message.Topic, failed.ref.Database, failed.ref.Table)
	return &rules.ActionError{Resource: failed.ref.Database + "#" + failed.ref.Table, Err: err}
}
