package tsdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/meta"
	"tidemark/tsdb/hot"
)

// Deletion names the records of a table to delete: those whose dimensions have one of
// the values each, of one of the measures, from one time to another. What is empty
// does not select.
type Deletion struct {
	Dimensions map[string][]string
	Measures   []string
	From, To   *time.Time // inclusive; nil is no bound
	All        bool       // needed when nothing selects, so that a forgotten filter does not empty a table
}

// DeletionReport says what was deleted. It stays in the audit log of the store.
type DeletionReport struct {
	ID       string // sorts by time
	Table    TableRef
	Who      string // the caller's key or name
	Deletion Deletion
	Started  time.Time
	Finished time.Time // zero: it was not finished, or is under way
	Records  int64
}

// CountDeletion returns how many records Delete would remove.
func (d *DB) CountDeletion(ctx context.Context, ref TableRef, del Deletion) (int64, error) {
	t, r, err := d.deletion(ref, del)
	if err != nil {
		return 0, err
	}
	return t.hot.Count(ctx, r)
}

// Delete removes records for good, on behalf of who. They are in no answer of a query
// that begins afterwards; files that hold some are written anew soon. Errors: NotFound
// for the table, Invalid for a dimension or measure that it does not have and for a
// deletion that selects nothing without All.
func (d *DB) Delete(ctx context.Context, ref TableRef, del Deletion, who string) (DeletionReport, error) {
	t, r, err := d.deletion(ref, del)
	if err != nil {
		return DeletionReport{}, err
	}
	report := DeletionReport{Table: ref, Who: who, Deletion: del, Started: d.opts.Now().UTC()}
	if report.ID, err = d.catalog.beginDeletion(ctx, &report); err != nil {
		return report, fmt.Errorf("write the audit record: %w", err)
	}
	if report.Records, err = t.hot.Delete(ctx, r); err != nil {
		return report, err
	}
	report.Finished = d.opts.Now().UTC()
	d.opts.Logger.Info("records deleted", "component", "tsdb", "database", ref.Database, "table", ref.Table, "count", report.Records)
	if err := d.catalog.deletions.Put(ctx, report.ID, report); err != nil {
		return report, fmt.Errorf("finish the audit record: %w", err)
	}
	return report, nil
}

// Deletions returns up to limit records of the audit log after the given ID, by time.
func (d *DB) Deletions(ctx context.Context, after string, limit int) ([]DeletionReport, error) {
	entries, err := d.catalog.deletions.List(ctx, "", after, limit)
	list := make([]DeletionReport, len(entries))
	for i, e := range entries {
		list[i] = e.Value
		list[i].ID = e.Key
	}
	return list, err
}

// beginDeletion writes down a delete before it begins, under a number of its own.
func (c *catalog) beginDeletion(ctx context.Context, report *DeletionReport) (id string, err error) {
	err = c.db.Tx(ctx, func(tx *meta.Tx) error {
		last, err := c.counters.In(tx).Get(ctx, "deletion")
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err := c.counters.In(tx).Put(ctx, "deletion", last+1); err != nil {
			return err
		}
		id = fmt.Sprintf("%012d", last+1)
		report.ID = id
		return c.deletions.In(tx).Put(ctx, id, *report)
	})
	return id, err
}

// deletion finds the table, and the rows in terms of its series.
func (d *DB) deletion(ref TableRef, del Deletion) (*openTable, hot.Range, error) {
	r := hot.Range{From: -1 << 63, To: 1<<63 - 1}
	t, err := d.open(ref)
	if err != nil {
		return nil, r, err
	}
	if len(del.Dimensions) == 0 && len(del.Measures) == 0 && del.From == nil && del.To == nil && !del.All {
		return nil, r, fault.New(fault.Invalid, "The deletion selects nothing. Say that all records of the table are meant, or which.")
	}
	if del.From != nil {
		r.From = del.From.UnixNano()
	}
	if del.To != nil {
		r.To = del.To.UnixNano()
	}
	if r.From > r.To {
		return nil, r, fault.New(fault.Invalid, "The deletion ends before it begins.")
	}
	if len(del.Measures) > 0 {
		r.In = append(r.In, hot.In{Role: hot.MeasureField, Values: del.Measures})
	}
	schema := t.hot.Schema()
	for _, name := range slices.Sorted(maps.Keys(del.Dimensions)) {
		i := slices.Index(schema.Dimensions, name)
		if i < 0 {
			return nil, r, fault.New(fault.Invalid, "The table %s has no dimension %s. It has %s.", ref.Table, quote(name), strings.Join(schema.Dimensions, ", "))
		}
		r.In = append(r.In, hot.In{Role: hot.DimensionField, Ordinal: i, Values: del.Dimensions[name]})
	}
	return t, r, t.knowsMeasures(del.Measures)
}

func (t *openTable) knowsMeasures(names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(t.hot.Measures(), func(m hot.MeasureUse) bool { return m.Name == name }) {
			return fault.New(fault.Invalid, "The table %s has no measure %s.", t.ref.Table, quote(name))
		}
	}
	return nil
}
