package ast

func (l *Logic) print(p *printer) {
	for i, t := range l.Terms {
		if i > 0 {
			p.text(" ", l.Op.String(), " ")
		}
		p.operand(t, rank(l)+1)
	}
}

func (n *Not) print(p *printer) {
	p.text("NOT ")
	p.operand(n.X, rankNot)
}

func (c *Compare) print(p *printer) {
	p.operand(c.Left, rankConcat)
	p.text(" ", c.Op.String(), " ")
	p.operand(c.Right, rankConcat)
}

func (q *Quantified) print(p *printer) {
	p.operand(q.Left, rankConcat)
	p.text(" ", q.Op.String(), " ", q.Word.String(), " ")
	printBody(p, q.Query)
}

func (b *Between) print(p *printer) {
	p.operand(b.X, rankConcat)
	p.when(b.Not, " NOT")
	p.text(" BETWEEN ")
	p.operand(b.Low, rankConcat)
	p.text(" AND ")
	p.operand(b.Hi, rankConcat)
}

func (i *In) print(p *printer) {
	p.operand(i.X, rankConcat)
	p.when(i.Not, " NOT")
	p.text(" IN ")
	if i.Query != nil {
		printBody(p, i.Query)
		return
	}
	parens(p, i.List)
}

func (l *Like) print(p *printer) {
	p.operand(l.X, rankConcat)
	p.when(l.Not, " NOT")
	p.text(" LIKE ")
	p.operand(l.Pattern, rankConcat)
	if l.Escape != nil {
		p.text(" ESCAPE ")
		p.operand(l.Escape, rankConcat)
	}
}

func (i *IsNull) print(p *printer) {
	p.operand(i.X, rankConcat)
	p.text(" IS")
	p.when(i.Not, " NOT")
	p.text(" NULL")
}

func (i *IsDistinct) print(p *printer) {
	p.operand(i.Left, rankConcat)
	p.text(" IS")
	p.when(i.Not, " NOT")
	p.text(" DISTINCT FROM ")
	p.operand(i.Right, rankConcat)
}

func (e *Exists) print(p *printer) {
	p.text("EXISTS ")
	printBody(p, e.Query)
}

func (c *Call) print(p *printer) {
	c.Name.print(p)
	p.text("(", quantifiers[c.Quantifier])
	p.when(c.Star, "*")
	commas(p, c.Args)
	if c.Within {
		p.text(") WITHIN GROUP (")
		list(p, "ORDER BY ", c.OrderBy, "")
	} else {
		list(p, " ORDER BY ", c.OrderBy, "")
	}
	p.text(")")
	if c.Filter != nil {
		p.clause(" FILTER (WHERE ", c.Filter)
		p.text(")")
	}
	p.text([...]string{"", " IGNORE NULLS", " RESPECT NULLS"}[c.Nulls])
	if c.Over != nil {
		p.text(" OVER ")
		c.Over.print(p)
	}
}

func (w *Window) print(p *printer) {
	if w.Bare {
		w.Base.print(p)
		return
	}
	p.text("(")
	start := p.out.Len()
	if w.Base != nil {
		w.Base.print(p)
	}
	list(p, p.gap(start)+"PARTITION BY ", w.Partition, "")
	list(p, p.gap(start)+"ORDER BY ", w.OrderBy, "")
	if w.Frame != nil {
		p.text(p.gap(start))
		w.Frame.print(p)
	}
	p.text(")")
}

// gap is a space unless nothing was written since start.
func (p *printer) gap(start int) string {
	if p.out.Len() == start {
		return ""
	}
	return " "
}

func (w *WindowDef) print(p *printer) {
	w.Name.print(p)
	p.text(" AS ")
	w.Window.print(p)
}

func (f *Frame) print(p *printer) {
	p.text([...]string{"ROWS ", "RANGE ", "GROUPS "}[f.Unit])
	if f.End == nil {
		f.Start.print(p)
		return
	}
	p.text("BETWEEN ")
	f.Start.print(p)
	p.text(" AND ")
	f.End.print(p)
}

func (b *Bound) print(p *printer) {
	if b.Offset != nil {
		p.operand(b.Offset, rankConcat)
	}
	p.text([...]string{"UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW", " FOLLOWING", "UNBOUNDED FOLLOWING"}[b.Kind])
}
