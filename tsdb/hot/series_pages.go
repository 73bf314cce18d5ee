package hot

import "reflect"

// pages is a list in pieces: it grows without moving what it holds, but for the first
// piece, which begins small. It needs no pointer per element, so that the collector
// has nothing to follow in it.
type pages[T any] struct {
	list [][]T
	n    int
}

const (
	pageBits = 12
	pageLen  = 1 << pageBits
)

func (p *pages[T]) len() int { return p.n }

// at returns an element. It is valid until the next append.
func (p *pages[T]) at(i uint32) *T { return &p.list[i>>pageBits][i%pageLen] }

func (p *pages[T]) append(v T) {
	last := p.n >> pageBits
	if last == len(p.list) {
		p.list = append(p.list, make([]T, 0, [2]int{pageLen, 1}[bit(last == 0)]))
	}
	p.list[last] = append(p.list[last], v)
	p.n++
}

// bytes returns the memory that the list takes.
func (p *pages[T]) bytes() int64 {
	if len(p.list) == 0 {
		return 0
	}
	elements := cap(p.list[0]) + (len(p.list)-1)*pageLen
	return int64(elements)*int64(reflect.TypeFor[T]().Size()) + int64(cap(p.list))*sliceBytes
}

// sliceBytes is the size of a slice without its elements.
const sliceBytes = 24
