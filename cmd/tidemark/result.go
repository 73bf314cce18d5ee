package main

import (
	"fmt"

	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"

	"tidemark/internal/tabular"
	"tidemark/sql/types"
)

// scalars are the types of the wire by their names there.
var scalars = map[querytypes.ScalarType]types.Kind{
	querytypes.ScalarTypeBoolean: types.Boolean, querytypes.ScalarTypeInteger: types.Integer, querytypes.ScalarTypeBigint: types.Bigint,
	querytypes.ScalarTypeDouble: types.Double, querytypes.ScalarTypeVarchar: types.Varchar, querytypes.ScalarTypeTimestamp: types.Timestamp,
	querytypes.ScalarTypeDate: types.Date, querytypes.ScalarTypeTime: types.Time, querytypes.ScalarTypeUnknown: types.Unknown,
	querytypes.ScalarTypeIntervalDayToSecond: types.IntervalDayToSecond, querytypes.ScalarTypeIntervalYearToMonth: types.IntervalYearToMonth,
}

// columnsOf turns the columns of an answer into ours.
func columnsOf(info []querytypes.ColumnInfo) ([]tabular.Column, error) {
	columns := make([]tabular.Column, len(info))
	for i, c := range info {
		t, err := typeOf(c.Type)
		if err != nil {
			return nil, err
		}
		columns[i] = tabular.Column{Name: deref(c.Name), Type: t}
	}
	return columns, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func typeOf(t *querytypes.Type) (types.Type, error) {
	switch {
	case t == nil:
		return types.Type{}, fmt.Errorf("an answer has a column without a type")
	case t.ArrayColumnInfo != nil:
		elem, err := typeOf(t.ArrayColumnInfo.Type)
		return types.ArrayOf(elem), err
	case t.TimeSeriesMeasureValueColumnInfo != nil:
		elem, err := typeOf(t.TimeSeriesMeasureValueColumnInfo.Type)
		return types.SeriesOf(elem), err
	case t.RowColumnInfo != nil:
		return rowTypeOf(t.RowColumnInfo)
	}
	kind, ok := scalars[t.ScalarType]
	if !ok {
		return types.Type{}, fmt.Errorf("an answer has a column of the unknown type %q", t.ScalarType)
	}
	return types.Of(kind), nil
}

func rowTypeOf(info []querytypes.ColumnInfo) (types.Type, error) {
	fields := make([]types.Field, len(info))
	for i, c := range info {
		t, err := typeOf(c.Type)
		if err != nil {
			return types.Type{}, err
		}
		fields[i] = types.Field{Name: deref(c.Name), Type: t}
	}
	return types.RowOf(fields...), nil
}

// rowsOf turns the rows of an answer into values of the columns' types.
func rowsOf(columns []tabular.Column, rows []querytypes.Row) ([][]any, error) {
	out := make([][]any, len(rows))
	for i, r := range rows {
		if len(r.Data) != len(columns) {
			return nil, fmt.Errorf("an answer has a row of %d values under %d columns", len(r.Data), len(columns))
		}
		out[i] = make([]any, len(columns))
		for c, d := range r.Data {
			v, err := valueOf(columns[c].Type, d)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", columns[c].Name, err)
			}
			out[i][c] = v
		}
	}
	return out, nil
}

// valueOf turns one datum into the Go form that package types gives its type.
func valueOf(t types.Type, d querytypes.Datum) (any, error) {
	switch {
	case d.NullValue != nil && *d.NullValue:
		return nil, nil
	case t.Kind == types.Array:
		return each(d.ArrayValue, func(int) types.Type { return *t.Elem })
	case t.Kind == types.Row && d.RowValue != nil && len(d.RowValue.Data) == len(t.Fields):
		return each(d.RowValue.Data, func(i int) types.Type { return t.Fields[i].Type })
	case t.Kind == types.Timeseries:
		return seriesOf(*t.Elem, d.TimeSeriesValue)
	case d.ScalarValue == nil:
		return nil, fmt.Errorf("a value does not fit its type %s", t)
	}
	if v, ok := types.ParseIntervalText(t.Kind, *d.ScalarValue); ok {
		return v, nil
	}
	return types.FromText(t.Kind, *d.ScalarValue)
}

func each(data []querytypes.Datum, typeAt func(i int) types.Type) (any, error) {
	out := make([]any, len(data))
	for i, d := range data {
		v, err := valueOf(typeAt(i), d)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func seriesOf(elem types.Type, points []querytypes.TimeSeriesDataPoint) (any, error) {
	out := make([]types.Point, len(points))
	for i, p := range points {
		at, err := types.ParseTimestamp(deref(p.Time))
		if err != nil {
			return nil, err
		}
		if p.Value == nil {
			out[i] = types.Point{Time: at}
			continue
		}
		v, err := valueOf(elem, *p.Value)
		if err != nil {
			return nil, err
		}
		out[i] = types.Point{Time: at, Value: v}
	}
	return out, nil
}
