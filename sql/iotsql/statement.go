package iotsql

import (
	"context"
	"fmt"

	"tidemark/sql/iotsql/value"
)

// Statement is a compiled statement.
type Statement struct {
	text    string
	version Version
	filter  string
	names   []string // of the variables, by slot
	set     []evalFunc
	cond    evalFunc // nil without WHERE
	output  *selection
	fields  bool
	scopes  *scopes
}

// Compile compiles a rule's SQL. Its errors are *SyntaxError.
func Compile(text string, version Version) (*Statement, error) {
	tree, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{text: text, version: version}
	stmt := &Statement{text: text, version: version, scopes: new(scopes)}
	if tree.query.filter != nil {
		stmt.filter = tree.query.filter.value.Str()
		if err := c.topicFilter(tree.query.filter); err != nil {
			return nil, err
		}
	}
	if stmt.set, err = c.assignments(tree.set); err != nil {
		return nil, err
	}
	if tree.query.cond != nil {
		if stmt.cond, err = c.expr(tree.query.cond); err != nil {
			return nil, err
		}
	}
	if stmt.output, err = c.selection(tree.query); err != nil {
		return nil, err
	}
	stmt.names, stmt.fields = c.vars, c.fields
	return stmt, nil
}

// Version returns the version that the statement was compiled for.
func (s *Statement) Version() Version { return s.version }

// TopicFilter returns the filter of FROM; empty when there is no FROM.
func (s *Statement) TopicFilter() string { return s.filter }

// ReadsFields reports whether the statement names a field of the payload. Such a
// statement wants a payload that is JSON.
func (s *Statement) ReadsFields() bool { return s.fields }

// TopicFilter returns the filter of a statement's FROM; empty when there is
// none. Its errors are *SyntaxError.
func TopicFilter(text string) (string, error) {
	tree, err := parse(text)
	if err != nil || tree.query.filter == nil {
		return "", err
	}
	return tree.query.filter.value.Str(), nil
}

// Result is what a statement makes of a message.
type Result struct {
	Matched bool        // WHERE was true; the rest is only set if so
	Value   value.Value // the SELECT result; Undefined is an empty payload
	Raw     bool        // `*` alone was selected: byte-oriented actions take the payload unchanged
	Vars    []value.Value
}

// Evaluate runs SET, WHERE and SELECT over a message. An *EvalError stops the
// rule without its actions; so does the end of ctx.
func (s *Statement) Evaluate(ctx context.Context, in *Input) (Result, error) {
	sc := s.scopes.take(ctx, in, s.version, nil)
	defer s.scopes.give(sc)
	if err := s.assign(sc); err != nil {
		return Result{}, err
	}
	if s.cond != nil {
		v, err := s.cond(sc)
		if err != nil || !value.ToBoolean(v).True() {
			return Result{}, err
		}
	}
	v, err := s.output.eval(sc)
	if err != nil {
		return Result{}, err
	}
	if s.version == V2015 && s.output.bare && v.Kind() == value.Array {
		return Result{}, &EvalError{Reason: "SELECT VALUE of an array needs SQL version 2016-03-23"}
	}
	return Result{Matched: true, Value: v, Raw: s.output.starOnly, Vars: sc.vars}, nil
}

// assign evaluates SET.
func (s *Statement) assign(sc *scope) error {
	if len(s.set) == 0 {
		return nil
	}
	sc.vars = make([]value.Value, len(s.set))
	bound := 0
	for i, eval := range s.set {
		v, err := sc.json(eval)
		if err != nil {
			return err
		}
		sc.vars[i] = v
		bound += v.Size(maxVariableBytes)
		if bound > maxVariableBytes && jsonSize(sc.vars[:i+1]) > maxVariableBytes {
			return &EvalError{Reason: fmt.Sprintf("the variables hold more than %d bytes", maxVariableBytes)}
		}
	}
	return nil
}

// jsonSize returns the length of the values as JSON.
func jsonSize(values []value.Value) (size int) {
	for _, v := range values {
		size += len(value.AppendJSON(nil, v))
	}
	return size
}
