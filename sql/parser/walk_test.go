package parser

import (
	"reflect"
	"testing"

	"tidemark/sql/ast"
)

// nodes counts the nodes that hang in a tree, whoever visits them.
func nodes(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Interface:
		return nodes(v.Elem())
	case reflect.Pointer:
		if v.IsNil() {
			return 0
		}
		return 1 + nodes(v.Elem())
	case reflect.Slice:
		n := 0
		for i := range v.Len() {
			n += nodes(v.Index(i))
		}
		return n
	case reflect.Struct:
		n := 0
		for i := range v.NumField() {
			n += nodes(v.Field(i))
		}
		return n
	}
	return 0
}

func TestWalkVisitsEveryNode(t *testing.T) {
	for _, text := range corpus {
		stmt, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		visited := 0
		ast.Walk(stmt, func(ast.Node) bool {
			visited++
			return true
		})
		if want := nodes(reflect.ValueOf(stmt)); visited != want {
			t.Errorf("Walk of %q visits %d nodes, want %d", text, visited, want)
		}
	}
}

func TestWalkLeavesOutWhatIsRefused(t *testing.T) {
	stmt, err := Parse("SELECT f(a, b) FROM d.t")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Walk(stmt, func(n ast.Node) bool {
		if id, ok := n.(*ast.Name); ok {
			names = append(names, id.Name)
		}
		_, call := n.(*ast.Call)
		return !call
	})
	if len(names) != 0 {
		t.Errorf("Walk entered the call and found %v, want nothing", names)
	}
}
