package hot

import (
	"context"
	"math"
	"slices"
)

// Where files are elsewhere, what the committer will read of them is brought here before
// it is asked, so that no other write waits for a network. What comes and goes in between
// the committer brings itself.

// bringFor brings the files that may hold rows of the same identities, which is known of
// rows whose series is.
func (t *Table) bringFor(ctx context.Context, rows []Row) error {
	if !t.store.opts.far {
		return nil
	}
	return t.bring(ctx, t.filesBeneath(rows))
}

// filesBeneath returns the files in whose bounds rows lie that are not later than all others
// of their series.
func (t *Table) filesBeneath(rows []Row) []File {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var places []int
	for i := range rows {
		r := &rows[i]
		if r.series == noSeries || r.Time > t.mu.series.at(r.series).newest {
			continue
		}
		for i, f := range t.filesOf(r.Time) {
			if f.covers(r.key()) {
				places = append(places, i)
			}
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	files := make([]File, len(places))
	for i, place := range places {
		files[i] = t.mu.files[place]
	}
	return files
}

// bringUnder brings the files that a delete is going to read: those that have rows in its
// range, and some before it, which tell the newest rows that will be left.
func (t *Table) bringUnder(ctx context.Context, r Range) error {
	if !t.store.opts.far {
		return nil
	}
	files, before := []File{}, []File{}
	for _, f := range t.Files() {
		switch {
		case f.touches(r.From, r.To):
			files = append(files, f)
		case f.touches(math.MinInt64, r.From):
			before = append(before, f)
		}
	}
	return t.bring(ctx, append(files, before[max(0, len(before)-filesAtOnce):]...))
}

// bring brings files one after another, so that the cache need not hold them all at once.
func (t *Table) bring(ctx context.Context, files []File) error {
	for part := range slices.Chunk(files, broughtAtOnce) {
		release, err := t.store.opts.Fetch(ctx, part)
		if err != nil {
			return err
		}
		release()
	}
	return nil
}

const broughtAtOnce = 8 // files
