package duckdbtest

import (
	"strings"
	"testing"

	"tidemark/sql/builtin"
	"tidemark/sql/duckgen"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// now is the instant of every query here.
const now = 1655487883771000678 // 2022-06-17 17:44:43.771000678

func lit(k types.Kind, v any) plan.Expr { return &plan.Literal{Value: v, T: types.Of(k)} }
func num(n int64) plan.Expr             { return lit(types.Bigint, n) }
func integer(n int32) plan.Expr         { return lit(types.Integer, n) }
func dbl(x float64) plan.Expr           { return lit(types.Double, x) }
func str(s string) plan.Expr            { return lit(types.Varchar, s) }
func yes() plan.Expr                    { return lit(types.Boolean, true) }
func no() plan.Expr                     { return lit(types.Boolean, false) }
func null(k types.Kind) plan.Expr       { return plan.Null(types.Of(k)) }

func ts(text string) plan.Expr   { return parsed(types.Timestamp, text) }
func date(text string) plan.Expr { return parsed(types.Date, text) }
func tod(text string) plan.Expr  { return parsed(types.Time, text) }

func parsed(k types.Kind, text string) plan.Expr {
	v, err := types.FromText(k, text)
	if err != nil {
		panic(err)
	}
	return lit(k, v)
}

func iv(text string) plan.Expr {
	v, t, err := types.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return &plan.Literal{Value: v, T: t}
}

func arr(k types.Kind, items ...plan.Expr) plan.Expr {
	return &plan.MakeArray{Items: items, T: types.ArrayOf(types.Of(k))}
}

func ints(ns ...int64) plan.Expr {
	items := make([]plan.Expr, len(ns))
	for i, n := range ns {
		items[i] = num(n)
	}
	return arr(types.Bigint, items...)
}

// call resolves and builds a call as the analyser does.
func call(t *testing.T, name string, args ...plan.Expr) plan.Expr {
	t.Helper()
	argTypes := make([]types.Type, len(args))
	for i, a := range args {
		argTypes[i] = a.Type()
	}
	m, err := builtin.Resolve(name, builtin.Of(argTypes...), nil)
	if err != nil {
		t.Fatalf("Resolve(%s) = %v", name, err)
	}
	return plan.NewCall(m, args, now)
}

// program computes expressions over one row.
func program(t *testing.T, exprs ...plan.Expr) *duckgen.Program {
	t.Helper()
	var ids plan.IDs
	p := &plan.Project{Input: plan.OneRow()}
	out := &plan.Output{Input: p}
	for _, e := range exprs {
		c := ids.New("", e.Type())
		p.Items = append(p.Items, plan.Assign{Col: c, Expr: e})
		out.Cols = append(out.Cols, plan.OutputCol{Name: "_col0", Col: c})
	}
	prog, err := duckgen.Emit(out)
	if err != nil {
		t.Fatalf("Emit(%s) = %v", plan.ExprText(exprs[0]), err)
	}
	return prog
}

func open(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// value computes one expression; an error gives its text after "error: ".
func (d *DB) value(t *testing.T, e plan.Expr) string {
	t.Helper()
	rows, err := d.Rows(t.Context(), program(t, e), nil)
	if err != nil {
		return "error: " + err.Error()
	}
	return rows[0][0]
}

type functionCase struct {
	name string
	args []plan.Expr
	want string // the value's text; after "error: " a part of the error
}

func f(want, name string, args ...plan.Expr) functionCase { return functionCase{name, args, want} }

// run computes every case in DuckDB and, where the table can fold it, in Go too.
func run(t *testing.T, cases []functionCase) {
	db := open(t)
	for _, c := range cases {
		e := call(t, c.name, c.args...)
		check(t, "DuckDB", e, db.value(t, e), c.want)
		if got, ok := folded(e.(*plan.Call)); ok {
			check(t, "Fold", e, got, c.want)
		}
	}
}

func check(t *testing.T, how string, e plan.Expr, got, want string) {
	t.Helper()
	if part, isError := strings.CutPrefix(want, "error: "); isError {
		if !strings.HasPrefix(got, "error: ") || !strings.Contains(got, part) {
			t.Errorf("%s: %s = %q, want an error with %q", how, plan.ExprText(e), got, part)
		}
		return
	}
	if got != want {
		t.Errorf("%s: %s = %q, want %q", how, plan.ExprText(e), got, want)
	}
}

func folded(c *plan.Call) (string, bool) {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		l, ok := a.(*plan.Literal)
		if !ok {
			return "", false
		}
		args[i] = l.Value
	}
	if !c.Fn.Folds() {
		return "", false
	}
	v, err := c.Fn.Fold(args)
	switch {
	case err != nil:
		return "error: " + err.Error(), true
	case v == nil:
		return "NULL", true
	}
	return types.Text(c.Result, v), true
}
