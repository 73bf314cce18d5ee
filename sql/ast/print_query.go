package ast

func (s *Show) print(p *printer) {
	p.text("SHOW ", [...]string{"DATABASES", "TABLES", "MEASURES"}[s.Kind])
	if s.From != nil {
		p.text(" FROM ")
		s.From.print(p)
	}
	if s.Like != nil {
		p.text(" LIKE ")
		s.Like.print(p)
	}
}

func (d *Describe) print(p *printer) {
	p.text("DESCRIBE ")
	d.Table.print(p)
}

func (u *Unload) print(p *printer) {
	p.text("UNLOAD (")
	u.Query.print(p)
	p.text(") TO ")
	u.To.print(p)
	list(p, " WITH (", u.Options, ")")
}

func (o *Option) print(p *printer) {
	o.Name.print(p)
	p.clause(" = ", o.Value)
}

func (q *Query) print(p *printer) {
	list(p, "WITH ", q.With, " ")
	printBody(p, q.Body)
	list(p, " ORDER BY ", q.OrderBy, "")
	if q.Offset != nil {
		p.text(" OFFSET ", q.Offset.Digits)
	}
	if q.Limit != nil {
		p.text(" LIMIT ", q.Limit.Digits)
	}
	p.when(q.LimitAll, " LIMIT ALL")
}

// printBody writes a body; a whole query as a body stands in parentheses.
func printBody(p *printer, b Body) {
	if q, ok := b.(*Query); ok {
		p.text("(")
		q.print(p)
		p.text(")")
		return
	}
	b.print(p)
}

func (c *CTE) print(p *printer) {
	c.Name.print(p)
	list(p, " (", c.Columns, ")")
	p.text(" AS (")
	c.Query.print(p)
	p.text(")")
}

func (s *SetOp) print(p *printer) {
	printBody(p, s.Left)
	p.text([...]string{" UNION ", " INTERSECT ", " EXCEPT "}[s.Kind], quantifiers[s.Quantifier])
	printBody(p, s.Right)
}

func (v *Values) print(p *printer) { list(p, "VALUES ", v.Rows, "") }

func (t *Table) print(p *printer) {
	p.text("TABLE ")
	t.Name.print(p)
}

func (s *Select) print(p *printer) {
	p.text("SELECT ", quantifiers[s.Quantifier])
	commas(p, s.Items)
	list(p, " FROM ", s.From, "")
	p.clause(" WHERE ", s.Where)
	list(p, " GROUP BY "+quantifiers[s.GroupQuantifier], s.GroupBy, "")
	p.clause(" HAVING ", s.Having)
	list(p, " WINDOW ", s.Windows, "")
}

func (i *SelectItem) print(p *printer) {
	switch {
	case i.X == nil:
		p.text("*")
	case i.Star:
		p.beforePoint(i.X)
		p.text("*")
	default:
		i.X.print(p)
	}
	if i.Alias != nil {
		p.text(" AS ")
		i.Alias.print(p)
	}
	list(p, " AS (", i.Columns, ")")
}

func (g *GroupingElement) print(p *printer) {
	if g.Kind == GroupPlain {
		printSet(p, g.Sets[0])
		return
	}
	p.text([...]string{GroupRollup: "ROLLUP (", GroupCube: "CUBE (", GroupSets: "GROUPING SETS ("}[g.Kind])
	for i, set := range g.Sets {
		p.when(i > 0, ", ")
		printSet(p, set)
	}
	p.text(")")
}

func printSet(p *printer, set []Expr) {
	if len(set) == 1 {
		set[0].print(p)
		return
	}
	parens(p, set)
}

func (s *SortItem) print(p *printer) {
	s.X.print(p)
	p.when(s.Desc, " DESC")
	p.text([...]string{"", " NULLS FIRST", " NULLS LAST"}[s.Nulls])
}

func (t *TableRef) print(p *printer) { t.Name.print(p) }

func (d *Derived) print(p *printer) {
	p.when(d.Lateral, "LATERAL ")
	p.text("(")
	d.Query.print(p)
	p.text(")")
}

func (u *Unnest) print(p *printer) {
	p.text("UNNEST")
	parens(p, u.Args)
	p.when(u.Ordinality, " WITH ORDINALITY")
}

func (j *Join) print(p *printer) {
	j.Left.print(p)
	p.when(j.Natural, " NATURAL")
	p.text([...]string{" CROSS JOIN ", " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "}[j.Kind])
	if _, nested := j.Right.(*Join); nested {
		p.text("(")
		j.Right.print(p)
		p.text(")")
	} else {
		j.Right.print(p)
	}
	p.clause(" ON ", j.On)
	list(p, " USING (", j.Using, ")")
}

func (a *Aliased) print(p *printer) {
	_, join := a.Relation.(*Join)
	_, again := a.Relation.(*Aliased)
	p.when(join || again, "(")
	a.Relation.print(p)
	p.when(join || again, ")")
	p.text(" AS ")
	a.Alias.print(p)
	list(p, " (", a.Columns, ")")
}
