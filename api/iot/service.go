// Package iot is the front end of AWS IoT Core's control plane: topic rules, their
// tags, and where devices connect.
//
//	door, err := iot.New(iot.Options{Rules: engine, Region: "us-east-1", Account: "000000000000"})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// Every operation has a file of its own. A Service is safe to call at once. Which
// operations are served stands in testdata/operations.txt.
package iot

import (
	"context"
	_ "embed"
	"errors"
	"net/http"

	"tidemark/api"
	"tidemark/arn"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
)

//go:embed testdata/operations.txt
var operations string

// maxBody bounds a request, in bytes: a rule's definition of 128 KB fits whatever its
// escapes.
const maxBody = 1 << 20

// Rules is what this door needs of *rules.Engine, operation by operation.
type Rules interface {
	ruleWriter
	ruleReader
	ruleSwitch
	ruleTagger
}

type ruleWriter interface {
	Create(ctx context.Context, r rules.Rule) error
	Replace(ctx context.Context, r rules.Rule) error
	Delete(ctx context.Context, name string) error
}

type ruleReader interface {
	Get(ctx context.Context, name string) (rules.Rule, error)
	List(ctx context.Context, o rules.ListOptions) ([]rules.Rule, error)
}

type ruleSwitch interface {
	SetDisabled(ctx context.Context, name string, disabled bool) error
}

type ruleTagger interface {
	Tag(ctx context.Context, name string, tags map[string]string) error
	Untag(ctx context.Context, name string, keys []string) error
}

// Options configure a Service.
type Options struct {
	Rules   Rules  // required
	Region  string // required
	Account string // required; twelve digits
	// DataEndpoint returns the address that devices and data clients are sent to, a
	// host with a port where it is not 443, for an endpoint type such as iot:Data-ATS.
	// When nil, it is the address that the request came to.
	DataEndpoint func(r *http.Request, endpointType string) string
}

// Validate reports the first setting that is missing.
func (o Options) Validate() error {
	if o.Rules == nil || o.Region == "" || o.Account == "" {
		return errors.New("iot: Rules, Region and Account are required")
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
	if opt.DataEndpoint == nil {
		opt.DataEndpoint = func(r *http.Request, _ string) string { return r.Host }
	}
	return &Service{opt}, nil
}

// Service declares the wire namespace to package api.
func (s *Service) Service() api.Service {
	return api.Service{
		Name:     "iot",
		Protocol: api.RESTJSON,
		Signing:  []string{"iot"},
		Column:   api.IoT,
		MaxBody:  maxBody,
		Cases: []api.Case{
			api.CaseOf(http.StatusBadRequest, "SqlParseException", sqlMembers),
			api.CaseOf(http.StatusConflict, "ResourceAlreadyExistsException", existsMembers),
		},
		Operations: s.operations(),
		Surface:    api.MustParseSurface(operations),
	}
}

func (s *Service) operations() []api.Operation {
	return []api.Operation{
		api.Route("CreateTopicRule", "POST", "/rules/{ruleName}", s.CreateTopicRule).Using(api.IoTRules),
		api.Route("DeleteTopicRule", "DELETE", "/rules/{ruleName}", s.DeleteTopicRule).Using(api.IoTRules),
		api.Route("DescribeEndpoint", "GET", "/endpoint", s.DescribeEndpoint),
		api.Route("DisableTopicRule", "POST", "/rules/{ruleName}/disable", s.DisableTopicRule).Using(api.IoTRules),
		api.Route("EnableTopicRule", "POST", "/rules/{ruleName}/enable", s.EnableTopicRule).Using(api.IoTRules),
		api.Route("GetTopicRule", "GET", "/rules/{ruleName}", s.GetTopicRule).Using(api.IoTRules),
		api.Route("ListTagsForResource", "GET", "/tags", s.ListTagsForResource),
		api.Route("ListTopicRules", "GET", "/rules", s.ListTopicRules).Using(api.IoTRules),
		api.Route("ReplaceTopicRule", "PATCH", "/rules/{ruleName}", s.ReplaceTopicRule).Using(api.IoTRules),
		api.Route("TagResource", "POST", "/tags", s.TagResource),
		api.Route("UntagResource", "POST", "/untag", s.UntagResource),
	}
}

// Empty is the output of operations that answer {}.
type Empty struct{}

// None is the output of operations that answer an empty body.
type None struct{}

func (s *Service) ruleARN(name string) string {
	return arn.New("iot", s.opt.Region, s.opt.Account, "rule/"+name).String()
}

func sqlMembers(e *iotsql.SyntaxError) (string, map[string]any) { return e.Error(), nil }

// exists is the error of a name that is taken.
type exists struct{ id, arn, text string }

func (e *exists) Error() string { return e.text }

func existsMembers(e *exists) (string, map[string]any) {
	return e.text, map[string]any{"resourceId": e.id, "resourceArn": e.arn}
}

// missing gives the error about a rule that does not exist the text that AWS has for
// it: it does not tell whether the rule is missing or another's.
func missing(name string, err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "Access to topic rule '%s' was denied", name)
	}
	return err
}
