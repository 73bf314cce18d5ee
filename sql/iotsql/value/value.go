// Package value is the data model of IoT SQL: JSON with exact decimals, objects
// that keep their order, Undefined, and raw bytes.
//
// Decode turns a payload into a Value, the arithmetic and conversion functions
// follow the tables of the AWS IoT developer guide ("Data types", "Operators"),
// and AppendJSON writes compact JSON. Values are immutable and may be shared
// between goroutines; all functions are safe to call at once.
package value

import "github.com/cockroachdb/apd/v3"

// Kind is the type of a value in IoT SQL.
type Kind uint8

// The kinds. Binary is a payload that is not JSON; only `*` has it.
const (
	Undefined Kind = iota
	Null
	Boolean
	Int     // a number without fraction and exponent, up to 34 digits
	Decimal // any other number, up to 34 significant digits
	String
	Array
	Object
	Binary
)

var kindNames = [...]string{"Undefined", "Null", "Boolean", "Int", "Decimal", "String", "Array", "Object", "Binary"}

// String returns the kind's name as the developer guide spells it.
func (k Kind) String() string { return kindNames[k] }

// Value is one value. The zero Value is Undefined.
type Value struct {
	kind Kind
	exp  int32  // numbers: the value is n × 10^exp, unless node.big holds it
	n    int64  // numbers: the coefficient; Boolean: 0 or 1
	text string // String: the text; Binary: the bytes
	node *node  // Array, Object, and numbers whose coefficient does not fit n
}

// node holds what does not fit the fixed part of a Value. It is never changed once shared.
type node struct {
	elems   []Value
	members []Member
	index   map[string]int // of members by name; nil while they are few
	big     *apd.Decimal
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// The values that need no data.
var (
	nullValue  = Value{kind: Null}
	trueValue  = Value{kind: Boolean, n: 1}
	falseValue = Value{kind: Boolean}
)

// NullValue returns null.
func NullValue() Value { return nullValue }

// Bool returns a Boolean.
func Bool(b bool) Value {
	if b {
		return trueValue
	}
	return falseValue
}

// Text returns a String. The text must be valid UTF-8.
func Text(s string) Value { return Value{kind: String, text: s} }

// Bytes returns a Binary of the bytes in s.
func Bytes(s string) Value { return Value{kind: Binary, text: s} }

// List returns an Array that takes over elems.
func List(elems []Value) Value { return Value{kind: Array, node: &node{elems: elems}} }

// Kind returns the type of v.
func (v Value) Kind() Kind { return v.kind }

// IsUndefined reports whether v is Undefined.
func (v Value) IsUndefined() bool { return v.kind == Undefined }

// IsNumber reports whether v is an Int or a Decimal.
func (v Value) IsNumber() bool { return v.kind == Int || v.kind == Decimal }

// True returns the truth of a Boolean, and false for every other kind.
func (v Value) True() bool { return v.kind == Boolean && v.n != 0 }

// Str returns the text of a String or the bytes of a Binary, and "" for every other kind.
func (v Value) Str() string { return v.text }

// Elems returns the elements of an Array, nil for every other kind. The caller must not change them.
func (v Value) Elems() []Value {
	if v.kind != Array {
		return nil
	}
	return v.node.elems
}

// Members returns the members of an Object in order, nil for every other kind. The caller must not change them.
func (v Value) Members() []Member {
	if v.kind != Object {
		return nil
	}
	return v.node.members
}

// Get returns the member of an Object by name; Undefined when there is none or v is no object.
func (v Value) Get(name string) Value {
	if v.kind != Object {
		return Value{}
	}
	if i := v.node.find(name); i >= 0 {
		return v.node.members[i].Value
	}
	return Value{}
}

// find returns the position of a member, or -1.
func (n *node) find(name string) int {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range n.members {
		if n.members[i].Name == name {
			return i
		}
	}
	return -1
}
