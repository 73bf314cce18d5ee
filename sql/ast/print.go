package ast

import (
	"strings"

	"tidemark/sql/token"
)

// Print writes a node as one line of text, keywords in upper case. Parsing the text
// of a statement gives the same tree, places apart.
func Print(n Node) string {
	p := &printer{}
	n.print(p)
	return p.out.String()
}

type printer struct{ out strings.Builder }

func (p *printer) text(parts ...string) {
	for _, s := range parts {
		p.out.WriteString(s)
	}
}

// when writes the text if the condition holds.
func (p *printer) when(cond bool, text string) {
	if cond {
		p.out.WriteString(text)
	}
}

// clause writes a word before something that may be missing.
func (p *printer) clause(word string, x Expr) {
	if x != nil {
		p.text(word)
		x.print(p)
	}
}

// list writes nodes with commas, after a word and before another unless it is empty.
func list[N Node](p *printer, before string, nodes []N, after string) {
	if len(nodes) == 0 {
		return
	}
	p.text(before)
	commas(p, nodes)
	p.text(after)
}

func commas[N Node](p *printer, nodes []N) {
	for i, n := range nodes {
		p.when(i > 0, ", ")
		n.print(p)
	}
}

// parens writes nodes in parentheses, also none.
func parens[N Node](p *printer, nodes []N) {
	p.text("(")
	commas(p, nodes)
	p.text(")")
}

var quantifiers = [...]string{Unquantified: "", All: "ALL ", Distinct: "DISTINCT "}

func (n *Ident) print(p *printer) {
	if n.Quoted || !bare(n.Name) {
		p.text(`"`, strings.ReplaceAll(n.Name, `"`, `""`), `"`)
		return
	}
	p.text(n.Name)
}

// bare reports whether a name may stand without quotes. The type of a measure's column
// may be any word.
func bare(name string) bool {
	name, typed := strings.CutPrefix(name, "measure_value::")
	for i, c := range []byte(name) {
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && (typed || !token.Lookup(name).Reserved())
}

func (n *QName) print(p *printer) {
	for i, part := range n.Parts {
		p.when(i > 0, ".")
		part.print(p)
	}
}
