package native

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// applied computes a function of the package by its name.
func applied(t *testing.T, name string, args ...any) (any, error) {
	t.Helper()
	for _, f := range Funcs() {
		if f.Name == name {
			return f.Apply(args)
		}
	}
	t.Fatalf("no function %s", name)
	return nil, nil
}

// list is a list of the Go forms of its elements.
func list(items ...any) []any { return items }

type applyCase struct {
	name string
	args []any
	want any // an error's text is a string after "error: "
}

func testApply(t *testing.T, cases []applyCase) {
	t.Helper()
	for _, c := range cases {
		got, err := applied(t, c.name, c.args...)
		if text, isText := c.want.(string); isText && strings.HasPrefix(text, "error: ") {
			if err == nil || "error: "+err.Error() != text {
				t.Errorf("%s%v = %v, %v, want %s", c.name, c.args, got, err, text)
			}
			continue
		}
		if err != nil || !alike(got, c.want) {
			t.Errorf("%s%v = %v, %v, want %v", c.name, c.args, got, err, c.want)
		}
	}
}

// alike compares doubles to their tenth digit, and NaN with itself.
func alike(got, want any) bool {
	g, isDouble := got.(float64)
	w, wanted := want.(float64)
	if !isDouble || !wanted || math.IsInf(w, 0) {
		return reflect.DeepEqual(got, want)
	}
	return math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= 1e-10*math.Max(1, math.Abs(w))
}

func TestArithmetic(t *testing.T) {
	i := func(n int64) any { return n }
	testApply(t, []applyCase{
		{"tm_round_bigint", list(i(15), i(-1)), i(20)}, {"tm_round_bigint", list(i(-15), i(-1)), i(-20)}, {"tm_round_bigint", list(i(14), i(-1)), i(10)},
		{"tm_round_bigint", list(i(5), i(-1)), i(10)}, {"tm_round_bigint", list(i(4), i(-1)), i(0)}, {"tm_round_bigint", list(i(7), i(3)), i(7)}, {"tm_round_bigint", list(nil, i(3)), nil},
		{"tm_round_bigint", list(i(math.MaxInt64), i(-1)), "error: numerical overflow: 9223372036854775807"}, {"tm_round_bigint", list(i(math.MinInt64), i(-1)), "error: numerical overflow: -9223372036854775808"},
		{"tm_round_bigint", list(i(math.MaxInt64), i(-18)), i(9_000_000_000_000_000_000)}, {"tm_round_bigint", list(i(1), i(-19)), "error: numerical overflow: 1"},
		{"tm_round_integer", list(i(2147483640), i(-1)), int32(2147483640)}, {"tm_round_integer", list(i(2147483647), i(-1)), "error: Out of range for integer: 2147483650"},
		{"tm_truncate", list(0.29, i(2)), 0.29}, {"tm_truncate", list(-1234.567, i(-2)), -1200.0}, {"tm_truncate", list(1e22, i(3)), 1e22}, {"tm_truncate", list(1e-7, i(3)), 0.0},
		{"tm_truncate", list(math.NaN(), i(3)), math.NaN()}, {"tm_truncate", list(5.5, i(math.MinInt64+1)), 0.0},
		{"tm_width_bucket", list(3.5, 0.0, 10.0, i(5)), i(2)}, {"tm_width_bucket", list(3.5, 10.0, 0.0, i(5)), i(4)}, {"tm_width_bucket", list(11.0, 0.0, 10.0, i(5)), i(6)},
		{"tm_width_bucket", list(1.0, 0.0, math.Inf(1), i(5)), "error: second bound must be finite"}, {"tm_width_bucket", list(math.NaN(), 0.0, 1.0, i(5)), "error: operand must not be NaN"},
		{"tm_bin_bucket", list(2.0, list(1.0, 2.0, 3.0)), i(2)}, {"tm_bin_bucket", list(2.0, list()), "error: Bins cannot be an empty array"},
		{"tm_bin_bucket", list(2.0, list(1.0, nil)), "error: Bin values must be finite"},
		{"tm_cosine_similarity", list(list(1.0, 2.0), list(2.0, 4.0)), 1.0}, {"tm_cosine_similarity", list(list(0.0), list(1.0)), "error: Vector magnitude cannot be zero"},
	})
}

