package query

import (
	"context"

	"tidemark/fault"
	"tidemark/sql/plan"
	"tidemark/tsdb"
)

// metadata answers a SHOW or DESCRIBE statement from the store's catalogue
// (developer guide, "SHOW statements", "DESCRIBE statements").
func (e *Engine) metadata(ctx context.Context, m plan.Meta) ([][]any, error) {
	return answers[m.Kind](ctx, e.opt.Store, m)
}

// answers are the rows of each metadata statement.
var answers = map[plan.MetaKind]func(ctx context.Context, store *tsdb.DB, m plan.Meta) ([][]any, error){
	plan.ShowDatabases: showDatabases,
	plan.ShowTables:    showTables,
	plan.ShowMeasures:  showMeasures,
	plan.Describe:      describe,
}

// showDatabases lists the databases by name.
func showDatabases(ctx context.Context, store *tsdb.DB, m plan.Meta) (rows [][]any, err error) {
	databases, err := store.Databases(ctx, "", 0)
	for _, d := range databases {
		if wanted(m, d.Name) {
			rows = append(rows, []any{d.Name})
		}
	}
	return rows, err
}

// showTables lists the tables of a database, or of all, by database and name.
func showTables(ctx context.Context, store *tsdb.DB, m plan.Meta) (rows [][]any, err error) {
	tables, err := store.Tables(ctx, m.Database, tsdb.TableRef{}, 0)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Invalid, "Requested database '%s' not found", m.Database)
	}
	for _, t := range tables {
		if wanted(m, t.Ref.Table) {
			rows = append(rows, []any{t.Ref.Table})
		}
	}
	return rows, err
}

// showMeasures lists the measures of a table with the dimensions that occur with each.
func showMeasures(ctx context.Context, store *tsdb.DB, m plan.Meta) (rows [][]any, err error) {
	measures, err := store.Measures(ctx, tsdb.TableRef{Database: m.Database, Table: m.Table})
	for _, measure := range measures {
		if !wanted(m, measure.Name) {
			continue
		}
		dimensions := make([]any, len(measure.Dimensions))
		for i, name := range measure.Dimensions {
			dimensions[i] = []any{name, "varchar"}
		}
		rows = append(rows, []any{measure.Name, measure.Type, dimensions})
	}
	return rows, err
}

// attributes are the words of DESCRIBE for what a column holds.
var attributes = map[plan.Role]string{
	plan.Dimension: "DIMENSION", plan.MeasureName: "MEASURE_NAME", plan.Time: "TIMESTAMP",
	plan.MeasureValue: "MEASURE_VALUE", plan.Multi: "MULTI",
}

// describe lists the columns of a table.
func describe(ctx context.Context, store *tsdb.DB, m plan.Meta) (rows [][]any, err error) {
	schema, err := store.Schema(ctx, tsdb.TableRef{Database: m.Database, Table: m.Table})
	if err != nil {
		return nil, err
	}
	for _, c := range tableOf(tsdb.TableRef{Database: m.Database, Table: m.Table}, schema).Columns {
		rows = append(rows, []any{c.Name, c.Type.String(), attributes[c.Role]})
	}
	return rows, nil
}

// wanted reports whether a name passes the statement's LIKE clause.
func wanted(m plan.Meta, name string) bool { return m.Like == nil || like(name, *m.Like) }
