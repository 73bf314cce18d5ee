package importer

import (
	"context"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// lineFile stores the chunks of a file of line protocol.
type lineFile struct{ columnar }

func openLines(j *job, conn *duckdb.Conn) loader { return &lineFile{columnar{job: j, conn: conn}} }

func (f *lineFile) load(ctx context.Context, c chunk) error {
	return fault.New(fault.Invalid, "Line protocol is not read by this server.")
}
