package timestream

import (
	"context"
	"net"
	"strings"

	"tidemark/api"
)

// DescribeEndpointsInput is the input of DescribeEndpoints.
type DescribeEndpointsInput struct{}

// DescribeEndpointsOutput is the output of DescribeEndpoints.
type DescribeEndpointsOutput struct{ Endpoints []Endpoint }

// Endpoint is an address and how long a client may keep it.
type Endpoint struct {
	Address              string
	CachePeriodInMinutes int64
}

// DescribeEndpoints answers the address that the client is using already: nobody is
// sent elsewhere. Both services have this operation and answer alike.
func (s *Service) DescribeEndpoints(ctx context.Context, _ *DescribeEndpointsInput) (*DescribeEndpointsOutput, error) {
	address := s.opt.EndpointAddress
	if address == "" {
		address = endpointAddress(api.RequestFrom(ctx))
	}
	return &DescribeEndpointsOutput{[]Endpoint{{address, 1440}}}, nil
}

// endpointAddress writes the address in the form that the client's SDK can follow:
// JavaScript replaces the host name alone, botocore the whole URL and would else
// assume https, Go and Java replace host and port.
func endpointAddress(r *api.Request) string {
	agent := strings.ToLower(r.UserAgent)
	switch {
	case strings.Contains(agent, "aws-sdk-js/"):
		if host, _, err := net.SplitHostPort(r.Host); err == nil {
			return host
		}
		return r.Host
	case strings.Contains(agent, "botocore"), strings.Contains(agent, "boto3/"), strings.Contains(agent, "aws-cli/"):
		if r.TLS {
			return "https://" + r.Host
		}
		return "http://" + r.Host
	}
	return r.Host
}
