package tsdb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/meta"
)

// catalog keeps the definitions of databases and tables. Documents in meta are the
// truth; DB keeps the tables in memory beside it.
type catalog struct {
	db        *meta.DB
	databases *meta.Bucket[databaseDocument]
	tables    *meta.Bucket[tableDocument]
	counters  *meta.Bucket[int64]
	deletions *meta.Bucket[DeletionReport] // the audit log of deletes
}

// databaseDocument is a database as it is stored under its name.
type databaseDocument struct {
	KmsKey           string
	Created, Updated time.Time
	Tags             map[string]string
}

// tableDocument is a table as it is stored under tableKey. ID names its rows in the
// hot store and is never used again.
type tableDocument struct {
	ID               uint32
	Retention        Retention
	MagneticWrites   MagneticWrites
	PartitionKey     []PartitionKey
	Created, Updated time.Time
	Tags             map[string]string
}

func newCatalog(db *meta.DB) *catalog {
	return &catalog{
		db:        db,
		databases: meta.NewBucket[databaseDocument](db, "tsdb.databases"),
		tables:    meta.NewBucket[tableDocument](db, "tsdb.tables"),
		counters:  meta.NewBucket[int64](db, "tsdb.counters"),
		deletions: meta.NewBucket[DeletionReport](db, "tsdb.deletions"),
	}
}

// separator sorts below every byte of a name, so that keys sort by database, then table.
const separator = "!"

func tableKey(ref TableRef) string { return ref.Database + separator + ref.Table }

func tableRefOf(key string) TableRef {
	database, table, _ := strings.Cut(key, separator)
	return TableRef{database, table}
}

func (d tableDocument) table(ref TableRef) Table {
	return Table{
		Ref: ref, Retention: d.Retention, MagneticWrites: d.MagneticWrites,
		PartitionKey: slices.Clone(d.PartitionKey), Created: d.Created, Updated: d.Updated,
	}
}

func noDatabase(name string) error {
	return fault.New(fault.NotFound, "The database %s does not exist.", name)
}

func noTable(name string) error {
	return fault.New(fault.NotFound, "The table %s does not exist.", name)
}

// nextTableID takes a number that no table had before.
func (c *catalog) nextTableID(ctx context.Context, tx *meta.Tx) (uint32, error) {
	last, err := c.counters.In(tx).Get(ctx, "table")
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return 0, fmt.Errorf("take a table number: %w", err)
	}
	return uint32(last + 1), c.counters.In(tx).Put(ctx, "table", last+1)
}
