package export

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"tidemark/fault"
	"tidemark/objects"
	"tidemark/sql/plan"
)

// maxPartitions is the most partitions of one UNLOAD (developer guide, "Limits for
// UNLOAD").
const maxPartitions = 100

// defaultMemory bounds the rows that wait in memory, over all partitions.
const defaultMemory = 128 << 20

// writer divides rows among partitions.
type writer struct {
	job        *Job
	partitions map[string]*partition // by folder
	folder     []byte                // of the last row
	last       *partition

	files     []resultFile
	committed []objects.Target // everything to remove should the job fail
	rows      int64
}

func newWriter(j *Job) *writer {
	return &writer{job: j, partitions: map[string]*partition{}}
}

// write writes rows to their partitions.
func (w *writer) write(ctx context.Context, rows [][]any) error {
	first := len(w.job.Columns) - w.job.Partitioned
	for _, row := range rows {
		p, err := w.partition(row[first:])
		if err != nil {
			return err
		}
		if err := p.write(ctx, row[:first]); err != nil {
			return err
		}
	}
	w.rows += int64(len(rows))
	return w.relieve(ctx)
}

// partition returns the partition of a row by the values of its partition columns.
func (w *writer) partition(values []any) (*partition, error) {
	before := len(w.folder)
	folder, err := appendFolder(w.folder, w.job.Columns[len(w.job.Columns)-len(values):], values)
	if err != nil {
		return nil, err
	}
	same := w.last != nil && string(folder[before:]) == string(folder[:before])
	w.folder = append(folder[:0], folder[before:]...)
	if same {
		return w.last, nil
	}
	p, ok := w.partitions[string(w.folder)]
	if !ok {
		if len(w.partitions) == maxPartitions {
			return nil, fault.New(fault.Exceeded, "the rows are of more than %d partitions, the most of one query", maxPartitions)
		}
		p = &partition{w: w, folder: string(w.folder)}
		w.partitions[p.folder] = p
	}
	w.last = p
	return p, nil
}

// relieve writes the largest of the waiting rows out until the rest is within bounds.
func (w *writer) relieve(ctx context.Context) error {
	limit := cmp.Or(w.job.Memory, defaultMemory)
	for {
		var sum int64
		var most *partition
		for _, p := range w.partitions {
			sum += p.waiting()
			if most == nil || p.waiting() > most.waiting() {
				most = p
			}
		}
		if sum <= limit {
			return nil
		}
		if err := most.flush(ctx); err != nil {
			return err
		}
	}
}

// finish completes the files and writes metadata and, last of all, the manifest.
func (w *writer) finish(ctx context.Context) (Result, error) {
	for _, folder := range slices.Sorted(maps.Keys(w.partitions)) {
		if err := w.partitions[folder].end(ctx); err != nil {
			return Result{}, err
		}
	}
	return w.describe(ctx)
}

// commit completes one object and notes it.
func (w *writer) commit(ctx context.Context, o objects.Object, t objects.Target) error {
	w.committed = append(w.committed, t) // before: an error may leave it there
	return o.Commit(ctx)
}

// encoder makes the bytes of a file out of rows.
func (w *writer) encoder(to *sink) encoder {
	if w.job.Format == plan.UnloadParquet {
		return newParquet(w.job, to)
	}
	return newCSV(w.job, to)
}
