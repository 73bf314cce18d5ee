package ast

// Walk visits a tree from the root down, in the order of the text; where visit
// returns false the parts of that node are left out.
func Walk(n Node, visit func(Node) bool) {
	if visit(n) {
		n.children(func(child Node) { Walk(child, visit) })
	}
}

func each[N Node](visit func(Node), nodes []N) {
	for _, n := range nodes {
		visit(n)
	}
}

func optional(visit func(Node), e Expr) {
	if e != nil {
		visit(e)
	}
}
