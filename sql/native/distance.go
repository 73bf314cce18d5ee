package native

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numbers and texts by code point, which DuckDB counts in bytes or checks differently.
var distances = []Func{
	{Name: "tm_bit_count", Args: []Kind{Bigint, Bigint}, Result: Bigint, Call: bitCount},
	{Name: "tm_from_base", Args: []Kind{Varchar, Bigint}, Result: Bigint, Call: fromBase},
	{Name: "tm_to_base", Args: []Kind{Bigint, Bigint}, Result: Varchar, Call: toBase},
	{Name: "tm_hamming", Args: []Kind{Varchar, Varchar}, Result: Bigint, Call: hamming},
	{Name: "tm_levenshtein", Args: []Kind{Varchar, Varchar}, Result: Bigint, Call: levenshtein},
	{Name: "tm_strpos", Args: []Kind{Varchar, Varchar, Bigint}, Result: Bigint, Call: strpos},
	{Name: "tm_strrpos", Args: []Kind{Varchar, Varchar, Bigint}, Result: Bigint, Call: strrpos},
}

// bitCount counts the ones of a number in so many bits (developer guide, "Bitwise functions").
func bitCount(a []any) (any, error) {
	x, n := a[0].(int64), a[1].(int64)
	if n < 2 || n > 64 {
		return nil, fmt.Errorf("Bits specified in bit_count must be between 2 and 64, got %d", n)
	}
	if low := int64(1)<<(n-1) - 1; n < 64 && (x > low || x < ^low) {
		return nil, fmt.Errorf("Number must be representable with the bits specified. %d can not be represented with %d bits", x, n)
	}
	return int64(bits.OnesCount64(uint64(x) << (64 - n))), nil
}

func checkBase(n int64) error {
	if n < 2 || n > 36 {
		return errors.New("Radix must be between 2 and 36")
	}
	return nil
}

func fromBase(a []any) (any, error) {
	text, base := a[0].(string), a[1].(int64)
	if err := checkBase(base); err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(text, int(base), 64)
	if err != nil {
		return nil, fmt.Errorf("Not a valid base-%d number: %s", base, text)
	}
	return n, nil
}

func toBase(a []any) (any, error) {
	base := a[1].(int64)
	if err := checkBase(base); err != nil {
		return nil, err
	}
	return strconv.FormatInt(a[0].(int64), int(base)), nil
}

func hamming(a []any) (any, error) {
	x, y := []rune(a[0].(string)), []rune(a[1].(string))
	if len(x) != len(y) {
		return nil, errors.New("The input strings to hamming_distance function must have the same length")
	}
	n := int64(0)
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n, nil
}

// maxCells bounds the work of one levenshtein distance.
const maxCells = 1_000_000

// levenshtein keeps one row of the matrix of distances between prefixes.
func levenshtein(a []any) (any, error) {
	x, y := []rune(a[0].(string)), []rune(a[1].(string))
	if max(len(x), len(y))*(min(len(x), len(y))-1) > maxCells {
		return nil, errors.New("The combined inputs for Levenshtein distance are too large")
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, cx := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, cy := range y {
			cost := diagonal + 1
			if cx == cy {
				cost = diagonal
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return int64(row[len(y)]), nil
}

func instance(a []any) (text, part string, n int64, err error) {
	text, part, n = a[0].(string), a[1].(string), a[2].(int64)
	if n <= 0 {
		err = errors.New("'instance' must be a positive or negative number.")
	}
	return text, part, n, err
}

// strpos returns where part begins for the n-th time, in code points from 1; a
// negative n counts from the end. Occurrences may overlap.
func strpos(a []any) (any, error) {
	if n := a[2].(int64); n < 0 && n != math.MinInt64 {
		return strrpos([]any{a[0], a[1], -n})
	}
	text, part, n, err := instance(a)
	if err != nil || part == "" {
		return int64(1), err
	}
	at := 0
	for ; n > 0; n-- {
		i := strings.Index(text[at:], part)
		if i < 0 {
			return int64(0), nil
		}
		at += i + 1
	}
	return position(text, at-1), nil
}

// strrpos counts the occurrences from the end.
func strrpos(a []any) (any, error) {
	text, part, n, err := instance(a)
	if err != nil || part == "" {
		return int64(1), err
	}
	at := len(text)
	for ; n > 0; n-- {
		i := strings.LastIndex(text[:at], part)
		if i < 0 {
			return int64(0), nil
		}
		at = i + len(part) - 1
		if n == 1 {
			return position(text, i), nil
		}
	}
	return int64(0), nil
}

// position counts code points from 1.
func position(text string, offset int) int64 { return int64(utf8.RuneCountInString(text[:offset])) + 1 }
