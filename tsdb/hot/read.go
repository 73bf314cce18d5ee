package hot

// Read is Relation, with the files that the relation reads: whoever keeps files elsewhere
// makes them readable before it runs.
func (v *View) Read(scan Scan) (text string, files []File) {
	asking := *v
	asking.read = &files
	text = asking.Relation(scan)
	return text, files
}

// note adds to the files that a relation reads.
func (v *View) note(files []File) {
	if v.read != nil {
		*v.read = append(*v.read, files...)
	}
}