func TestShifts(t *testing.T) {
	for _, tt := range []struct {
		name              string
		x, by, bits, want int64
	}{
		{"tm_shift_left", 1, 2, 32, 4}, {"tm_shift_left", 7, 31, 32, math.MinInt32}, {"tm_shift_left", 5, 33, 32, 0}, {"tm_shift_left", -1, 63, 64, math.MinInt64}, {"tm_shift_left", 1, 64, 64, 0},
		{"tm_shift_right", -1, 28, 32, 15}, {"tm_shift_right", -1, 0, 32, -1}, {"tm_shift_right", -1, 63, 64, 1}, {"tm_shift_right", -1, 1000, 64, 0},
		{"tm_shift_right_arithmetic", -8, 2, 32, -2}, {"tm_shift_right_arithmetic", -8, 1000, 64, -1}, {"tm_shift_right_arithmetic", 8, 1000, 64, 0},
	} {
		if got, err := applied(t, tt.name, tt.x, tt.by, tt.bits); err != nil || got != tt.want {
			t.Errorf("%s(%d, %d, %d) = %v, %v, want %d", tt.name, tt.x, tt.by, tt.bits, got, err, tt.want)
		}
	}
}

// The values are those of tables of the distributions; of small integer shapes the
// incomplete beta function is a polynomial.
func TestDistributions(t *testing.T) {
	testApply(t, []applyCase{
		{"tm_normal_cdf", list(0.0, 1.0, 1.96), 0.9750021048517795}, {"tm_normal_cdf", list(5.0, 2.0, 5.0), 0.5}, {"tm_normal_cdf", list(0.0, 1.0, math.Inf(1)), 1.0},
		{"tm_normal_cdf", list(0.0, 0.0, 1.0), "error: standardDeviation must be > 0"},
		{"tm_inverse_normal_cdf", list(0.0, 1.0, 0.975), 1.9599639845400545}, {"tm_inverse_normal_cdf", list(3.0, 2.0, 0.5), 3.0}, {"tm_inverse_normal_cdf", list(0.0, 1.0, 1.0), "error: p must be 0 > p > 1"},
		{"tm_beta_cdf", list(2.0, 5.0, 0.5), 0.890625}, {"tm_beta_cdf", list(1.0, 1.0, 0.25), 0.25}, {"tm_beta_cdf", list(3.0, 2.0, 0.9), 0.9477}, {"tm_beta_cdf", list(0.5, 0.5, 0.5), 0.5},
		{"tm_beta_cdf", list(2.0, 5.0, 0.0), 0.0}, {"tm_beta_cdf", list(2.0, 5.0, 1.0), 1.0}, {"tm_beta_cdf", list(2.0, 5.0, 1.5), "error: value must be 0 >= v >= 1"}, {"tm_beta_cdf", list(0.0, 5.0, 0.5), "error: a, b must be > 0"},
		{"tm_inverse_beta_cdf", list(2.0, 5.0, 0.890625), 0.5}, {"tm_inverse_beta_cdf", list(1.0, 1.0, 0.25), 0.25}, {"tm_inverse_beta_cdf", list(2.0, 5.0, 1.0), 1.0}, {"tm_inverse_beta_cdf", list(2.0, 5.0, -0.1), "error: p must be 0 >= p >= 1"},
		{"tm_wilson", list(int64(1250), int64(1310), 1.96, -1.0), 0.9414883725395894}, {"tm_wilson", list(int64(1250), int64(1310), 1.96, 1.0), 0.9642524717143908},
		{"tm_wilson", list(int64(2), int64(1), 1.96, 1.0), "error: number of successes must not be larger than number of trials"}, {"tm_wilson", list(int64(0), int64(0), 1.96, 1.0), "error: number of trials must be positive"},
	})
}
