// Package cold keeps tables of immutable Parquet files, each table an Apache Iceberg
// table of format version 3 that other engines read in place.
//
//	store, err := cold.Open(ctx, cold.Options{Dir: dir})
//	t, err := store.Table(ctx, cold.Key{Database: "plant", Table: "sensors", ID: 7})
//	ids, err := t.Define(ctx, fields)          // columns, each with its field id
//	path, err := t.NewPath(day, applied)       // somebody writes a Parquet file there
//	err = t.Commit(ctx, cold.Change{Add: []cold.File{file}, Flushed: 12})
//
// A commit is atomic and on disk when it returns: the table is what its newest metadata
// file says, v<N>.metadata.json, and nothing else. What is known of the current files
// (days, bounds, sizes) comes from there when a table is loaded and is in memory afterwards;
// asking for it touches no disk. All methods are safe to call at once; those that change a
// table wait for each other. A directory belongs to one Store.
//
// docs/formats.md, "Cold store", has the layout, docs/operating.md says how other engines
// read it.
package cold
