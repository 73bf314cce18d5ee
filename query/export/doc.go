// Package export writes the rows of an UNLOAD to objects: files of CSV or Parquet,
// divided by the values of columns and by size, then the metadata and, last, the
// manifest (developer guide, "UNLOAD concepts"; docs/formats.md, "UNLOAD").
//
//	job := &export.Job{ID: id, Columns: columns, UnloadOptions: options, Store: store}
//	if err := job.Check(ctx); err != nil { … }
//	result, err := job.Run(ctx, next)
//
// Rows go through: what is kept is bounded, whatever the size of the answer. A job that
// fails removes what it wrote and leaves no manifest. One goroutine uses a job.
package export
