package builtin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tidemark/sql/types"
)

// ArgType is what Resolve knows about an argument: its type or, for a lambda, how
// many parameters it has.
type ArgType struct {
	Type   types.Type
	Lambda int // 0 for an ordinary argument
}

// Match is a resolved call.
type Match struct {
	Overload *Overload
	Args     []types.Type // to which the arguments must be coerced; for a lambda its body
	Result   types.Type
}

// ErrorKind says why a call cannot be resolved.
type ErrorKind uint8

// The reasons.
const (
	NotRegistered ErrorKind = iota // no function has that name
	Unsupported                    // Timestream has it, this release does not
	Arguments                      // no overload takes these arguments
)

// Error is why a call cannot be resolved. The analyser puts the position before its text.
type Error struct {
	Kind ErrorKind
	Text string
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// BodyType analyses the lambda that is argument i of a call, given the types of its
// parameters, and returns the type of its body.
type BodyType func(i int, params []types.Type) (types.Type, error)

// Resolve picks the overload for a call: the one with the cheapest coercions, the
// first of the table among equals. body may be nil when no argument is a lambda;
// an error of body is returned as it is.
func Resolve(name string, args []ArgType, body BodyType) (Match, error) {
	f, ok := Lookup(name)
	if !ok {
		return Match{}, unknown(name)
	}
	var best, b binding
	bestCost := types.Cost(0)
	for _, o := range f.Overloads {
		b = binding{overload: o}
		if cost, ok := b.ordinary(args); ok && (best.overload == nil || cost < bestCost) {
			best, bestCost = b, cost
		}
	}
	if best.overload == nil {
		return Match{}, &Error{Arguments, f.mismatch(args)}
	}
	return best.finish(args, body, f)
}

// Of wraps the types of ordinary arguments.
func Of(args ...types.Type) []ArgType {
	out := make([]ArgType, len(args))
	for i, t := range args {
		out[i].Type = t
	}
	return out
}

func unknown(name string) error {
	if why, ok := deferred[strings.ToLower(name)]; ok {
		return &Error{Unsupported, fmt.Sprintf("Function '%s' is not supported: %s", name, why)}
	}
	return &Error{NotRegistered, fmt.Sprintf("Function '%s' not registered", name)}
}

// mismatch is the text for arguments that no overload takes.
func (f *Function) mismatch(args []ArgType) string {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.Type.String()
		if a.Lambda > 0 {
			texts[i] = "lambda"
		}
	}
	given := strings.Join(texts, ", ")
	if strings.ContainsAny(f.Name, "+-*/%|") {
		return fmt.Sprintf("'%s' cannot be applied to %s", f.Name, given)
	}
	expected := make([]string, len(f.Overloads))
	for i, o := range f.Overloads {
		expected[i] = readable(o.Signature[:closing(o.Signature)+1])
	}
	return fmt.Sprintf("Unexpected parameters (%s) for function %s. Expected: %s", given, f.Name, strings.Join(expected, ", "))
}

// binding is the attempt to call one overload.
type binding struct {
	overload *Overload
	vars     variables
}

// maxVariables is how many type variables a signature may have; parseSignature holds
// the table to it.
const maxVariables = 6

// variables are the types that the variables of a signature stand for. A map would
// be made for every overload that is tried.
type variables struct {
	n       int
	letters [maxVariables]byte
	types   [maxVariables]types.Type
}

// get returns a variable's type, unknown for one that nothing bound.
func (v *variables) get(letter byte) (t types.Type, bound bool) {
	for i, each := range v.letters[:v.n] {
		if each == letter {
			return v.types[i], true
		}
	}
	return types.Of(types.Unknown), false
}

func (v *variables) set(letter byte, t types.Type) {
	for i, each := range v.letters[:v.n] {
		if each == letter {
			v.types[i] = t
			return
		}
	}
	v.letters[v.n], v.types[v.n] = letter, t
	v.n++
}

// param returns the pattern of argument i.
func (b *binding) param(i int) pattern {
	return b.overload.params[min(i, len(b.overload.params)-1)]
}

func (b *binding) takes(n int) bool {
	want := len(b.overload.params)
	return n == want || b.overload.variadic && n >= want-1
}

// ordinary binds the variables by the arguments that are not lambdas and prices the coercions.
func (b *binding) ordinary(args []ArgType) (total types.Cost, ok bool) {
	if !b.takes(len(args)) {
		return 0, false
	}
	for i, a := range args {
		p := b.param(i)
		if p.lambda != (a.Lambda > 0) || p.lambda && len(p.params) != a.Lambda || !p.lambda && !b.bind(p, a.Type) {
			return 0, false
		}
	}
	if !b.restrict() {
		return 0, false
	}
	for i, a := range args {
		if a.Lambda > 0 {
			continue
		}
		cost, ok := types.Coerce(a.Type, b.substitute(b.param(i)))
		if !ok {
			return 0, false
		}
		if a.Type.Kind == types.Unknown {
			cost = max(cost, 1) // a type variable takes NULL as it is, and should win nothing by that
		}
		total += cost
	}
	return total, true
}

