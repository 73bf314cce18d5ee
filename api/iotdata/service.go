// Package iotdata is the front end of AWS IoT Core's data plane over HTTPS:
// publishing and retained messages.
//
//	door, err := iotdata.New(iotdata.Options{Broker: broker})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// Every operation has a file of its own. A Service is safe to call at once. Which
// operations are served stands in testdata/operations.txt.
package iotdata

import (
	"context"
	_ "embed"
	"errors"

	"tidemark/api"
	"tidemark/broker"
)

//go:embed testdata/operations.txt
var operations string

// maxPayload bounds a message, in bytes (AWS page "AWS IoT Core endpoints and quotas").
const maxPayload = 128 << 10

// Broker is what this door needs of *broker.Server. Publish takes a message through
// the same checks and the same path as one that came over MQTT; done is called once.
type Broker interface {
	Publish(ctx context.Context, m *broker.Message, done func(error))
	Retained(topic string) (broker.Retained, error)
	ListRetained(after string, limit int) ([]broker.Retained, error)
}

// Options configure a Service.
type Options struct {
	Broker Broker // required
}

// Validate reports the first setting that is missing.
func (o Options) Validate() error {
	if o.Broker == nil {
		return errors.New("iotdata: Broker is required")
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

// Service declares the wire namespace to package api. Signatures may be scoped to
// either of the names that the SDKs and the developer guide use.
func (s *Service) Service() api.Service {
	return api.Service{
		Name:     "iotdata",
		Protocol: api.RESTJSON,
		Signing:  []string{"iotdata", "iotdevicegateway"},
		Column:   api.IoTData,
		MaxBody:  maxPayload,
		TraceID:  "traceId",
		Operations: []api.Operation{
			api.Route("GetRetainedMessage", "GET", "/retainedMessage/{topic+}", s.GetRetainedMessage),
			api.Route("ListRetainedMessages", "GET", "/retainedMessage", s.ListRetainedMessages),
			api.Route("Publish", "POST", "/topics/{topic+}", s.Publish),
		},
		Surface: api.MustParseSurface(operations),
	}
}
