package hot

import "slices"

// part is the share of one table in a transaction.
type part struct {
	table       *Table
	submissions []*submission

	schema  *schema // the table's, or a copy that has grown
	rows    []placed
	late    map[key]*state // rows that may be stored already, by identity
	moved   []move
	fresh   []*Row              // the first row of each new series, by number
	pending map[uint64][]uint32 // new series by hash
	tips    []int64             // newest times of the new series

	inserts   []*Row
	overrides []*Row // their predecessors are in parts that do not change
	replaced  map[*segment][]replacement
	target    *segment         // takes the inserts
	overlay   *segment         // takes the overrides
	last      uint32           // the number of the newest segment
	wider     map[*segment]int // columns that segments got
}

// placed is a row whose series and columns are known.
type placed struct {
	row   *Row
	sub   *submission
	index int // in the submission
}

// move is a series whose newest time advanced, and the time before.
type move struct {
	series uint32
	tip    int64
}

func newPart(t *Table) *part {
	return &part{
		table: t, schema: t.mu.schema, late: map[key]*state{}, pending: map[uint64][]uint32{},
		replaced: map[*segment][]replacement{}, wider: map[*segment]int{}, last: t.mu.last,
	}
}

// resolve gives every row its series and columns, or refuses it, and tells rows that
// are certainly new from those that must be looked up.
func (p *part) resolve(o Options) {
	for _, sub := range p.submissions {
		for i := range sub.rows {
			r := &sub.rows[i]
			if refusal := p.place(r, o); refusal.Reason != 0 {
				sub.refuse(i, refusal)
				continue
			}
			p.rows = append(p.rows, placed{r, sub, i})
			if !p.advance(r) {
				p.late[r.key()] = &state{}
			}
		}
	}
}

func (s *submission) refuse(row int, r Refusal) {
	r.Row = row
	s.refused = append(s.refused, r)
}

// place finds or makes the series and columns of a row.
func (p *part) place(r *Row, o Options) Refusal {
	if r.series != noSeries {
		return Refusal{} // Submit found them
	}
	if !p.schema.covers(r) {
		g, refusal := p.schema.missing(r, o.Limits)
		if refusal.Reason != 0 {
			return refusal
		}
		p.grow(r, g)
	}
	if r.series = p.find(r); r.series != noSeries {
		return Refusal{}
	}
	if !p.room(o) {
		return Refusal{Reason: ManySeries}
	}
	r.series = uint32(p.series())
	p.pending[r.hash] = append(p.pending[r.hash], r.series)
	p.fresh, p.tips = append(p.fresh, r), append(p.tips, never)
	return Refusal{}
}

func (p *part) series() int { return p.table.mu.series.len() + len(p.fresh) }

func (p *part) grow(r *Row, g growth) {
	if p.schema == p.table.mu.schema {
		p.schema = p.schema.clone()
	}
	p.schema.grow(r, g)
	p.schema.covers(r)
}

// find returns a row's series among the committed and the new ones.
func (p *part) find(r *Row) uint32 {
	if n := p.table.mu.series.find(r); n != noSeries {
		return n
	}
	for _, n := range p.pending[r.hash] {
		first := p.fresh[int(n)-p.table.mu.series.len()]
		if first.Measure == r.Measure && slices.Equal(first.Dims, r.Dims) {
			return n
		}
	}
	return noSeries
}

// advance moves the newest time of a row's series on and reports whether the row is
// later than all before it, and so certainly new.
func (p *part) advance(r *Row) bool {
	st := &p.table.mu.series
	if n := int(r.series) - st.len(); n >= 0 {
		if r.Time <= p.tips[n] {
			return false
		}
		p.tips[n] = r.Time
		return true
	}
	s := st.at(r.series)
	if r.Time <= s.tip {
		return false
	}
	p.moved = append(p.moved, move{r.series, s.tip})
	s.tip = r.Time
	return true
}

// undo takes back what resolve changed in the table.
func (p *part) undo() {
	for _, m := range slices.Backward(p.moved) {
		p.table.mu.series.at(m.series).tip = m.tip
	}
}

// publish shows readers what was committed.
func (p *part) publish() {
	t := p.table
	p.target.note(p.inserts)
	p.overlay.note(p.overrides)
	t.mu.Lock()
	defer t.mu.Unlock()
	p.publishSegment(p.target, p.inserts)
	p.publishSegment(p.overlay, p.overrides)
	t.mu.schema = p.schema
	for i, r := range p.fresh {
		n := t.mu.series.add(r, p.schema)
		t.mu.series.at(n).tip = p.tips[i]
		p.moved = append(p.moved, move{series: n})
	}
	if len(p.fresh) > 0 {
		t.account()
	}
	for _, m := range p.moved {
		s := t.mu.series.at(m.series)
		s.newest, s.home = s.tip, p.target.seq
	}
	for _, r := range p.overrides {
		if s := t.mu.series.at(r.series); r.Time == s.newest {
			s.home = p.overlay.seq
		}
	}
	for seg, n := range p.wider {
		seg.columns = n
	}
}

// note adds rows to the segment's filter. It is the committer's own.
func (seg *segment) note(rows []*Row) {
	for _, r := range rows {
		seg.filter.add(r.key())
	}
}

func (p *part) publishSegment(seg *segment, rows []*Row) {
	if len(rows) == 0 {
		return
	}
	t := p.table
	if seg != t.open(seg.overlay) {
		t.mu.stored = true
		t.mu.segments = append(t.mu.segments, seg)
		t.mu.last = seg.seq
	}
	seg.rows += len(rows)
	for _, r := range rows {
		seg.min, seg.max = min(seg.min, r.Time), max(seg.max, r.Time)
	}
	seg.frozen = seg.rows >= t.store.opts.SegmentRows
}
