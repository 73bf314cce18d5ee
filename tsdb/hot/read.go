package hot

import "context"

// Read is Relation, with the files that the relation reads: whoever keeps files elsewhere
// makes them readable before it runs. It reads footers, and fails when the context ends
// meanwhile.
func (v *View) Read(ctx context.Context, scan Scan) (text string, files []File, err error) {
	asking := *v
	asking.read = &files
	text, err = asking.relation(ctx, scan)
	return text, files, err
}

// readable is rows, with the files that it reads made readable until release.
func (v *View) readable(ctx context.Context, scan Scan, sel selection) (rows string, release func(), err error) {
	var files []File
	asking := *v
	asking.read = &files
	rows = asking.rows(scan, sel)
	release, err = v.table.store.opts.Fetch(ctx, files)
	return rows, release, err
}

// note adds to the files that a relation reads.
func (v *View) note(files []File) {
	if v.read != nil {
		*v.read = append(*v.read, files...)
	}
}
