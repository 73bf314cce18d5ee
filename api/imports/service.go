// Package imports is the front end of importer: files come in parts and their progress
// is asked for. It is REST of Tidemark's own, signed for the service name tidemark.
//
//	door, err := imports.New(imports.Options{Importer: importer})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// BeginImport answers with an ID, AddPart takes the file in parts of up to MaxPart bytes
// in order, FinishImport says that it is complete, and GetImport how far it is. A
// Service is safe to call at once. docs/operating.md, "Importing files", shows it.
package imports

import (
	"context"
	_ "embed"
	"errors"

	"tidemark/api"
	"tidemark/importer"
)

//go:embed testdata/operations.txt
var operations string

// MaxPart is the largest part of a file, in bytes.
const MaxPart = 16 << 20

// Importer is what this door needs of *importer.Importer.
type Importer interface {
	Receiver
	Status(id string) (importer.Status, error)
	Cancel(id string) error
}

// Receiver takes files in.
type Receiver interface {
	Begin(spec importer.Spec) (string, error)
	Add(ctx context.Context, id string, offset int64, part []byte) (int64, error)
	Finish(ctx context.Context, id string) error
}

// Options configure a Service.
type Options struct {
	Importer Importer // required
}

// Service answers the operations.
type Service struct{ opt Options }

// New returns a service, or says which option is missing.
func New(opt Options) (*Service, error) {
	if opt.Importer == nil {
		return nil, errors.New("imports: Importer is required")
	}
	return &Service{opt}, nil
}

// Service declares the wire namespace to package api. Errors have the codes of Timestream.
func (s *Service) Service() api.Service {
	const one = "/tidemark/v1/imports/{id}"
	return api.Service{
		Name:     "imports",
		Protocol: api.RESTJSON,
		Signing:  []string{"tidemark"},
		Column:   api.Timestream,
		MaxBody:  MaxPart,
		Operations: []api.Operation{
			api.Route("AddPart", "PUT", one+"/parts", s.AddPart),
			api.Route("BeginImport", "POST", "/tidemark/v1/tables/{database}/{table}/imports", s.BeginImport),
			api.Route("CancelImport", "DELETE", one, s.CancelImport),
			api.Route("FinishImport", "POST", one+"/finish", s.FinishImport),
			api.Route("GetImport", "GET", one, s.GetImport),
		},
		Surface: api.MustParseSurface(operations),
	}
}
