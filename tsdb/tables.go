package tsdb

import (
	"context"
	"maps"
	"slices"

	"tidemark/fault"
	"tidemark/meta"
)

// CreateTable creates an empty table. Errors: NotFound for the database, Conflict when
// the table exists, Invalid for a setting, Exceeded for too many tables or tags.
func (d *DB) CreateTable(ctx context.Context, ref TableRef, o TableOptions) (Table, error) {
	doc, err := d.newTable(ref, o)
	if err != nil {
		return Table{}, err
	}
	d.tables.changing.Lock()
	defer d.tables.changing.Unlock()
	err = d.catalog.db.Tx(ctx, func(tx *meta.Tx) error {
		return d.catalog.createTable(ctx, tx, ref, &doc, d.opts.MaxTables)
	})
	if err != nil {
		return Table{}, err
	}
	d.show(&openTable{ref: ref, doc: doc, hot: d.hot.Table(doc.ID)})
	return doc.table(ref), nil
}

func (d *DB) newTable(ref TableRef, o TableOptions) (tableDocument, error) {
	now := d.opts.Now().UTC()
	doc := tableDocument{
		Retention: DefaultRetention, PartitionKey: []PartitionKey{{Type: KeyMeasure}},
		Created: now, Updated: now, Tags: maps.Clone(o.Tags),
	}
	if err := checkName("table", ref.Table); err != nil {
		return doc, err
	}
	if err := checkTags(o.Tags); err != nil {
		return doc, err
	}
	if o.PartitionKey != nil {
		doc.PartitionKey = slices.Clone(o.PartitionKey)
	}
	return doc, doc.change(TableUpdate{Retention: o.Retention, MagneticWrites: o.MagneticWrites, PartitionKey: doc.PartitionKey})
}

func (c *catalog) createTable(ctx context.Context, tx *meta.Tx, ref TableRef, doc *tableDocument, limit int) (err error) {
	if _, err := c.databases.In(tx).Get(ctx, ref.Database); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return noDatabase(ref.Database)
		}
		return err
	}
	if doc.ID, err = c.nextTableID(ctx, tx); err != nil {
		return err
	}
	err = c.tables.In(tx).Create(ctx, tableKey(ref), *doc)
	if fault.KindOf(err) == fault.Conflict {
		return fault.New(fault.Conflict, "The table %s already exists.", ref.Table)
	}
	if err != nil {
		return err
	}
	n, err := c.tables.In(tx).Count(ctx, "")
	if err == nil && n > limit {
		return fault.New(fault.Exceeded, "The account has %d tables, which is the limit.", limit)
	}
	return err
}

// Table returns a table's settings, or fault.NotFound.
func (d *DB) Table(_ context.Context, ref TableRef) (Table, error) {
	t, err := d.open(ref)
	if err != nil {
		return Table{}, err
	}
	return t.doc.table(ref), nil
}

// UpdateTable changes settings; they act on the next write.
func (d *DB) UpdateTable(ctx context.Context, ref TableRef, u TableUpdate) (Table, error) {
	d.tables.changing.Lock()
	defer d.tables.changing.Unlock()
	t, err := d.open(ref)
	if err != nil {
		return Table{}, err
	}
	doc, err := d.catalog.tables.Update(ctx, tableKey(ref), func(doc *tableDocument) error {
		doc.Updated = d.opts.Now().UTC()
		return doc.change(u)
	})
	if err != nil {
		return Table{}, err
	}
	d.show(&openTable{ref: ref, doc: doc, hot: t.hot})
	return doc.table(ref), nil
}

// DeleteTable removes a table and its records. Queries that began before still read them.
func (d *DB) DeleteTable(ctx context.Context, ref TableRef) error {
	d.tables.changing.Lock()
	defer d.tables.changing.Unlock()
	t, err := d.open(ref)
	if err != nil {
		return err
	}
	if err := d.catalog.tables.Delete(ctx, tableKey(ref)); err != nil {
		return err
	}
	d.tables.remove(ref)
	d.hot.Drop(t.doc.ID)
	if d.mover != nil {
		d.mover.Drop(t.doc.ID)
	}
	return nil
}

// Tables returns up to limit tables of a database, or of all when database is empty,
// that come after the given one, by database and name. A limit of 0 means all.
func (d *DB) Tables(ctx context.Context, database string, after TableRef, limit int) ([]Table, error) {
	prefix, last := "", ""
	if database != "" {
		if _, err := d.Database(ctx, database); err != nil {
			return nil, err
		}
		prefix = database + separator
	}
	if after != (TableRef{}) {
		last = tableKey(after)
	}
	entries, err := d.catalog.tables.List(ctx, prefix, last, limit)
	list := make([]Table, len(entries))
	for i, e := range entries {
		list[i] = e.Value.table(tableRefOf(e.Key))
	}
	return list, err
}
