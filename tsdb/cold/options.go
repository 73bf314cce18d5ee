package cold

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
)

// Options says where tables are and how long their past is kept.
type Options struct {
	// Dir is the directory of all tables; it is made when it is not there.
	Dir string

	// Bucket keeps the tables in a bucket instead; Dir has copies of files then.
	Bucket *Bucket

	// Keep is how long a replaced Iceberg snapshot stays readable for engines that have
	// begun to read it. 0 is 10 minutes. At most MaxSnapshots are kept.
	Keep time.Duration

	// MaxSnapshots bounds what Keep keeps, the current snapshot included. 0 is 100.
	MaxSnapshots int

	Now        func() time.Time      // nil is time.Now
	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil registers nowhere
}

// Validate refuses what Open cannot work with.
func (o Options) Validate() error {
	switch {
	case o.Dir == "":
		return fault.New(fault.Invalid, "cold: the directory is empty")
	case o.Keep < 0:
		return fault.New(fault.Invalid, "cold: keep is %v, below 0", o.Keep)
	case o.MaxSnapshots < 0:
		return fault.New(fault.Invalid, "cold: at most %d snapshots cannot be kept", o.MaxSnapshots)
	}
	return o.Bucket.validate()
}

func (o Options) withDefaults() Options {
	if o.Keep == 0 {
		o.Keep = 10 * time.Minute
	}
	if o.MaxSnapshots == 0 {
		o.MaxSnapshots = 100
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	return o
}
