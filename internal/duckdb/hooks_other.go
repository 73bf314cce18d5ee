//go:build !linux

package duckdb

import bindings "github.com/duckdb/duckdb-go-bindings"

// Only on Linux can the linker put anything in front of DuckDB's own functions.
// Elsewhere its memory limit and its looks for interrupts are all there is.

func memoryUsed() int64                         { return 0 }
func shareHeaps() bool                          { return true }
func damagedLogs() int64                        { return 0 }
func raiseCeiling(int64)                        {}
func halt(bindings.ClientContext) (goOn func()) { return func() {} }
func halted() bool                              { return false }
func operate() (done func())                    { return func() {} }
func operateAlone() (done func())               { return func() {} }
func enterOurs() (leave func())                 { return func() {} }
