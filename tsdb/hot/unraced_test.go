//go:build !race

package hot

const modelSequences, wideSteps = 4, 8
