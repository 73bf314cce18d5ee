package plan

// What a rewrite does not change it shares: most passes change little, and a plan is
// walked by each of them.

func mapAssigns(items []Assign, f func(Expr) Expr) []Assign {
	return mapSome(items, func(a *Assign) bool { return replace(&a.Expr, f) })
}

func mapKeys(keys []SortKey, f func(Expr) Expr) []SortKey {
	return mapSome(keys, func(k *SortKey) bool { return replace(&k.Expr, f) })
}

func mapAll(list []Expr, f func(Expr) Expr) []Expr {
	return mapSome(list, func(e *Expr) bool { return replace(e, f) })
}

// replace puts f of an expression in its place and reports whether it is another. No
// expression stays none.
func replace(e *Expr, f func(Expr) Expr) bool {
	if *e == nil {
		return false
	}
	old := *e
	*e = f(old)
	return *e != old
}

// mapSome applies change to a copy of each element, which reports whether it changed
// it. The list itself is returned when none did.
func mapSome[T any](list []T, change func(*T) bool) []T {
	var out []T
	for i := range list {
		each := list[i]
		changed := change(&each)
		if changed && out == nil {
			out = append(make([]T, 0, len(list)), list[:i]...)
		}
		if out != nil {
			out = append(out, each)
		}
	}
	if out == nil {
		return list
	}
	return out
}

// same reports that b is the list a itself.
func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
