package hot

import "fmt"

// deletion is a delete that files written before it still have to obey: rows of some
// series in a range of times.
type deletion struct {
	at       uint64 // its number; a table's deletes are numbered upwards from 1
	from, to int64  // times, inclusive
	all      bool   // of all series; else of those that hot_deleted lists
	table    uint32
}

// concerns reports whether a file may have rows that were deleted after it was written.
func (d *deletion) concerns(f *File) bool { return d.at > f.Applied && f.touches(d.from, d.to) }

// condition is true of the rows that the delete leaves.
func (d *deletion) condition(sid string) string {
	inside := fmt.Sprintf("time BETWEEN %s AND %s", instant(d.from), instant(d.to))
	if d.all {
		return "NOT (" + inside + ")"
	}
	return fmt.Sprintf("NOT (%s AND %s IN (SELECT sid FROM hot_deleted WHERE id = %d AND number = %d))", inside, sid, d.table, d.at)
}
