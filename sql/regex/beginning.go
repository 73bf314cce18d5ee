package regex

// beginning returns what is known of where a match begins: a text, the set of its
// first character, or that it is the start of the text.
func beginning(n node) (prefix string, first *charset, anchored bool) {
	items := flatten(n, nil)
	var text []byte
	for _, item := range items {
		switch place := item.(type) {
		case assertion:
			if place.kind == textStart {
				return "", nil, true
			}
			continue // it takes nothing
		case look:
			continue
		}
		ch, ok := item.(char)
		if !ok {
			break
		}
		r, single := ch.set.single()
		if !single {
			break
		}
		text = append(text, string(r)...)
	}
	if len(text) > 0 {
		return string(text), nil, false
	}
	if s, ok := firstOf(items, false); ok {
		return "", newCharset(s), false
	}
	return "", nil, false
}

// leadingRun returns the set of X in a pattern X*..., X+... or X{n,}...: what matches
// from within a run of X matches from the run's start, too. nil when the rest of the
// pattern depends on what the run matched.
func leadingRun(n node, references bool) *charset {
	r, ok := flatten(n, nil)[0].(repeat)
	if !ok || references || r.max >= 0 || r.kind == possessive {
		return nil
	}
	if ch, ok := r.body.(char); ok {
		return newCharset(ch.set)
	}
	return nil
}

// flatten lists the items of sequences, groups being opened.
func flatten(n node, items []node) []node {
	switch n := n.(type) {
	case sequence:
		for _, item := range n.items {
			items = flatten(item, items)
		}
		return items
	case group:
		return flatten(n.body, items)
	case atomic:
		return flatten(n.body, items)
	}
	return append(items, n)
}

// firstOf returns the characters with which a sequence may begin, or end when
// backwards; ok is false when it may match nothing.
func firstOf(items []node, backwards bool) (set, bool) {
	var all union
	for i := range items {
		item := items[i]
		if backwards {
			item = items[len(items)-1-i]
		}
		t, mayBeEmpty, ok := firstSet(item, backwards)
		if !ok {
			return nil, false
		}
		all.add(t)
		if !mayBeEmpty {
			return all.set(), true
		}
	}
	return nil, false
}

// firstSet returns the characters with which a node may begin, or end when backwards.
func firstSet(n node, backwards bool) (s set, mayBeEmpty, ok bool) {
	switch n := n.(type) {
	case char:
		return n.set, false, true
	case lineBreak:
		return vertical, false, true
	case sequence, group, atomic:
		s, ok := firstOf(flatten(n, nil), backwards)
		return s, false, ok
	case alternation:
		var all union
		for _, b := range n.branches {
			t, e, ok := firstSet(b, backwards)
			if !ok {
				return nil, false, false
			}
			all.add(t)
			mayBeEmpty = mayBeEmpty || e
		}
		return all.set(), mayBeEmpty, true
	case repeat:
		s, e, ok := firstSet(n.body, backwards)
		return s, e || n.min == 0, ok
	case assertion, empty, look: // they take nothing; what stands beside says more
		return nil, true, true
	}
	return nil, false, false
}
