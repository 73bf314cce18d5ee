package analyzer

import (
	"strings"

	"tidemark/sql/ast"
)

// windowDef is a window of a WINDOW clause, written out.
type windowDef struct {
	name   string
	window *ast.Window
	used   bool
}

type windowSet []*windowDef

// windowDefs collects the WINDOW clause. A definition may name those before it.
func windowDefs(list []*ast.WindowDef) windowSet {
	var set windowSet
	for _, d := range list {
		for _, before := range set {
			if before.name == d.Name.Name {
				fail(d.Span(), "WINDOW specification already defined: %s", d.Name.Name)
			}
		}
		set = append(set, &windowDef{name: d.Name.Name, window: set.writtenOut(d.Window)})
	}
	return set
}

// find returns the window of a name, which matches as the names of a query do: exactly
// or, if it is the only one, in another case.
func (set windowSet) find(name *ast.Ident) *windowDef {
	var folded *windowDef
	several := false
	for _, d := range set {
		if d.name == name.Name {
			return d
		}
		if strings.EqualFold(d.name, name.Name) {
			folded, several = d, folded != nil
		}
	}
	if folded == nil || several {
		fail(name.Span(), "Cannot resolve WINDOW name %s", name.Name)
	}
	return folded
}

// writtenOut replaces the name of another window by what it stands for.
func (set windowSet) writtenOut(w *ast.Window) *ast.Window {
	if w.Base == nil {
		return w
	}
	def := set.find(w.Base)
	def.used = true
	base := def.window
	switch {
	case w.Bare:
		return base
	case w.Partition != nil:
		fail(w.Span(), "WINDOW specification with named WINDOW reference cannot specify PARTITION BY")
	case w.OrderBy != nil && base.OrderBy != nil:
		fail(w.Span(), "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY")
	case base.Frame != nil:
		fail(w.Base.Span(), "Cannot reference named WINDOW containing frame specification")
	}
	out := &ast.Window{Place: w.Place, Partition: base.Partition, OrderBy: base.OrderBy, Frame: w.Frame}
	if w.OrderBy != nil {
		out.OrderBy = w.OrderBy
	}
	return out
}
