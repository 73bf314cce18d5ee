package tsdb

import (
	"context"
	"maps"

	"tidemark/fault"
	"tidemark/meta"
)

const maxKmsKey = 2048

// CreateDatabase creates an empty database. Errors: Conflict when it exists, Invalid
// for the name or key, Exceeded for too many databases or tags.
func (d *DB) CreateDatabase(ctx context.Context, name, kmsKey string, tags map[string]string) (Database, error) {
	if err := checkName("database", name); err != nil {
		return Database{}, err
	}
	if len(kmsKey) > maxKmsKey {
		return Database{}, fault.New(fault.Invalid, "A KMS key identifier has at most %d characters.", maxKmsKey)
	}
	if err := checkTags(tags); err != nil {
		return Database{}, err
	}
	now := d.opts.Now().UTC()
	doc := databaseDocument{KmsKey: kmsKey, Created: now, Updated: now, Tags: maps.Clone(tags)}
	err := d.catalog.db.Tx(ctx, func(tx *meta.Tx) error { return d.catalog.createDatabase(ctx, tx, name, doc, d.opts.MaxDatabases) })
	return d.database(name, doc), err
}

func (c *catalog) createDatabase(ctx context.Context, tx *meta.Tx, name string, doc databaseDocument, limit int) error {
	bucket := c.databases.In(tx)
	err := bucket.Create(ctx, name, doc)
	if fault.KindOf(err) == fault.Conflict {
		return fault.New(fault.Conflict, "The database %s already exists.", name)
	}
	if err != nil {
		return err
	}
	n, err := bucket.Count(ctx, "")
	if err == nil && n > limit {
		return fault.New(fault.Exceeded, "The account has %d databases, which is the limit.", limit)
	}
	return err
}

// Database returns a database, or fault.NotFound.
func (d *DB) Database(ctx context.Context, name string) (Database, error) {
	doc, err := d.catalog.databases.Get(ctx, name)
	if fault.KindOf(err) == fault.NotFound {
		return Database{}, noDatabase(name)
	}
	return d.database(name, doc), err
}

// UpdateDatabase changes a database's key.
func (d *DB) UpdateDatabase(ctx context.Context, name, kmsKey string) (Database, error) {
	if kmsKey == "" || len(kmsKey) > maxKmsKey {
		return Database{}, fault.New(fault.Invalid, "A KMS key identifier has 1 to %d characters.", maxKmsKey)
	}
	doc, err := d.catalog.databases.Update(ctx, name, func(doc *databaseDocument) error {
		if doc.KmsKey != kmsKey {
			doc.KmsKey, doc.Updated = kmsKey, d.opts.Now().UTC()
		}
		return nil
	})
	if fault.KindOf(err) == fault.NotFound {
		return Database{}, noDatabase(name)
	}
	return d.database(name, doc), err
}

// DeleteDatabase removes an empty database; one with tables is Invalid. A table of the
// server's own does not count: it goes with the database, of which its clients know nothing.
func (d *DB) DeleteDatabase(ctx context.Context, name string) error {
	if err := d.dropOwnTable(ctx, name); err != nil {
		return err
	}
	return d.catalog.db.Tx(ctx, func(tx *meta.Tx) error {
		n, err := d.catalog.tables.In(tx).Count(ctx, name+separator)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Invalid, "The database %s still has tables: delete them first.", name)
		}
		err = d.catalog.databases.In(tx).Delete(ctx, name)
		if fault.KindOf(err) == fault.NotFound {
			return noDatabase(name)
		}
		return err
	})
}

// Databases returns up to limit databases after the named one, by name. A limit of 0 means all.
func (d *DB) Databases(ctx context.Context, after string, limit int) ([]Database, error) {
	entries, err := d.catalog.databases.List(ctx, "", after, limit)
	list := make([]Database, len(entries))
	for i, e := range entries {
		list[i] = d.database(e.Key, e.Value)
	}
	return list, err
}

func (d *DB) database(name string, doc databaseDocument) Database {
	return Database{Name: name, KmsKey: doc.KmsKey, Tables: d.tables.count(name), Created: doc.Created, Updated: doc.Updated}
}
