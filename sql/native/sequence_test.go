package native

import (
	"fmt"
	"math"
	"testing"
)

func TestSequence(t *testing.T) {
	const low, high = math.MinInt64, math.MaxInt64
	for _, tt := range []struct {
		from, to, step int64
		want           string
	}{
		{1, 3, 1, "[1 2 3]"},
		{1, 6, 2, "[1 3 5]"},
		{3, 1, -1, "[3 2 1]"},
		{5, 5, 7, "[5]"},
		{5, 5, -7, "[5]"},
		{low, high, high, "[-9223372036854775808 -1 9223372036854775806]"},
		{high, low, low, "[9223372036854775807 -1]"},
		{1, 2, 0, "step must not be zero"},
		{2, 1, 1, "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start"},
		{1, 2, -1, "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start"},
		{low, high, 1, "result of sequence function must not have more than 10000 entries"},
		{1, 10001, 1, "result of sequence function must not have more than 10000 entries"},
	} {
		for _, name := range []string{"tm_sequence", "tm_sequence_time"} {
			if got := fmt.Sprint(apply(t, name, tt.from, tt.to, tt.step)); got != tt.want {
				t.Errorf("%s(%d, %d, %d) = %s, want %s", name, tt.from, tt.to, tt.step, got, tt.want)
			}
		}
	}
	if got := apply(t, "tm_sequence", int64(1), int64(10000), int64(1)).([]any); len(got) != 10000 || got[9999] != int64(10000) {
		t.Errorf("%d entries to 10000", len(got))
	}
	if got := apply(t, "tm_sequence", int64(1), nil, int64(1)); got != nil {
		t.Errorf("a sequence to NULL = %v", got)
	}
}
