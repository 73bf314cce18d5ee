package iotsql

import (
	"context"
	"sync"

	"tidemark/sql/iotsql/value"
)

// evalFunc is a compiled expression.
type evalFunc func(s *scope) (value.Value, error)

// scope is the state of one evaluation. It belongs to one goroutine.
type scope struct {
	ctx     context.Context
	in      *Input
	version Version
	row     value.Value   // the element inside a nested query
	vars    []value.Value // by slot; see compiler.vars
	args    []value.Value // the arguments of the calls under way
	work    int
}

// scopes keeps the scopes of a statement between evaluations.
type scopes struct{ pool sync.Pool }

func (p *scopes) take(ctx context.Context, in *Input, v Version, vars []value.Value) *scope {
	s, ok := p.pool.Get().(*scope)
	if !ok {
		s = new(scope)
	}
	s.ctx, s.in, s.version, s.vars = ctx, in, v, vars
	return s
}

// give takes a scope back. It must hold nothing of the message.
func (p *scopes) give(s *scope) {
	args := s.args[:cap(s.args)]
	clear(args)
	*s = scope{args: args[:0]}
	p.pool.Put(s)
}

// spend counts work and fails when an evaluation takes too much: one unit is
// about a byte produced or scanned. Devices choose the payload, so what is
// quadratic in it must end somewhere.
func (s *scope) spend(units int) error {
	if s.work += units; s.work > maxWork {
		return &EvalError{Reason: "the evaluation takes too much work", limit: true}
	}
	return s.ctx.Err()
}

// field returns a member of the payload.
func (s *scope) field(name string) value.Value { return s.in.document(s.version).Get(name) }

// number brings a computed number to the form of the version.
func (s *scope) number(v value.Value) value.Value {
	if s.version.modern() {
		return v.Whole()
	}
	return v
}

// jsonOnly refuses bytes where JSON is needed.
func jsonOnly(v value.Value) error {
	if v.Kind() == value.Binary {
		return &EvalError{Reason: "the payload is not JSON, and * stands where JSON is needed"}
	}
	return nil
}
