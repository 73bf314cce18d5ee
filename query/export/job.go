package export

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"tidemark/fault"
	"tidemark/objects"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// Store is what a job needs of objects.Store.
type Store interface {
	Check(ctx context.Context, t objects.Target) error
	Create(ctx context.Context, t objects.Target) (objects.Object, error)
	Remove(ctx context.Context, t objects.Target) error
}

// Column is one column of the query.
type Column struct {
	Name string
	Type types.Type
}

// Job is one UNLOAD. Its fields do not change once it runs.
type Job struct {
	ID      string   // of the query
	Columns []Column // of the query, those of partitioned_by included
	plan.UnloadOptions

	Store  Store
	Memory int64        // bytes of rows that wait for a row group of Parquet; 128 MB
	Logger *slog.Logger // nil discards
}

// Result is what the statement answers.
type Result struct {
	Rows               int64
	Metadata, Manifest string // URLs
}

// Error is a failure of writing, as opposed to one of the query. Underneath is a fault,
// mostly.
type Error struct{ err error }

// Error returns the text for the client.
func (e *Error) Error() string { return "UNLOAD failed: " + e.err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.err }

// Check refuses, before anything runs, a job that cannot end well: a target that cannot
// be, columns that the format has no place for.
func (j *Job) Check(ctx context.Context) error {
	if j.Format == plan.UnloadParquet {
		if err := checkNames(j.written()); err != nil {
			return err
		}
	}
	return j.Store.Check(ctx, j.target(j.key(results+j.fileName()), ""))
}

// Run writes all rows that next returns, to io.EOF. An error of next comes back as it
// is, any other is an *Error.
func (j *Job) Run(ctx context.Context, next func(context.Context) ([][]any, error)) (Result, error) {
	w := newWriter(j)
	result, err := w.all(ctx, next)
	if err != nil {
		w.undo(ctx)
	}
	return result, err
}

// all writes everything.
func (w *writer) all(ctx context.Context, next func(context.Context) ([][]any, error)) (Result, error) {
	for {
		rows, err := next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Result{}, err
		}
		if err := w.write(ctx, rows); err != nil {
			return Result{}, failed(ctx, err)
		}
	}
	result, err := w.finish(ctx)
	return result, failed(ctx, err)
}

// failed makes an error of writing one for the client. Who ended the context is the
// cause of what fails then.
func failed(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &Error{err}
}

// written are the columns that files have.
func (j *Job) written() []Column { return j.Columns[:len(j.Columns)-j.Partitioned] }

// key is the name of an object below the target. The folder is taken as it is written:
// it is for the store to say what it can be.
func (j *Job) key(name string) string {
	if j.Prefix == "" {
		return name
	}
	return j.Prefix + "/" + name
}

// results is the folder of the data, with a slash at its end.
const results = "results/"

// extensions are those of files: compressed CSV loses its own.
var extensions = map[plan.UnloadFormat]map[bool]string{
	plan.UnloadCSV:     {true: ".gz", false: ".csv"},
	plan.UnloadParquet: {true: ".parquet", false: ".parquet"},
}

var contentTypes = map[string]string{
	".gz": "application/gzip", ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".json": "application/json",
}

// fileName makes a name that no other file has.
func (j *Job) fileName() string {
	return j.ID + "_" + uuid.NewString() + extensions[j.Format][j.Gzip]
}

func (j *Job) target(key, contentType string) objects.Target {
	return objects.Target{
		Bucket: j.Bucket, Key: key, ContentType: contentType, KMS: j.Encryption == plan.UnloadKMS, KMSKey: j.KMSKey,
	}
}

// undoIn is how long removing the files of a failed job may take.
const undoIn = 30 * time.Second

// undo gives up what is open and removes what was committed. What cannot be removed is
// logged: without a manifest nobody takes it for a result.
func (w *writer) undo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoIn)
	defer cancel()
	var errs []error
	for _, p := range w.partitions {
		errs = append(errs, p.abort())
	}
	for _, t := range w.committed {
		errs = append(errs, w.job.Store.Remove(ctx, t))
	}
	if err := errors.Join(errs...); err != nil && w.job.Logger != nil {
		w.job.Logger.Warn("files of a failed unload remain", "query_id", w.job.ID, "err", err)
	}
}

// checkNames refuses columns that a reader of Parquet could not tell apart.
func checkNames(columns []Column) error {
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[c.Name] {
			return fault.New(fault.Invalid, "UNLOAD in the format PARQUET needs columns with different names: '%s' is there twice", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}
