// Package storage is the front end of what Timestream has no API for: records are
// deleted, rows moved into files and files compacted. It is REST of Tidemark's own,
// signed as AWS's services are, for the service name tidemark.
//
//	door, err := storage.New(storage.Options{Store: db})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// Every operation has a file of its own; testdata/operations.txt lists them. A Service
// is safe to call at once. docs/operating.md, "Deleting records", shows how to call it.
package storage

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"tidemark/api"
	"tidemark/tsdb"
	"tidemark/tsdb/hot"
)

//go:embed testdata/operations.txt
var operations string

// Store is what this door needs of *tsdb.DB.
type Store interface {
	Deleter
	Flush(ctx context.Context, ref tsdb.TableRef) error
	Compact(ctx context.Context, ref tsdb.TableRef) error
	Files(ref tsdb.TableRef) ([]hot.File, error)
}

// Deleter deletes records.
type Deleter interface {
	CountDeletion(ctx context.Context, ref tsdb.TableRef, del tsdb.Deletion) (int64, error)
	Delete(ctx context.Context, ref tsdb.TableRef, del tsdb.Deletion, who string) (tsdb.DeletionReport, error)
	Deletions(ctx context.Context, after string, limit int) ([]tsdb.DeletionReport, error)
}

// Options configure a Service.
type Options struct {
	Store Store // required
}

// Service answers the operations.
type Service struct{ opt Options }

// New returns a service, or says which option is missing.
func New(opt Options) (*Service, error) {
	if opt.Store == nil {
		return nil, errors.New("storage: Store is required")
	}
	return &Service{opt}, nil
}

// long is the bound on operations that move or read all rows of a table.
const long = time.Hour

// Service declares the wire namespace to package api. Errors have the codes of Timestream.
func (s *Service) Service() api.Service {
	const table = "/tidemark/v1/tables/{database}/{table}"
	return api.Service{
		Name:     "storage",
		Protocol: api.RESTJSON,
		Signing:  []string{"tidemark"},
		Column:   api.Timestream,
		Operations: []api.Operation{
			api.Route("CompactTable", "POST", table+"/compact", s.CompactTable).Within(long),
			api.Route("DeleteRecords", "POST", table+"/delete", s.DeleteRecords).Within(long),
			api.Route("FlushTable", "POST", table+"/flush", s.FlushTable).Within(long),
			api.Route("ListDeletions", "GET", "/tidemark/v1/deletions", s.ListDeletions),
			api.Route("ListFiles", "GET", table+"/files", s.ListFiles),
		},
		Surface: api.MustParseSurface(operations),
	}
}
