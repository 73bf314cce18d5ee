package tsdb

import "tidemark/fault"

// UpsertTag is the tag of a table that says which of two records with the same identity
// counts. Without it Timestream's rules hold: the one with the higher version. It is a
// tag because the API of tables has no place for it, and tools that know only that API
// set it nevertheless.
const (
	UpsertTag     = "tidemark:upsert"
	LastWriteWins = "last-write-wins" // the one that comes later, whatever its version
)

func checkUpsertTag(tags map[string]string) error {
	if v, ok := tags[UpsertTag]; ok && v != LastWriteWins {
		return fault.New(fault.Invalid, "The tag %s is %s or absent, not %s.", UpsertTag, LastWriteWins, quote(v))
	}
	return nil
}

// show puts a table, or new settings of one, into use.
func (d *DB) show(t *openTable) {
	t.hot.SetLastWriteWins(t.doc.Tags[UpsertTag] == LastWriteWins)
	t.hot.SetPartitionKey(t.doc.partitionDimension())
	d.tables.put(t.ref, t)
}
