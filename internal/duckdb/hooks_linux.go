package duckdb

// #include "hooks.h"
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb17JemallocExtension8AllocateEPNS_20PrivateAllocatorDataEm
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb17JemallocExtension10ReallocateEPNS_20PrivateAllocatorDataEPhmm
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb17JemallocExtension4FreeEPNS_20PrivateAllocatorDataEPhm
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb18ExpressionExecutor7ExecuteERKNS_23BoundFunctionExpressionEPNS_15ExpressionStateEPKNS_15SelectionVectorEmRNS_6VectorE
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb16OperatorProfiler13StartOperatorENS_12optional_ptrIKNS_16PhysicalOperatorELb1EEE
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb18ExpressionExecutor17TryEvaluateScalarERNS_13ClientContextERKNS_10ExpressionERNS_5ValueE
// #cgo LDFLAGS: -Wl,--wrap=_ZNK6duckdb10Expression4HashEv
// #cgo LDFLAGS: -Wl,--wrap=_ZNK6duckdb16ParsedExpression4HashEv
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb18BufferedFileWriter8TruncateEm
// #cgo LDFLAGS: -Wl,--wrap=_ZN6duckdb8Executor11ExecuteTaskEb
// #cgo LDFLAGS: -Wl,--wrap=sem_post
import "C"

import (
	"runtime"
	"sync/atomic"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// memoryUsed returns the bytes that DuckDB's allocator has given out.
func memoryUsed() int64 { return int64(C.tidemark_memory_used()) }

// raiseCeiling adds to the most that it gives out; without any there is no bound.
func raiseCeiling(bytes int64) { C.tidemark_raise_memory_ceiling(C.longlong(bytes)) }

// shareHeaps bounds the heaps of the C library, in which DuckDB's plans and catalogues
// lie. By itself it has eight for each processor, so that fifty threads need not wait for
// each other, and what is given back in one heap is of no use to the others: after five
// minutes of a mixed load they had 104 MB, with two heaps 34, and a load took no more processor time.
func shareHeaps() bool { return C.tidemark_share_heaps(C.int(max(2, runtime.NumCPU()))) != 0 }

// damagedLogs counts logs that could not be freed of a failed commit.
func damagedLogs() int64 { return int64(C.tidemark_damaged_logs()) }

// naps returns how often a thread slept that waited for others to compute its statement.
func naps() int64 { return int64(C.tidemark_naps()) }

// halts counts the clients that are to end, so that looking for one costs nothing
// while there is none. It belongs to the variables of hooks_linux.cpp.
var halts atomic.Int32

// halt ends the functions that a client evaluates, until the returned function is called.
func halt(client bindings.ClientContext) (goOn func()) {
	halts.Add(1)
	stopped := C.tidemark_stop(client.Ptr)
	return func() {
		C.tidemark_go_on(stopped)
		halts.Add(-1)
	}
}

// halted reports whether the calling thread evaluates a function that is to end.
func halted() bool { return halts.Load() > 0 && C.tidemark_stopped() != 0 }

// operate surrounds what runs a statement on this thread.
func operate() (done func()) {
	runtime.LockOSThread()
	return func() {
		C.tidemark_end_operating()
		runtime.UnlockOSThread()
	}
}

// operateAlone is operate for a statement that is done sooner than others are woken for it.
func operateAlone() (done func()) {
	done = operate()
	C.tidemark_work_alone()
	return done
}

// unwoken returns how often no thread was woken for a statement.
func unwoken() int64 { return int64(C.tidemark_unwoken()) }

// enterOurs surrounds a function that DuckDB calls: an exception must not unwind
// through Go, so nothing is refused to it.
func enterOurs() (leave func()) {
	C.tidemark_enter_ours()
	return func() { C.tidemark_leave_ours() }
}
