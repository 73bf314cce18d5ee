package cursor

import (
	"slices"

	"tidemark/fault"
)

// Want says how large a page may be.
type Want struct {
	MaxRows  int // 0 is no bound
	MaxBytes int
	Size     func(row []any) int // bytes of a row
}

// errRowSize is Timestream's text for a row that no page can hold (API reference,
// "Query", MaxRows).
var errRowSize = fault.New(fault.Invalid,
	"Query aborted as max page response size has been exceeded by the output result row")

// window holds a query's rows from the first row of the current page on.
type window struct {
	rows  [][]any
	sizes []int
	bytes int64 // sum of sizes
	ended bool  // the source has no more rows
}

// add appends rows with their sizes.
func (w *window) add(rows [][]any, sizes []int) {
	w.rows = append(w.rows, rows...)
	w.sizes = append(w.sizes, sizes...)
	w.bytes += int64(sum(sizes))
}

// drop forgets the first n rows. It copies the others, so that the dropped ones are free.
func (w *window) drop(n int) {
	w.bytes -= int64(sum(w.sizes[:n]))
	w.rows = slices.Clone(w.rows[n:])
	w.sizes = slices.Clone(w.sizes[n:])
}

// cut returns how many rows make the page that want describes. It is settled when
// no row that the source may still have would change that: a full page is settled
// only with a row after it, so that the last page is known to be the last.
func (w *window) cut(want Want) (n int, settled bool, err error) {
	bytes := 0
	for i, size := range w.sizes {
		if want.MaxRows > 0 && i == want.MaxRows {
			return i, true, nil
		}
		if bytes += size; bytes > want.MaxBytes {
			if i == 0 {
				return 0, true, errRowSize
			}
			return i, true, nil
		}
	}
	return len(w.sizes), w.ended, nil
}

// sizesOf measures rows.
func sizesOf(rows [][]any, size func([]any) int) []int {
	sizes := make([]int, len(rows))
	for i, row := range rows {
		sizes[i] = size(row)
	}
	return sizes
}

func sum(sizes []int) int {
	total := 0
	for _, size := range sizes {
		total += size
	}
	return total
}
