package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// windowDef = ident AS '(' window ')'
func (p *parser) windowDef() *ast.WindowDef {
	first := p.tok()
	d := &ast.WindowDef{Name: p.ident()}
	p.expect(token.As)
	d.Window = p.window()
	d.Place = p.since(first)
	return d
}

// window = '(' [ ident ] [ PARTITION BY expr,* ] [ ORDER BY sortItem,* ] [ frame ] ')'
func (p *parser) window() *ast.Window {
	first := p.expect(token.LParen)
	w := &ast.Window{}
	if p.tok().Kind.Name() && !p.peek(token.Partition, token.By) && !p.frameStarts() {
		w.Base = p.ident()
	}
	if p.accept(token.Partition) {
		p.expect(token.By)
		w.Partition = commas(p, p.expr)
	}
	if p.accept(token.Order) {
		p.expect(token.By)
		w.OrderBy = commas(p, p.sortItem)
	}
	if p.frameStarts() {
		w.Frame = p.frame()
	}
	p.expect(token.RParen)
	w.Place = p.since(first)
	return w
}

// frameStarts tells the words of frames from windows that are named so.
func (p *parser) frameStarts() bool {
	return p.tok().Is(token.Rows, token.Range, token.Groups) && !p.look(1).Is(token.RParen, token.Partition, token.Order)
}

// frame = ( ROWS | RANGE | GROUPS ) ( bound | BETWEEN bound AND bound )
func (p *parser) frame() *ast.Frame {
	first := p.next()
	f := &ast.Frame{Unit: frameUnits[first.Kind]}
	if p.accept(token.Between) {
		f.Start = p.bound()
		p.expect(token.And)
		f.End = p.bound()
	} else {
		f.Start = p.bound()
	}
	f.Place = p.since(first)
	return f
}

var frameUnits = map[token.Kind]ast.FrameUnit{token.Rows: ast.Rows, token.Range: ast.Range, token.Groups: ast.Groups}

// bound = UNBOUNDED ( PRECEDING | FOLLOWING ) | CURRENT ROW | value ( PRECEDING | FOLLOWING )
func (p *parser) bound() *ast.Bound {
	first := p.tok()
	b := &ast.Bound{}
	switch {
	case p.accept(token.Unbounded, token.Preceding):
		b.Kind = ast.UnboundedPreceding
	case p.accept(token.Unbounded, token.Following):
		b.Kind = ast.UnboundedFollowing
	case p.accept(token.Current, token.Row):
		b.Kind = ast.CurrentRow
	default:
		b.Offset = p.value()
		b.Kind = p.direction()
	}
	b.Place = p.since(first)
	return b
}

func (p *parser) direction() ast.BoundKind {
	switch {
	case p.accept(token.Preceding):
		return ast.Preceding
	case p.accept(token.Following):
		return ast.Following
	}
	p.unexpected("PRECEDING", "FOLLOWING")
	return 0
}
