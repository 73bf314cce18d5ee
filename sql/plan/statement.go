package plan

import "tidemark/sql/types"

// ExplainFormat is what an EXPLAIN shows.
type ExplainFormat uint8

// The formats.
const (
	ExplainText ExplainFormat = iota // the plan, as Explain prints it
	ExplainSQL                       // the statement for DuckDB
)

// Explained is an EXPLAIN of a statement. Root is the root that the statement alone
// would have.
type Explained struct {
	Format ExplainFormat
	Root   Node
}

// Columns lists the one column of the answer, which has a row for each line.
func (n *Explained) Columns() []Col { return varchars("Query Plan") }

// Inputs returns the explained root.
func (n *Explained) Inputs() []Node { return []Node{n.Root} }

func (n *Explained) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == n.Root {
		return n
	}
	return &Explained{n.Format, in[0]}
}

// Unload writes the rows of a query to files in a bucket.
type Unload struct {
	Query *Output
	UnloadOptions
}

// UnloadOptions say where and how an UNLOAD writes (developer guide, "UNLOAD"). The
// analyzer has checked them against each other and against the columns of the query.
type UnloadOptions struct {
	Bucket string // of the target, or the alias of an access point
	Prefix string // of the names of all objects, without a slash at its start or end; may be empty

	// Partitioned counts the columns at the end of the query by whose values the
	// files are divided. They are not written into the files.
	Partitioned int

	Format         UnloadFormat
	Gzip           bool
	Encryption     UnloadEncryption
	KMSKey         string // of UnloadKMS; empty for the bucket's own
	FieldDelimiter byte   // of CSV; ASCII
	EscapedBy      rune   // of CSV
	IncludeHeader  bool   // of CSV: the first line of a file names the columns
	MaxFileSize    int64  // bytes
}

// UnloadFormat is the format of the files.
type UnloadFormat uint8

// The formats.
const (
	UnloadCSV UnloadFormat = iota
	UnloadParquet
)

// UnloadEncryption says who holds the key that the files are encrypted with.
type UnloadEncryption uint8

// The encryptions.
const (
	UnloadS3  UnloadEncryption = iota // SSE_S3
	UnloadKMS                         // SSE_KMS
)

// Columns lists the columns of the answer, one row of counts and names (developer
// guide, "UNLOAD concepts").
func (n *Unload) Columns() []Col {
	return append([]Col{{Name: "rows", Type: types.Of(types.Bigint)}}, varchars("metadataFile", "manifestFile")...)
}

// Inputs returns the query.
func (n *Unload) Inputs() []Node { return []Node{n.Query} }

func (n *Unload) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == Node(n.Query) {
		return n
	}
	return &Unload{in[0].(*Output), n.UnloadOptions}
}
