package timestream

import (
	"context"

	"tidemark/query"
	"tidemark/tsdb"
)

// Store is what this door needs of *tsdb.DB, operation by operation.
type Store interface {
	databaseWriter
	databaseReader
	tableWriter
	tableReader
	tagger
	recordWriter
}

type databaseWriter interface {
	CreateDatabase(ctx context.Context, name, kmsKey string, tags map[string]string) (tsdb.Database, error)
	UpdateDatabase(ctx context.Context, name, kmsKey string) (tsdb.Database, error)
	DeleteDatabase(ctx context.Context, name string) error
}

type databaseReader interface {
	Database(ctx context.Context, name string) (tsdb.Database, error)
	Databases(ctx context.Context, after string, limit int) ([]tsdb.Database, error)
}

type tableWriter interface {
	CreateTable(ctx context.Context, ref tsdb.TableRef, o tsdb.TableOptions) (tsdb.Table, error)
	UpdateTable(ctx context.Context, ref tsdb.TableRef, u tsdb.TableUpdate) (tsdb.Table, error)
	DeleteTable(ctx context.Context, ref tsdb.TableRef) error
}

type tableReader interface {
	Table(ctx context.Context, ref tsdb.TableRef) (tsdb.Table, error)
	Tables(ctx context.Context, database string, after tsdb.TableRef, limit int) ([]tsdb.Table, error)
}

// tagger keeps the tags of a table, or of a database where the table is empty.
type tagger interface {
	Tags(ctx context.Context, ref tsdb.TableRef) (map[string]string, error)
	Tag(ctx context.Context, ref tsdb.TableRef, tags map[string]string) error
	Untag(ctx context.Context, ref tsdb.TableRef, keys []string) error
}

// recordWriter writes records durably. It may read recs after an error of ctx.
type recordWriter interface {
	Write(ctx context.Context, ref tsdb.TableRef, recs []tsdb.Record) (tsdb.Ingested, error)
}

// Queries is what this door needs of *query.Engine.
type Queries interface {
	Query(ctx context.Context, r query.Request) (*query.Page, error)
	Cancel(ctx context.Context, id string) (message string, err error)
	Prepare(ctx context.Context, text string) ([]query.ColumnSource, []query.Parameter, error)
}
