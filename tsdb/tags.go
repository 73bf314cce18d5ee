package tsdb

import (
	"context"
	"maps"

	"tidemark/fault"
)

// Tags returns the tags of a table, or of a database when ref.Table is empty.
func (d *DB) Tags(ctx context.Context, ref TableRef) (map[string]string, error) {
	var tags map[string]string
	if ref.Table == "" {
		doc, err := d.catalog.databases.Get(ctx, ref.Database)
		if err != nil {
			return nil, missing(ref, err)
		}
		tags = doc.Tags
	} else {
		doc, err := d.catalog.tables.Get(ctx, tableKey(ref))
		if err != nil {
			return nil, missing(ref, err)
		}
		tags = doc.Tags
	}
	if tags == nil {
		tags = map[string]string{}
	}
	return tags, nil
}

// Tag sets tags of a table or database; keys that it has are overwritten.
func (d *DB) Tag(ctx context.Context, ref TableRef, tags map[string]string) error {
	return d.retag(ctx, ref, func(have map[string]string) error {
		maps.Copy(have, tags)
		return checkTags(have)
	})
}

// Untag removes tags; a key that is missing is no error.
func (d *DB) Untag(ctx context.Context, ref TableRef, keys []string) error {
	return d.retag(ctx, ref, func(have map[string]string) error {
		for _, key := range keys {
			delete(have, key)
		}
		return nil
	})
}

func (d *DB) retag(ctx context.Context, ref TableRef, change func(map[string]string) error) error {
	edit := func(tags *map[string]string) error {
		if *tags == nil {
			*tags = map[string]string{}
		}
		return change(*tags)
	}
	if ref.Table == "" {
		_, err := d.catalog.databases.Update(ctx, ref.Database, func(doc *databaseDocument) error { return edit(&doc.Tags) })
		return missing(ref, err)
	}
	d.tables.changing.Lock()
	defer d.tables.changing.Unlock()
	doc, err := d.catalog.tables.Update(ctx, tableKey(ref), func(doc *tableDocument) error { return edit(&doc.Tags) })
	if err != nil {
		return missing(ref, err)
	}
	t, err := d.open(ref)
	if err == nil {
		d.show(&openTable{ref: ref, doc: doc, hot: t.hot})
	}
	return err
}

// missing names the resource in a NotFound of the catalogue.
func missing(ref TableRef, err error) error {
	switch {
	case fault.KindOf(err) != fault.NotFound:
		return err
	case ref.Table == "":
		return noDatabase(ref.Database)
	default:
		return noTable(ref.Table)
	}
}
