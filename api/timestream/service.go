// Package timestream is the front end of Timestream for LiveAnalytics: its write and
// query services, which share a target prefix and four operation names, as one wire
// namespace.
//
//	ts, err := timestream.New(timestream.Options{Store: db, Queries: engine, Region: "us-east-1", Account: "000000000000"})
//	server, err := api.New(api.Options{Services: []api.Service{ts.Service()}, …})
//
// Every operation has a file of its own. A Service is safe to call at once. Which
// operations are served stands in testdata/operations.txt.
package timestream

import (
	_ "embed"
	"errors"
	"sync"

	"tidemark/api"
	"tidemark/arn"
	"tidemark/query"
	"tidemark/tsdb"
)

//go:embed testdata/operations.txt
var operations string

// maxBody bounds a request, in bytes: 100 records of 256 measures, or a statement of
// 262,144 characters, fit whatever their escapes.
const maxBody = 4 << 20

// Options configure a Service.
type Options struct {
	Store   Store   // required
	Queries Queries // required
	Region  string  // required
	Account string  // required; twelve digits
	// EndpointAddress is what DescribeEndpoints answers; when empty, the address that
	// the client itself used, in the form that its SDK can follow.
	EndpointAddress string
}

// Validate reports the first setting that is missing.
func (o Options) Validate() error {
	if o.Store == nil || o.Queries == nil || o.Region == "" || o.Account == "" {
		return errors.New("timestream: Store, Queries, Region and Account are required")
	}
	return nil
}

// Service answers the operations.
type Service struct {
	opt      Options
	decoders sync.Pool // of *decoder
}

// New returns a service, or says which option is missing.
func New(opt Options) (*Service, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	sets := newDimensionSets()
	return &Service{opt: opt, decoders: sync.Pool{New: func() any { return &decoder{sets: sets} }}}, nil
}

// Service declares the wire namespace to package api.
func (s *Service) Service() api.Service {
	return api.Service{
		Name:      "timestream",
		Protocol:  api.JSON10,
		Target:    "Timestream_20181101",
		Signing:   []string{"timestream"},
		Column:    api.Timestream,
		Namespace: "com.amazonaws.timestream.v20181101",
		MaxBody:   maxBody,
		RequestID: api.Base32ID,
		Cases: []api.Case{
			api.CaseOf(419, "RejectedRecordsException", rejectedMembers),
			api.CaseOf[*query.ExecutionError](400, "QueryExecutionException", nil),
		},
		Operations: s.operations(),
		Surface:    api.MustParseSurface(operations),
	}
}

// operations is the whole surface; a name that is neither here nor in AWS's list is
// UnknownOperationException.
func (s *Service) operations() []api.Operation {
	return []api.Operation{
		api.Op("CancelQuery", s.CancelQuery),
		api.Op("CreateDatabase", s.CreateDatabase),
		api.Op("CreateTable", s.CreateTable),
		api.Op("DeleteDatabase", s.DeleteDatabase),
		api.Op("DeleteTable", s.DeleteTable),
		api.Op("DescribeDatabase", s.DescribeDatabase),
		api.Op("DescribeEndpoints", s.DescribeEndpoints),
		api.Op("DescribeTable", s.DescribeTable),
		api.Op("ListDatabases", s.ListDatabases),
		api.Op("ListTables", s.ListTables),
		api.Op("ListTagsForResource", s.ListTagsForResource),
		api.Op("PrepareQuery", s.PrepareQuery),
		api.Op("Query", s.Query),
		api.Op("TagResource", s.TagResource),
		api.Op("UntagResource", s.UntagResource),
		api.Op("UpdateDatabase", s.UpdateDatabase),
		api.Op("UpdateTable", s.UpdateTable),
		api.Op("WriteRecords", s.WriteRecords),
	}
}

// Empty is the output of operations that answer {}.
type Empty struct{}

// None is the output of operations that answer an empty body.
type None struct{}

func (s *Service) databaseARN(name string) string {
	return arn.New("timestream", s.opt.Region, s.opt.Account, "database/"+name).String()
}

func (s *Service) tableARN(ref tsdb.TableRef) string {
	return arn.New("timestream", s.opt.Region, s.opt.Account, "database/"+ref.Database+"/table/"+ref.Table).String()
}
