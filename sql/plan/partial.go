package plan

// Partial reads a table as partial results: rows of one series whose times lie in one
// bucket become one row, or a few, of which each sums up some of them. The rows whose
// times lie in Scan.Time count, and no others; Scan.In is a permission to skip, as ever.
type Partial struct {
	Scan   *Scan   // its columns are of the series: dimensions and the measure name
	Bucket *Bucket // nil: all of time is one
	Calls  []PartialCall
}

// Bucket is a column with the time, rounded down to a multiple of Width nanoseconds.
type Bucket struct {
	Col   Col
	Width int64
}

// PartialCall is a partial result and the column that holds it. That of a sum of bigint
// may be wider than the type of its column: only another sum reads it.
type PartialCall struct {
	Col  Col
	Call ScanCall
}

// Columns lists the columns of the series, then the bucket, then the results.
func (n *Partial) Columns() []Col {
	cols := append([]Col(nil), n.Scan.Cols...)
	if n.Bucket != nil {
		cols = append(cols, n.Bucket.Col)
	}
	for _, c := range n.Calls {
		cols = append(cols, c.Col)
	}
	return cols
}

// Inputs returns nothing: no rewrite is to take the scan for one of rows.
func (n *Partial) Inputs() []Node { return nil }

func (n *Partial) rebuild([]Node, func(Expr) Expr) Node { return n }

// Access is what the store must serve.
func (n *Partial) Access() Access {
	a := n.Scan.Access()
	a.Groups = &ScanGroups{}
	if n.Bucket != nil {
		a.Groups.Width = n.Bucket.Width
	}
	for _, c := range n.Calls {
		a.Groups.Calls = append(a.Groups.Calls, c.Call)
	}
	return a
}

// ScanGroups makes the relation of an access one of partial results, with a column bucket
// if Width is not 0 and a column p<i> for every call. Access.Time holds exactly then.
type ScanGroups struct {
	Width int64 // of a bucket, nanoseconds; 0: all of time is one
	Calls []ScanCall
}

// ScanCall is a partial result over a column of the table.
type ScanCall struct {
	Kind   ScanCallKind
	Column int // index in Table.Columns, a value or the time; of no meaning for CountRows
}

// ScanCallKind is what a scan computes.
type ScanCallKind uint8

// The kinds.
const (
	CountRows ScanCallKind = iota
	Count                  // of values that are not NULL
	Sum
	Min
	Max
)

func (k ScanCallKind) String() string { return [...]string{"count", "count", "sum", "min", "max"}[k] }
