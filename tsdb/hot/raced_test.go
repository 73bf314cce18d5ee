//go:build race

package hot

// The race detector makes sequences many times slower: it watches fewer.
const modelSequences, wideSteps = 2, 3