// bind collects what an argument says about the variables of its parameter.
func (b *binding) bind(p pattern, t types.Type) bool {
	switch {
	case p.variable != 0:
		known, bound := b.vars.get(p.variable)
		if !bound {
			b.vars.set(p.variable, t)
			return true
		}
		common, ok := types.Common(known, t)
		b.vars.set(p.variable, common)
		return ok
	case p.kind == types.Row && t.Kind == types.Row:
		return b.bindFields(p, t)
	case t.Kind == types.Unknown || p.elem == nil:
		return true // whether the types fit is for Coerce to say
	case p.kind == types.Array && t.Kind == types.Timeseries:
		return b.bind(*p.elem, t.Points())
	case p.kind == t.Kind && t.Elem != nil:
		return b.bind(*p.elem, *t.Elem)
	}
	return false
}

func (b *binding) bindFields(p pattern, t types.Type) bool {
	if len(p.fields) != len(t.Fields) {
		return false
	}
	for i, f := range p.fields {
		if !b.bind(f, t.Fields[i].Type) {
			return false
		}
	}
	return true
}

// restrict holds the variables to what their letters allow. A variable that only
// NULLs bound becomes the first type that its letter allows.
func (b *binding) restrict() bool {
	for i, v := range b.vars.letters[:b.vars.n] {
		allowed := restrictions[v]
		switch t := &b.vars.types[i]; {
		case v == 'O' && !t.Orderable():
			return false
		case allowed == nil:
		case t.Kind == types.Unknown:
			*t = types.Of(allowed[0])
		case !slices.Contains(allowed, t.Kind):
			return false
		}
	}
	return true
}

var restrictions = [256][]types.Kind{
	'N': {types.Bigint, types.Integer, types.Double},
	'I': {types.Bigint, types.Integer},
}

// substitute replaces the variables of a pattern; one that nothing bound is unknown.
func (b *binding) substitute(p pattern) types.Type {
	switch {
	case p.variable != 0:
		t, _ := b.vars.get(p.variable)
		return t
	case p.elem != nil:
		elem := b.substitute(*p.elem)
		return types.Type{Kind: p.kind, Elem: &elem}
	case p.kind == types.Row:
		fields := make([]types.Field, len(p.fields))
		for i, f := range p.fields {
			fields[i] = types.Field{Name: p.names[i], Type: b.substitute(f)}
		}
		return types.RowOf(fields...)
	}
	return types.Of(p.kind)
}

// finish analyses the lambdas in order, each of which may bind further variables.
func (b *binding) finish(args []ArgType, body BodyType, f *Function) (Match, error) {
	m := Match{Overload: b.overload, Args: make([]types.Type, len(args))}
	for i, a := range args {
		p := b.param(i)
		if a.Lambda == 0 {
			m.Args[i] = b.substitute(p)
			continue
		}
		t, err := b.lambda(i, p, body)
		if err != nil {
			return Match{}, err
		}
		if m.Args[i] = b.substitute(*p.elem); m.Args[i].Kind == types.Unknown {
			if b.widen(p.elem.variable, t) {
				return b.finish(args, body, f)
			}
			m.Args[i] = t
		}
		if _, ok := types.Coerce(t, m.Args[i]); !ok {
			if b.widen(p.elem.variable, t) {
				return b.finish(args, body, f)
			}
			return Match{}, &Error{Arguments, fmt.Sprintf("Lambda of function %s must return %s, not %s", f.Name, m.Args[i], t)}
		}
	}
	m.Result = b.substitute(b.overload.result)
	return m, nil
}

// widen gives a variable the type that what bound it and what a lambda returns have in
// common, where it is another one: reduce(a, 0, (s, x) -> s + 0.5, ...) has a state
// that is a double. Types widen in few steps.
func (b *binding) widen(variable byte, t types.Type) bool {
	if variable == 0 {
		return false
	}
	known, _ := b.vars.get(variable)
	common, ok := types.Common(known, t)
	if !ok || common.Equal(known) {
		return false
	}
	b.vars.set(variable, common)
	return true
}

func (b *binding) lambda(i int, p pattern, body BodyType) (types.Type, error) {
	params := make([]types.Type, len(p.params))
	for j, each := range p.params {
		params[j] = b.substitute(each)
	}
	t, err := body(i, params)
	if err != nil {
		return t, err
	}
	if v := p.elem.variable; v != 0 {
		if _, bound := b.vars.get(v); !bound {
			b.vars.set(v, t)
		}
	}
	return t, nil
}

// letter is a type variable that stands for numbers, where a signature writes one.
var letter = regexp.MustCompile(`\b[IN]\b`)

// readable writes what the letters for numbers mean, for those who have not read
// signature.go.
func readable(signature string) string {
	return letter.ReplaceAllStringFunc(signature, func(l string) string {
		if l == "I" {
			return "bigint"
		}
		return "number"
	})
}
