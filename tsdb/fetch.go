package tsdb

import (
	"context"

	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// fetch makes files readable until release.
func (d *DB) fetch(ctx context.Context, files []hot.File) (release func(), err error) {
	if d.cold == nil || len(files) == 0 {
		return func() {}, nil
	}
	list := make([]cold.File, len(files))
	for i, f := range files {
		list[i] = cold.File(f)
	}
	return d.cold.Fetch(ctx, list)
}
