// Package deadletters is the front end of dead letters: REST of Tidemark's own, signed
// as AWS's services are, for the service name tidemark.
//
//	door, err := deadletters.New(deadletters.Options{Letters: letters})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// Every operation has a file of its own; testdata/operations.txt lists them. A Service
// is safe to call at once. docs/operating.md, "Dead letters", shows how to call it.
package deadletters

import (
	"context"
	_ "embed"
	"errors"

	"tidemark/api"
	"tidemark/deadletter"
)

//go:embed testdata/operations.txt
var operations string

// Letters is what this door needs of *deadletter.Letters.
type Letters interface {
	List(ctx context.Context, f deadletter.Filter, after deadletter.Cursor, limit int) ([]deadletter.Entry, deadletter.Cursor, error)
	Get(ctx context.Context, database, id string) (deadletter.Entry, error)
	Changer
}

// Changer changes letters.
type Changer interface {
	Replay(ctx context.Context, r deadletter.Replay) (deadletter.Report, error)
	Discard(ctx context.Context, r deadletter.Replay) (deadletter.Report, error)
}

// Options configure a Service.
type Options struct {
	Letters Letters // required
}

// Validate reports the first setting that is missing.
func (o Options) Validate() error {
	if o.Letters == nil {
		return errors.New("deadletters: Letters is required")
	}
	return nil
}

// Service answers the operations.
type Service struct{ opt Options }

// New returns a service, or says which option is missing.
func New(opt Options) (*Service, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	return &Service{opt}, nil
}

// Service declares the wire namespace to package api. Errors have the codes of Timestream.
func (s *Service) Service() api.Service {
	return api.Service{
		Name:     "deadletter",
		Protocol: api.RESTJSON,
		Signing:  []string{"tidemark"},
		Column:   api.Timestream,
		Operations: []api.Operation{
			api.Route("DeleteDeadLetters", "POST", "/tidemark/v1/dead-letters/delete", s.DeleteDeadLetters),
			api.Route("GetDeadLetter", "GET", "/tidemark/v1/dead-letters/{id}", s.GetDeadLetter),
			api.Route("ListDeadLetters", "GET", "/tidemark/v1/dead-letters", s.ListDeadLetters),
			api.Route("ReplayDeadLetters", "POST", "/tidemark/v1/dead-letters/replay", s.ReplayDeadLetters),
		},
		Surface: api.MustParseSurface(operations),
	}
}
