package topic

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Index maps topic filters to values, and finds the values of all filters that match
// a name. Its zero value is empty and ready.
//
// Reading takes no lock: nodes are reached through concurrent maps and the values of
// a node are an immutable slice. Writers exclude one another. Adding costs the depth of
// the filter, removing also the number of values under that same filter.
type Index[V comparable] struct {
	mu   sync.Mutex // held by writers
	root node[V]
	size atomic.Int64
}

// node is one level of the filters that share a prefix. plus and hash are its
// children for the wildcards; only leaves of # have no children.
type node[V comparable] struct {
	children sync.Map // string -> *node[V]
	count    int      // of children, guarded by Index.mu
	plus     atomic.Pointer[node[V]]
	hash     atomic.Pointer[node[V]]
	values   atomic.Pointer[[]V]
}

// Add puts v under a valid filter. The same v may stand under many filters; whoever
// adds it twice under one must remove it twice.
func (x *Index[V]) Add(filter string, v V) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := &x.root
	for level := range strings.SplitSeq(filter, "/") {
		n = n.child(level)
	}
	var values []V
	if p := n.values.Load(); p != nil {
		values = *p
	}
	// Readers hold a shorter slice of the same array and never look past its end.
	values = append(values, v)
	n.values.Store(&values)
	x.size.Add(1)
}

// Remove takes v from under filter, and reports whether it was there.
func (x *Index[V]) Remove(filter string, v V) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	levels := strings.Split(filter, "/")
	path := make([]*node[V], 0, len(levels)+1)
	path = append(path, &x.root)
	for _, level := range levels {
		next := path[len(path)-1].find(level)
		if next == nil {
			return false
		}
		path = append(path, next)
	}
	if !path[len(levels)].drop(v) {
		return false
	}
	x.size.Add(-1)
	for i := len(levels); i > 0 && path[i].empty(); i-- {
		path[i-1].unlink(levels[i-1])
	}
	return true
}

// Len returns the number of values in the index.
func (x *Index[V]) Len() int { return int(x.size.Load()) }

// AppendMatches appends to dst the values of every filter that matches name, in no
// particular order, and returns it.
func (x *Index[V]) AppendMatches(dst []V, name string) []V {
	if strings.HasPrefix(name, "$") { // leading wildcards do not match [MQTT-4.7.2-1]
		word, rest, more := strings.Cut(name, "/")
		return x.root.word(dst, word, rest, more)
	}
	return x.root.match(dst, name)
}

// match collects the values of the subtree for the levels of name that are left.
func (n *node[V]) match(dst []V, name string) []V {
	if h := n.hash.Load(); h != nil {
		dst = h.collect(dst)
	}
	word, rest, more := strings.Cut(name, "/")
	if p := n.plus.Load(); p != nil {
		dst = p.deeper(dst, rest, more)
	}
	return n.word(dst, word, rest, more)
}

func (n *node[V]) word(dst []V, word, rest string, more bool) []V {
	if c, ok := n.children.Load(word); ok {
		return c.(*node[V]).deeper(dst, rest, more)
	}
	return dst
}

func (n *node[V]) deeper(dst []V, rest string, more bool) []V {
	if more {
		return n.match(dst, rest)
	}
	return n.collect(dst)
}

func (n *node[V]) collect(dst []V) []V {
	if p := n.values.Load(); p != nil {
		dst = append(dst, *p...)
	}
	return dst
}

// find returns the child for a level of a filter, or nil.
func (n *node[V]) find(level string) *node[V] {
	switch level {
	case "+":
		return n.plus.Load()
	case "#":
		return n.hash.Load()
	}
	if c, ok := n.children.Load(level); ok {
		return c.(*node[V])
	}
	return nil
}

// child returns the child for a level, made when it is missing. Index.mu is held.
func (n *node[V]) child(level string) *node[V] {
	if c := n.find(level); c != nil {
		return c
	}
	c := new(node[V])
	switch level {
	case "+":
		n.plus.Store(c)
	case "#":
		n.hash.Store(c)
	default:
		n.children.Store(strings.Clone(level), c)
		n.count++
	}
	return c
}

// unlink takes an empty child out. A reader that stands in it finds nothing there.
func (n *node[V]) unlink(level string) {
	switch level {
	case "+":
		n.plus.Store(nil)
	case "#":
		n.hash.Store(nil)
	default:
		n.children.Delete(level)
		n.count--
	}
}

// drop removes one v, leaving readers the slice they hold.
func (n *node[V]) drop(v V) bool {
	p := n.values.Load()
	if p == nil {
		return false
	}
	i := slices.Index(*p, v)
	if i < 0 {
		return false
	}
	if len(*p) == 1 {
		n.values.Store(nil)
		return true
	}
	left := slices.Concat((*p)[:i], (*p)[i+1:])
	n.values.Store(&left)
	return true
}

func (n *node[V]) empty() bool {
	return n.count == 0 && n.values.Load() == nil && n.plus.Load() == nil && n.hash.Load() == nil
}
