//go:build race

package tsdb

// The race detector makes a sequence many times slower: it watches two, one of which has
// a bucket.
const modelSequences, firstSequence = 2, 2
