package tsdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// readModel returns the rows of a scan.
func readModel(ctx context.Context, conn *duckdb.Conn, s *Snapshot, want modelScan, newest bool) (map[modelKey]map[string]Value, error) {
	schema, err := s.Schema(demo)
	if err != nil {
		return nil, err
	}
	scan := Scan{Ref: demo, MinTime: want.min, MaxTime: want.max, Newest: newest}
	for i, c := range schema.Columns {
		scan.Columns = append(scan.Columns, i)
		if values, ok := want.in[c.Name]; ok {
			scan.In = append(scan.In, In{i, values})
		}
	}
	text, err := s.Relation(ctx, scan)
	if err == nil {
		err = s.Fetch(ctx)
	}
	if err != nil {
		return nil, err
	}
	found, err := conn.Query(ctx, "SELECT * FROM "+text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	all, err := found.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	rows := map[modelKey]map[string]Value{}
	for _, cells := range all {
		k, values := modelRowOf(schema, cells)
		if _, twice := rows[k]; twice {
			return nil, fmt.Errorf("%v is there twice: %v and %v: %s", k, rows[k], values, text)
		}
		rows[k] = values
	}
	return rows, nil
}

func modelRowOf(schema Schema, cells []any) (modelKey, map[string]Value) {
	var k modelKey
	var dims []string
	values := map[string]Value{}
	for i, c := range schema.Columns {
		switch {
		case cells[i] == nil:
		case c.Role == DimensionColumn:
			dims = append(dims, c.Name+"="+cells[i].(string))
		case c.Role == MeasureNameColumn:
			k.measure = cells[i].(string)
		case c.Role == TimeColumn:
			k.time = cells[i].(int64)
		default:
			values[c.Name] = valueOf(c.Type, cells[i])
		}
	}
	slices.Sort(dims)
	k.dims = strings.Join(dims, ",")
	return k, values
}

func valueOf(t ValueType, cell any) Value {
	switch v := cell.(type) {
	case float64:
		return DoubleValue(v)
	case bool:
		return BooleanValue(v)
	case string:
		return VarcharValue(v)
	case int64:
		if t == Timestamp {
			return TimestampValue(v)
		}
		return BigintValue(v)
	default:
		return Value{}
	}
}
