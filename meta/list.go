package meta

import (
	"context"
	"database/sql"
)

// List returns up to limit documents whose keys begin with prefix and come after
// the given key, in key order. A limit of 0 or less means all of them.
func (b *Bucket[T]) List(ctx context.Context, prefix, after string, limit int) ([]Entry[T], error) {
	if limit <= 0 {
		limit = 1<<31 - 1
	}
	rows, err := b.rangeRows(ctx, prefix, after, limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []Entry[T]
	for rows.Next() {
		var e Entry[T]
		var body string
		if err := rows.Scan(&e.Key, &e.Version, &body); err != nil {
			return nil, classify(err)
		}
		if err := b.decode(e.Key, body, &e.Value); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, classify(rows.Err())
}

func (b *Bucket[T]) rangeRows(ctx context.Context, prefix, after string, limit int) (*sql.Rows, error) {
	const fields = `SELECT name, version, body FROM documents WHERE bucket = $1 AND name >= $2 AND name > $3`
	end, bounded := prefixEnd(prefix)
	if !bounded {
		return b.reader().QueryContext(ctx, fields+` ORDER BY name LIMIT $4`, b.name, prefix, after, limit)
	}
	return b.reader().QueryContext(ctx, fields+` AND name < $4 ORDER BY name LIMIT $5`, b.name, prefix, after, end, limit)
}

// Count returns how many keys begin with prefix.
func (b *Bucket[T]) Count(ctx context.Context, prefix string) (int, error) {
	const count = `SELECT count(*) FROM documents WHERE bucket = $1 AND name >= $2`
	var n int
	row := b.reader().QueryRowContext(ctx, count, b.name, prefix)
	if end, bounded := prefixEnd(prefix); bounded {
		row = b.reader().QueryRowContext(ctx, count+` AND name < $3`, b.name, prefix, end)
	}
	return n, classify(row.Scan(&n))
}

// prefixEnd returns the least text above every text that begins with prefix; there
// is none when prefix is empty. Text is compared as bytes, so a last byte below
// 0x7f may grow by one; other prefixes are followed by the last code point, which no key holds.
func prefixEnd(prefix string) (string, bool) {
	if prefix == "" {
		return "", false
	}
	if last := prefix[len(prefix)-1]; last < 0x7f {
		return prefix[:len(prefix)-1] + string(rune(last+1)), true
	}
	return prefix + "\U0010ffff", true
}
