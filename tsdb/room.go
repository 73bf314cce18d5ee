package tsdb

// Room returns nil while the disk of the store has so many bytes beyond the reserve that
// writes need, and otherwise why not: fault.Unavailable. It is for what else grows there,
// such as the intermediate results of queries.
func (d *DB) Room(beyond uint64) error { return d.hot.Room(beyond) }
