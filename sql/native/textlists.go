package native

// textLists writes a result of lists of texts, row after row.
type textLists struct {
	result *Column
	used   int // elements written
	begun  int // where the row at hand begins
	room   int
	bytes  int
	err    error
}

// add appends an element to the row at hand, NULL when ok is false.
func (l *textLists) add(text string, ok bool) {
	if l.used == l.room && l.err == nil {
		l.room = max(2*l.room, 4096)
		l.err = l.result.Reserve(l.room)
	}
	if l.err == nil {
		l.err = room(&l.bytes, text)
	}
	if l.err != nil {
		return
	}
	l.result.Elem.Texts.PutText(l.used, text)
	if !ok {
		l.result.Elem.SetNull(l.used)
	}
	l.used++
}

// end ends a row, with the error of its computation if there is one.
func (l *textLists) end(row int, err error) error {
	l.result.Spans[row] = Span{Offset: uint64(l.begun), Length: uint64(l.used - l.begun)}
	l.begun = l.used
	if err != nil {
		return err
	}
	return l.err
}

// finish gives back the room that was not used: the engine may read all of it.
func (l *textLists) finish() error {
	if l.err != nil || l.room == 0 {
		return l.err
	}
	return l.result.Reserve(l.used)
}
