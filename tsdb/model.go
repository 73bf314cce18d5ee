package tsdb

import (
	"time"
)

// Database is a named group of tables.
type Database struct {
	Name             string
	KmsKey           string // as given at creation or by the last update; empty when never given
	Tables           int
	Created, Updated time.Time
}

// Table is a table's settings.
type Table struct {
	Ref              TableRef
	Retention        Retention
	MagneticWrites   MagneticWrites
	PartitionKey     []PartitionKey
	Created, Updated time.Time
}

// Retention says how long records are kept, counted from their time: first in the
// memory store, then in the magnetic store. Together they bound what is accepted.
type Retention struct {
	MemoryHours  int // 1 to 8766
	MagneticDays int // 1 to 73000
}

// DefaultRetention is that of a table created without one (developer guide, "Quotas").
var DefaultRetention = Retention{MemoryHours: 6, MagneticDays: 73000}

// memory returns the age up to which a record belongs to the memory store.
func (r Retention) memory() int64 { return int64(r.MemoryHours) * int64(time.Hour) }

// total returns the age at which a record expires, in nanoseconds.
func (r Retention) total() int64 { return r.memory() + int64(r.MagneticDays)*24*int64(time.Hour) }

// MagneticWrites says whether records older than the memory store are accepted.
type MagneticWrites struct {
	Enabled  bool
	Rejected *S3Location // where reports about records rejected later go; nil: nowhere
}

// S3Location names a place in an object store.
type S3Location struct {
	Bucket     string
	Prefix     string
	Encryption string // SSE_S3, SSE_KMS or empty
	KmsKey     string
}

// PartitionKey is one element of a table's partition key.
type PartitionKey struct {
	Type        string // DIMENSION or MEASURE
	Name        string // of the dimension; empty for MEASURE
	Enforcement string // REQUIRED or OPTIONAL; empty for MEASURE
}

// The words of a partition key (API reference, "PartitionKey").
const (
	KeyDimension = "DIMENSION"
	KeyMeasure   = "MEASURE"
	Required     = "REQUIRED"
	Optional     = "OPTIONAL"
)

// TableOptions are a new table's settings; what is nil takes the default.
type TableOptions struct {
	Retention      *Retention
	MagneticWrites *MagneticWrites
	PartitionKey   []PartitionKey
	Tags           map[string]string
}

// TableUpdate names the settings to change; what is nil stays.
type TableUpdate struct {
	Retention      *Retention
	MagneticWrites *MagneticWrites
	PartitionKey   []PartitionKey
}
