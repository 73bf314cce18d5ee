package tier

import (
	"context"
	"fmt"
	"slices"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// Each row of a file has the texts of its series, its name and dimensions, which are most
// of what it is made of. Where series have many rows these are sorted without their texts,
// which join them afterwards: half of the memory or less, and a tenth to a quarter less time
// (BenchmarkTier).
//
// They come out in order as long as the engine is told to keep it and looks sorted rows up
// in the dictionary, not series among the rows, which it does if it takes that for less work.
// So texts join late only where the dictionary is far smaller, and what was written is read
// again; a file that is not in order is written once more with the texts in the sort.

// manyRows is the number of rows of a series, on average, from which on the texts join late.
const manyRows = 16

// joinsLate reports whether so many rows get their texts after they are sorted.
func (w *writer) joinsLate(rows int64) bool { return rows >= manyRows*w.series }

// arrange writes the rows of a span to a path, in order.
func (w *writer) arrange(ctx context.Context, path, source string, r span) error {
	if !w.late {
		_, err := w.conn.Exec(ctx, w.copyText(path, w.together(source, r)))
		return err
	}
	if _, err := w.conn.Exec(ctx, w.copyText(path, w.afterwards(source, r))); err != nil {
		return err
	}
	ordered, err := w.ordered(ctx, path)
	if err != nil || ordered {
		return err
	}
	w.mover.opts.Logger.Debug("file is sorted again with its texts", "component", "tier", "table", w.table.id(), "path", path)
	_, err = w.conn.Exec(ctx, w.copyText(path, w.together(source, r)))
	return err
}

// together selects rows that are sorted with their texts.
func (w *writer) together(source string, r span) string {
	place, join := w.place()
	return "SELECT " + outputs(w.columns) + " FROM " + source + " s JOIN " + w.moving.Dictionary() + " d ON d.sid = s.sid" + join +
		r.condition(place) + " ORDER BY " + place + ", s.time"
}

// afterwards selects rows that get their texts when they are sorted.
func (w *writer) afterwards(source string, r span) string {
	place, join := w.place()
	return "SELECT " + outputs(w.columns) + " FROM (SELECT s.* FROM " + source + " s" + join + r.condition(place) + " ORDER BY " + place + ", s.time) s JOIN " +
		w.moving.Dictionary() + " d ON d.sid = s.sid"
}

func (w *writer) copyText(path, rows string) string {
	return "COPY (" + rows + ") TO " + duckdb.Quote(path) + " (" + encoding(w.breadth, w.dictionaries) + ", FIELD_IDS " + w.numbers + ", PRESERVE_ORDER true)"
}

// ordered reports whether the rows of a file are in its order.
func (w *writer) ordered(ctx context.Context, path string) (bool, error) {
	follows := fmt.Sprintf("%s > last_series OR %[1]s = last_series AND %s >= last_time", hot.SeriesColumn, hot.TimeColumn)
	last := fmt.Sprintf("%s, %s, lag(%[1]s) OVER () AS last_series, lag(%[2]s) OVER () AS last_time", hot.SeriesColumn, hot.TimeColumn)
	if w.ranked {
		follows = "key > last_key OR last_key IS NULL AND key IS NOT NULL OR key IS NOT DISTINCT FROM last_key AND (" + follows + ")"
		key := duckdb.Ident(w.keyColumn())
		last += ", " + key + " AS key, lag(" + key + ") OVER () AS last_key"
	}
	found, err := w.collect(ctx, "SELECT coalesce(bool_and(coalesce("+follows+", last_series IS NULL)), true) FROM (SELECT "+last+" FROM read_parquet("+duckdb.Quote(path)+", hive_partitioning = false))")
	if err != nil {
		return false, fmt.Errorf("order of %s: %w", path, err)
	}
	return found[0][0].(bool), nil
}

// keyColumn is the physical name of the column whose values keep series together.
func (w *writer) keyColumn() string {
	name, _ := w.key()
	if name == "" {
		name = cold.MeasureColumn
	}
	return w.columns[slices.IndexFunc(w.columns, func(c column) bool { return c.field.Name == name })].physical
}
