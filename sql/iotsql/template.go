package iotsql

import (
	"context"
	"strings"

	"tidemark/sql/iotsql/value"
)

// Template is a compiled text with ${expressions} in it.
type Template struct {
	parts   []part
	version Version
	slots   int  // variables of the statement
	fields  bool // a field of the payload is named
	scopes  *scopes
}

// part is literal text, or an expression when there is one.
type part struct {
	text string
	eval evalFunc
}

// Template compiles a text with substitution templates for this statement: they
// see its version, its variables and the original payload, never what SELECT
// made of it. Errors are *SyntaxError.
func (s *Statement) Template(text string) (*Template, error) {
	t := &Template{version: s.version, slots: len(s.names), scopes: s.scopes}
	for rest := 0; rest < len(text); {
		open := strings.Index(text[rest:], "${")
		if open < 0 {
			open = len(text) - rest
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: text[rest : rest+open]})
		}
		if rest += open; rest == len(text) {
			break
		}
		var err error
		if rest, err = t.expression(s, text, rest); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// expression compiles the expression whose ${ stands at start, and returns the
// offset behind its closing brace.
func (t *Template) expression(s *Statement, text string, start int) (int, error) {
	p := &parser{scanner: scanner{text: text, pos: start + 2}}
	if err := p.advance(); err != nil {
		return 0, err
	}
	tree, err := p.expr()
	if err != nil {
		return 0, err
	}
	if !p.tok.is("}") {
		return 0, p.unexpected("'}' at the end of the template")
	}
	c := &compiler{text: text, version: s.version, vars: s.names}
	eval, err := c.expr(tree)
	if err != nil {
		return 0, err
	}
	t.fields = t.fields || c.fields
	t.parts = append(t.parts, part{eval: eval})
	return p.tok.span.End, nil
}

// ReadsFields reports whether the template names a field of the payload.
func (t *Template) ReadsFields() bool { return t.fields }

// Literal returns the text of a template without expressions.
func (t *Template) Literal() (text string, ok bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].eval == nil:
		return t.parts[0].text, true
	default:
		return "", false
	}
}

// Render evaluates the template over a message with the variables that the
// statement's Evaluate returned for it. Undefined and null give no text. An
// *EvalError fails the action.
func (t *Template) Render(ctx context.Context, in *Input, vars []value.Value) (string, error) {
	if text, ok := t.Literal(); ok {
		return text, nil
	}
	if len(vars) < t.slots {
		return "", &EvalError{Reason: "the variables of the statement are not evaluated"}
	}
	sc := t.scopes.take(ctx, in, t.version, vars)
	defer t.scopes.give(sc)
	if len(t.parts) == 1 {
		return sc.render(t.parts[0].eval)
	}
	var out strings.Builder
	for _, p := range t.parts {
		text := p.text
		if p.eval != nil {
			var err error
			if text, err = sc.render(p.eval); err != nil {
				return "", err
			}
		}
		if out.WriteString(text); out.Len() > maxText {
			return "", &EvalError{Reason: "the text of a template is too large"}
		}
	}
	return out.String(), nil
}

// render is the text of one expression.
func (s *scope) render(eval evalFunc) (string, error) {
	v, err := s.json(eval)
	if err != nil {
		return "", err
	}
	return v.Text(), nil
}
