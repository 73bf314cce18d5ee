package value

// indexFrom is the number of members from which an object keeps an index of
// their names; below it a scan is faster.
const indexFrom = 24

// ObjectBuilder collects the members of an object. The zero ObjectBuilder is
// ready; it must not be used after Value was called.
type ObjectBuilder struct{ node *node }

// NewObject returns a builder with room for size members.
func NewObject(size int) ObjectBuilder {
	return ObjectBuilder{node: &node{members: make([]Member, 0, size)}}
}

// Set adds a member. A name that is there already keeps its place and takes the
// new value, as JSON readers do with duplicate keys.
func (b *ObjectBuilder) Set(name string, v Value) {
	if b.node == nil {
		b.node = new(node)
	}
	if i := b.node.find(name); i >= 0 {
		b.node.members[i].Value = v
		return
	}
	b.node.members = append(b.node.members, Member{name, v})
	switch size := len(b.node.members); {
	case b.node.index != nil:
		b.node.index[name] = size - 1
	case size == indexFrom:
		b.node.buildIndex()
	}
}

// Get returns the member set so far under name, or Undefined.
func (b *ObjectBuilder) Get(name string) Value {
	if b.node == nil {
		return Value{}
	}
	return Value{kind: Object, node: b.node}.Get(name)
}

// Value returns the object.
func (b *ObjectBuilder) Value() Value {
	if b.node == nil {
		b.node = new(node)
	}
	return Value{kind: Object, node: b.node}
}

func (n *node) buildIndex() {
	n.index = make(map[string]int, 2*len(n.members))
	for i := range n.members {
		n.index[n.members[i].Name] = i
	}
}

// Extend returns a builder that starts with the members of the object v.
func Extend(v Value, room int) ObjectBuilder {
	members := v.Members()
	b := NewObject(len(members) + room)
	b.node.members = append(b.node.members, members...)
	if len(members) >= indexFrom {
		b.node.buildIndex()
	}
	return b
}

// Equal reports whether two values are the same: numbers by their value, arrays
// in order, objects regardless of order. Values of different types are not equal
// (AWS page "Operators", "= operator").
func Equal(a, b Value) bool {
	if a.IsNumber() && b.IsNumber() {
		return Compare(a, b) == 0
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Boolean:
		return a.n == b.n
	case String, Binary:
		return a.text == b.text
	case Array:
		return equalLists(a.node.elems, b.node.elems)
	case Object:
		return equalObjects(a.node, b.node)
	default: // Null, Undefined
		return true
	}
}

func equalLists(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalObjects(a, b *node) bool {
	if len(a.members) != len(b.members) {
		return false
	}
	for i := range a.members {
		j := b.find(a.members[i].Name)
		if j < 0 || !Equal(a.members[i].Value, b.members[j].Value) {
			return false
		}
	}
	return true
}
