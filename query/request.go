package query

import "tidemark/sql/types"

// Request asks for one page of a query's result.
type Request struct {
	Text      string // the statement, at most 262,144 bytes
	Token     string // NextToken of an earlier page; empty starts a query
	Principal string // who asks; a token serves only the principal it was given to

	// ClientToken makes the start of a query repeatable: the same token with the
	// same text, MaxRows and principal has the same answer for a while. It is
	// ignored with Token (AWS page "Query", ClientToken).
	ClientToken string

	MaxRows   int // most rows of the page; 0 is as many as fit into PageBytes
	PageBytes int // most bytes of the page by RowSize; 0 is 1 MB

	// RowSize returns the size of a row as the door will send it; nil estimates it.
	// It is called from another goroutine than the caller's, and once per row.
	RowSize func(cols []Column, row []any) int
}

// Column is one column of a result.
type Column struct {
	Name string
	Type types.Type
}

// Page is a part of a result. It is immutable: a repeated request may return the same one.
type Page struct {
	QueryID   string // 63 characters of upper-case base32
	Columns   []Column
	Rows      [][]any // values in the Go forms that package sql/types lists
	NextToken string  // empty on the last page; a page without rows may have one
	Progress  float64 // percent; 100 on the last page

	BytesScanned int64 // estimate of the column data that the statement reads
	BytesMetered int64 // what Timestream would charge for: at least 10 MB, 0 for metadata
}

// ColumnSource says where a column of a prepared statement comes from.
type ColumnSource struct {
	Column
	Database, Table string // empty for an expression
	Aliased         bool   // the statement gave it a name of its own
}

// Parameter is a named parameter of a statement, written @name.
type Parameter struct {
	Name string
	Type types.Type
}
