package query

import (
	"context"
	"fmt"

	"tidemark/fault"
	"tidemark/sql/plan"
	"tidemark/sql/types"
	"tidemark/tsdb"
)

// view is the store as one query sees it: the compiler's catalog, and the relations
// of its scans. Its snapshot is taken for the first table, so that a statement
// without tables costs none. One goroutine uses it.
type view struct {
	store    *tsdb.DB
	snapshot *tsdb.Snapshot // nil until a table was asked for
	scanned  int64          // estimated bytes that the relations given out read
}

// Table returns a table's columns in the snapshot (interface analyzer.Catalog).
func (v *view) Table(ctx context.Context, database, table string) (_ *plan.Table, err error) {
	if v.snapshot == nil {
		if v.snapshot, err = v.store.Snapshot(ctx); err != nil {
			return nil, fmt.Errorf("open a snapshot: %w", err)
		}
	}
	ref := tsdb.TableRef{Database: database, Table: table}
	schema, err := v.snapshot.Schema(ref)
	switch {
	case err == nil:
		return tableOf(ref, schema), nil
	case fault.KindOf(err) != fault.NotFound:
		return nil, fmt.Errorf("columns of %s: %w", ref, err)
	}
	if _, err := v.store.Database(ctx, database); fault.KindOf(err) == fault.NotFound {
		return nil, plan.ErrDatabaseNotFound
	}
	return nil, plan.ErrTableNotFound
}

// Names lists the tables of a database, or the databases, for suggestions.
func (v *view) Names(ctx context.Context, database string, limit int) (names []string, err error) {
	if database == "" {
		databases, err := v.store.Databases(ctx, "", limit)
		for _, d := range databases {
			names = append(names, d.Name)
		}
		return names, err
	}
	tables, err := v.store.Tables(ctx, database, tsdb.TableRef{}, limit)
	for _, t := range tables {
		names = append(names, t.Ref.Table)
	}
	return names, err
}

// scanOf is what a scan needs, in the words of the store.
func scanOf(a plan.Access) tsdb.Scan {
	scan := tsdb.Scan{
		Ref:     tsdb.TableRef{Database: a.Table.Database, Table: a.Table.Name},
		Columns: a.Columns, MinTime: a.Time.Min, MaxTime: a.Time.Max, Newest: a.Newest,
	}
	for _, in := range a.In {
		scan.In = append(scan.In, tsdb.In{Column: in.Column, Values: in.Values})
	}
	if a.Groups != nil {
		scan.Groups = &tsdb.Groups{Width: a.Groups.Width}
		for _, c := range a.Groups.Calls {
			scan.Groups.Calls = append(scan.Groups.Calls, tsdb.GroupCall{Kind: groupKinds[c.Kind], Column: c.Column})
		}
	}
	return scan
}

// relation returns the text that reads what a scan needs.
func (v *view) relation(ctx context.Context, a plan.Access) (string, error) {
	scan := scanOf(a)
	bytes, err := v.snapshot.Bytes(scan)
	if err != nil {
		return "", err
	}
	v.scanned += bytes
	return v.snapshot.Relation(ctx, scan)
}

// Fetch makes what the relations read readable until Close.
func (v *view) Fetch(ctx context.Context) error {
	if v.snapshot == nil {
		return nil
	}
	return v.snapshot.Fetch(ctx)
}

// Close lets go of the snapshot. It may be called twice.
func (v *view) Close() error {
	if v.snapshot == nil {
		return nil
	}
	return v.snapshot.Close()
}

// roles and kinds are the language's words for the store's.
var (
	roles = map[tsdb.Role]plan.Role{
		tsdb.DimensionColumn: plan.Dimension, tsdb.MeasureNameColumn: plan.MeasureName, tsdb.TimeColumn: plan.Time,
		tsdb.SingleColumn: plan.MeasureValue, tsdb.MultiColumn: plan.Multi,
	}
	groupKinds = map[plan.ScanCallKind]tsdb.GroupKind{
		plan.CountRows: tsdb.CountRows, plan.Count: tsdb.Count, plan.Sum: tsdb.Sum, plan.Min: tsdb.Min, plan.Max: tsdb.Max,
	}
	kinds = map[tsdb.ValueType]types.Kind{
		tsdb.Double: types.Double, tsdb.Bigint: types.Bigint, tsdb.Varchar: types.Varchar,
		tsdb.Boolean: types.Boolean, tsdb.Timestamp: types.Timestamp,
	}
)

// tableOf is a table in the compiler's words.
func tableOf(ref tsdb.TableRef, schema tsdb.Schema) *plan.Table {
	t := &plan.Table{Database: ref.Database, Name: ref.Table, Columns: make([]plan.Column, len(schema.Columns))}
	for i, c := range schema.Columns {
		t.Columns[i] = plan.Column{Name: c.Name, Type: types.Of(kinds[c.Type]), Role: roles[c.Role]}
	}
	return t
}
