//go:build !race

package tsdb

const modelSequences, firstSequence = 4, 1
