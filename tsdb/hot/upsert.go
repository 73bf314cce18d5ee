package hot

// state is what is known of a row that may be stored already, while the rows of a
// batch are applied to it in order.
type state struct {
	exists  bool
	version int64
	cells   []Cell
	row     *Row // what must be written, nil for nothing
	stored  bool
	segment *segment // where it is stored, nil for a file
	rowid   int64
}

// replacement is a stored row with its successor.
type replacement struct {
	rowid int64
	row   *Row
}

// decide applies the rows of the batch in order to what is stored and collects what
// must be written.
func (p *part) decide(stored map[key]*state) {
	if len(p.late) == 0 {
		p.inserts = rowsOf(p.rows)
		return
	}
	for k, st := range stored {
		p.late[k] = st
	}
	var order []*state // those to be written, as they came
	for _, pl := range p.rows {
		st, ok := p.late[pl.row.key()]
		if !ok {
			p.inserts = append(p.inserts, pl.row)
			continue
		}
		untouched := st.row == nil
		if refusal := st.apply(pl.row, p.table.lastWins.Load()); refusal.Reason != 0 {
			pl.sub.refuse(pl.index, refusal)
		} else if untouched && st.row != nil {
			order = append(order, st)
		}
	}
	for _, st := range order {
		p.collect(st)
	}
}

func rowsOf(list []placed) []*Row {
	rows := make([]*Row, len(list))
	for i := range list {
		rows[i] = list[i].row
	}
	return rows
}

func (p *part) collect(st *state) {
	switch {
	case !st.stored:
		p.inserts = append(p.inserts, st.row)
	case st.segment == nil || st.segment.frozen:
		p.overrides = append(p.overrides, st.row)
	default:
		p.replaced[st.segment] = append(p.replaced[st.segment], replacement{st.rowid, st.row})
	}
}

// apply is the table of Timestream's upsert rules (developer guide, "Writing data",
// data definition of version). The same values count as written whatever the version;
// a higher version replaces; a lower one, or an equal one with other values, is refused.
//
//	version   same values      other values
//	higher    version moves    replaced
//	equal     nothing          refused: SameVersion
//	lower     nothing          refused: LowerVersion
//
// In a table where the last write wins, other values always replace.
func (st *state) apply(r *Row, lastWins bool) Refusal {
	if st.exists && r.Version <= st.version {
		switch {
		case sameCells(st.cells, r.Cells):
			return Refusal{}
		case lastWins:
		case r.Version == st.version:
			return Refusal{Reason: SameVersion, Version: st.version}
		default:
			return Refusal{Reason: LowerVersion, Version: st.version}
		}
	}
	st.exists, st.version, st.cells, st.row = true, r.Version, r.Cells, r
	return Refusal{}
}
