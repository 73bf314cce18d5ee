// Package tabular prints query results for people and pipes: an aligned table, CSV
// or JSON lines.
//
//	w := tabular.New(os.Stdout, tabular.Table, columns)
//	for each page { err = w.Write(page.Rows) }
//	err = w.Close()
//
// Rows are printed as they come: nothing but one batch is held. Values have the Go
// forms of package sql/types. A Writer serves one goroutine.
package tabular

import (
	"io"
	"strings"

	"tidemark/fault"
	"tidemark/sql/types"
)

// Column is one column of a result.
type Column struct {
	Name string
	Type types.Type
}

// Writer prints rows. Close prints what belongs after the last; it does not close the output.
type Writer interface {
	Write(rows [][]any) error
	Close() error
}

// Format is a way of printing.
type Format uint8

// The formats.
const (
	Table Format = iota // aligned columns under a header, for reading
	CSV                 // RFC 4180 with a header; NULL is an empty field, an empty text is ""
	JSON                // one object per row and line
)

var formatNames = [...]string{"table", "csv", "json"}

// String returns the name that ParseFormat takes.
func (f Format) String() string { return formatNames[f] }

// ParseFormat returns the format with a name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return 0, fault.New(fault.Invalid, "no output format %q: there are %s", name, strings.Join(formatNames[:], ", "))
}

// New returns a writer of a format.
func New(w io.Writer, f Format, columns []Column) Writer {
	return writers[f](w, columns)
}

var writers = [...]func(io.Writer, []Column) Writer{Table: newTable, CSV: newCSV, JSON: newJSON}
