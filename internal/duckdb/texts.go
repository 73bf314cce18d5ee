package duckdb

/*
#include <stdint.h>

// Of DuckDB's C interface; weak, because the library is linked by package bindings.
extern void duckdb_vector_assign_string_element_len(void *vector, uint64_t row, const char *text, uint64_t length) __attribute__((weak));

static void tidemark_assign_texts(void *vector, uint64_t count, const uint64_t *rows, const uint64_t *ends, const char *bytes) {
	uint64_t start = 0;
	for (uint64_t i = 0; i < count; i++) {
		duckdb_vector_assign_string_element_len(vector, rows[i], bytes + start, ends[i] - start);
		start = ends[i];
	}
}
*/
import "C"

import (
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// texts gathers long texts for one vector, so that one call hands over many.
type texts struct {
	rows, ends []uint64
	bytes      []byte
}

// flushAt is how many bytes are gathered at most.
const flushAt = 1 << 20

func (t *texts) add(row int, text string) {
	t.bytes = append(t.bytes, text...)
	t.rows = append(t.rows, uint64(row))
	t.ends = append(t.ends, uint64(len(t.bytes)))
}

func (t *texts) flush(vec bindings.Vector) {
	if len(t.rows) == 0 {
		return
	}
	C.tidemark_assign_texts(vec.Ptr, C.uint64_t(len(t.rows)), (*C.uint64_t)(unsafe.SliceData(t.rows)),
		(*C.uint64_t)(unsafe.SliceData(t.ends)), (*C.char)(unsafe.Pointer(unsafe.SliceData(t.bytes))))
	t.rows, t.ends, t.bytes = t.rows[:0], t.ends[:0], t.bytes[:0]
}
