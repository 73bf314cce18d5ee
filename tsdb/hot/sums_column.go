package hot

import (
	"math"
	"math/bits"
	"slices"

	"tidemark/internal/parquet"
)

// summedColumn is what is computed of a column.
type summedColumn struct {
	of            sumsColumn
	sum, min, max bool // what is asked for beside the count
	values        parquet.Values
	absent        bool // from the file
	block         parquet.Block
	now           result
	counts        []int64
	sums          [][2]uint64 // of Bigint low and high words; of Double the bits of one in the low
	mins, maxs    []int64     // of Double bits
}

// result is the one under way.
type result struct {
	count     int64
	low, high uint64 // the sum of Bigint
	float     float64
	min, max  int64
	fmin      float64
	fmax      float64
}

// finish completes the result under way.
func (c *summedColumn) finish() {
	r := &c.now
	c.counts = append(c.counts, r.count)
	if c.of.Type == Double {
		r.low, r.min, r.max = math.Float64bits(r.float), int64(math.Float64bits(r.fmin)), int64(math.Float64bits(r.fmax))
	}
	if c.sum {
		c.sums = append(c.sums, [2]uint64{r.low, r.high})
	}
	if c.min {
		c.mins = append(c.mins, r.min)
	}
	if c.max {
		c.maxs = append(c.maxs, r.max)
	}
	*r = result{}
}

// add adds rows. Where some are NULL, each piece without.
func (c *summedColumn) add(i, j int) {
	if c.block.Valid == nil {
		c.addAll(c.block.Bits[i:j])
		return
	}
	for i < j {
		n := 0
		for i+n < j && c.block.Valid[i+n] {
			n++
		}
		c.addAll(c.block.Bits[i : i+n])
		i += n + 1
	}
}

// addAll adds values.
func (c *summedColumn) addAll(list []int64) {
	if len(list) == 0 {
		return
	}
	first := c.now.count == 0
	c.now.count += int64(len(list))
	if c.of.Type == Double {
		c.addFloats(list, first)
		return
	}
	if c.sum {
		c.now.addSum(list)
	}
	if c.min {
		if least := slices.Min(list); first || least < c.now.min {
			c.now.min = least
		}
	}
	if c.max {
		if most := slices.Max(list); first || most > c.now.max {
			c.now.max = most
		}
	}
}

// addSum adds values as wide as two words: their upper and lower halves each fit one.
func (r *result) addSum(list []int64) {
	low, high := uint64(0), int64(0)
	for ; len(list) >= 4; list = list[4:] {
		a, b, c, d := list[0], list[1], list[2], list[3]
		low += uint64(uint32(a)) + uint64(uint32(b)) + (uint64(uint32(c)) + uint64(uint32(d)))
		high += a>>32 + b>>32 + (c>>32 + d>>32)
	}
	for _, v := range list {
		low += uint64(uint32(v))
		high += v >> 32
	}
	var carry uint64
	r.low, carry = bits.Add64(r.low, low, 0)
	r.high += carry
	r.low, carry = bits.Add64(r.low, uint64(high)<<32, 0)
	r.high += uint64(high>>32) + carry
}

// addFloats adds values as DuckDB does: NaN is larger than anything and equal to itself.
func (c *summedColumn) addFloats(list []int64, first bool) {
	r := &c.now
	if c.sum {
		r.float = sumFloats(r.float, list)
	}
	if !c.min && !c.max {
		return
	}
	if first {
		r.fmin = math.Float64frombits(uint64(list[0]))
		r.fmax = r.fmin
	}
	for _, b := range list {
		v := math.Float64frombits(uint64(b))
		if v < r.fmin || r.fmin != r.fmin {
			r.fmin = v
		}
		if v > r.fmax || v != v {
			r.fmax = v
		}
	}
}

// sumFloats adds the numbers with some bits to a sum, one by one as DuckDB does, so that
// rows have the same sum before and after they move into files, to the last digit.
func sumFloats(sum float64, list []int64) float64 {
	for _, v := range list {
		sum += math.Float64frombits(uint64(v))
	}
	return sum
}
