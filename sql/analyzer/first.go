package analyzer

import (
	"errors"

	"tidemark/sql/sqlerr"
)

// behindList analyses a clause that stands behind the select list in the text and
// before it in the order of analysis. Where the clause is wrong, an error of the select
// list comes first.
func (s *selection) behindList(clause func()) {
	err := failed(clause)
	if err == nil {
		return
	}
	probe := *s
	list := failed(func() {
		probe.calls = &calls{windowDefs: windowDefs(s.spec.Windows), queries: map[string]relation{}}
		probe.outs = nil
		probe.expand()
		probe.analyzeOutputs()
	})
	if list != nil && before(list, err) {
		err = list
	}
	stop(err)
}

// failed returns the error that f stopped with.
func failed(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.err
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// before reports that an error stands earlier in the text than another.
func before(a, b error) bool {
	x, ok := errors.AsType[*sqlerr.Error](a)
	y, also := errors.AsType[*sqlerr.Error](b)
	return ok && also && x.Span.Start.Offset < y.Span.Start.Offset
}
