// Package rewrite improves a plan before it is emitted.
//
// Passes is the ordered list; Compile applies each to the root. A pass that is not
// Required may be left out: the answer is the same, only slower. Every pass is one
// file with a picture of what it does. All functions are pure and safe to call at once.
package rewrite

import "tidemark/sql/plan"

// Pass is one rewrite.
type Pass struct {
	Name     string
	Required bool // the emitter relies on it
	Apply    func(root plan.Node) plan.Node
}

// Passes lists the rewrites in the order in which they run. The order matters in
// these pairs:
//
//	foldConstants before boundTime and seriesFilter: they read literals only
//	boundTime before newestPerSeries: it looks at the bounds that the scan got
//	boundTime and seriesFilter before listEqualities: they read single comparisons
//	newestPerSeries before partialResults: it reads fewer rows still
//	pruneColumns last: the others leave columns behind that nobody reads
var Passes = []Pass{
	{Name: "foldConstants", Required: true, Apply: foldConstants},
	{Name: "boundTime", Apply: boundTime},
	{Name: "seriesFilter", Apply: seriesFilter},
	{Name: "newestPerSeries", Apply: newestPerSeries},
	{Name: "listEqualities", Apply: listEqualities},
	{Name: "partialResults", Apply: partialResults},
	{Name: "pruneColumns", Apply: pruneColumns},
}
