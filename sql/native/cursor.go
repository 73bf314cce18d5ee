package native

import "sort"

// cursor finds times in ascending times. It is fast for questions in ascending order.
type cursor struct {
	times []int64
	at    int // of the last answer
}

// strides is how many samples are passed one by one before the rest is searched.
const strides = 8

// find returns the index of the last time that is not after t, and -1 if there is none.
func (c *cursor) find(t int64) int {
	n := len(c.times)
	if n == 0 || t < c.times[0] {
		return -1
	}
	i := c.at
	if t < c.times[i] {
		i = 0
	}
	for end := i + strides; i+1 < n && c.times[i+1] <= t; i++ {
		if i == end {
			rest := c.times[i:]
			i += sort.Search(len(rest), func(k int) bool { return rest[k] > t }) - 1
			break
		}
	}
	c.at = i
	return i
}
