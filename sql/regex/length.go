package regex

import "math"

// unbounded is the length of what has none.
const unbounded = -1

// span2 returns how many characters a node matches at least and at most. ok is false
// for what java.util.regex refuses in a look behind: a group repeated without bound
// and a back reference.
func span2(n node) (lo, hi int, ok bool) {
	switch n := n.(type) {
	case char:
		return 1, 1, true
	case lineBreak:
		return 1, 2, true
	case cluster:
		return 1, unbounded, false
	case group:
		return span2(n.body)
	case atomic:
		return span2(n.body)
	case sequence:
		return spanSum(n.items)
	case alternation:
		return spanWidest(n.branches)
	case repeat:
		return spanTimes(n)
	case reference:
		return 0, unbounded, false
	}
	return 0, 0, true
}

func spanSum(items []node) (lo, hi int, ok bool) {
	ok = true
	for _, item := range items {
		l, h, fine := span2(item)
		lo, hi, ok = lo+l, plus(hi, h), ok && fine
	}
	return lo, hi, ok
}

func plus(a, b int) int {
	if a == unbounded || b == unbounded {
		return unbounded
	}
	return a + b
}

func spanWidest(branches []node) (lo, hi int, ok bool) {
	lo, hi, ok = span2(branches[0])
	for _, b := range branches[1:] {
		l, h, fine := span2(b)
		if lo = min(lo, l); h == unbounded || hi == unbounded {
			hi = unbounded
		} else {
			hi = max(hi, h)
		}
		ok = ok && fine
	}
	return lo, hi, ok
}

func spanTimes(r repeat) (lo, hi int, ok bool) {
	l, h, ok := span2(r.body)
	_, simple := r.body.(char)
	if h == 0 {
		return 0, 0, ok
	}
	if r.max < 0 || h == unbounded {
		return times(l, r.min), unbounded, ok && (simple || r.max >= 0)
	}
	return times(l, r.min), times(h, r.max), ok
}

// times multiplies two numbers of characters; no text has more than it returns at most.
func times(a, b int) int { return min(a*b, math.MaxInt32) }

// nullable reports a node that may match nothing; an assertion and a look do.
func nullable(n node) bool {
	switch n := n.(type) {
	case char, lineBreak, cluster:
		return false
	case group:
		return nullable(n.body)
	case atomic:
		return nullable(n.body)
	case sequence:
		for _, item := range n.items {
			if !nullable(item) {
				return false
			}
		}
	case alternation:
		for _, b := range n.branches {
			if nullable(b) {
				return true
			}
		}
		return false
	case repeat:
		return n.min == 0 || nullable(n.body)
	}
	return true
}
