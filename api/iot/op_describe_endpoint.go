package iot

import (
	"context"

	"tidemark/api"
	"tidemark/fault"
)

// DescribeEndpointInput is the input of DescribeEndpoint.
type DescribeEndpointInput struct {
	EndpointType string `bind:"query,endpointType"`
}

// DescribeEndpointOutput is the output of DescribeEndpoint.
type DescribeEndpointOutput struct {
	EndpointAddress string `json:"endpointAddress"`
}

// endpointTypes are those that AWS has; true are the ones served here.
var endpointTypes = map[string]bool{
	"": true, "iot:Data": true, "iot:Data-ATS": true, "iot:Data-Beta": true,
	"iot:CredentialProvider": false, "iot:Jobs": false, "iot:DeviceAdvisor": false,
}

// DescribeEndpoint tells where devices and data clients connect: a host, with a port
// where it is not 443, before which clients put their scheme.
func (s *Service) DescribeEndpoint(ctx context.Context, in *DescribeEndpointInput) (*DescribeEndpointOutput, error) {
	served, known := endpointTypes[in.EndpointType]
	switch {
	case !known:
		return nil, fault.New(fault.Invalid, "Invalid endpoint type %q.", in.EndpointType)
	case !served:
		return nil, fault.New(fault.Invalid, "The endpoint type %s is not supported by this server.", in.EndpointType)
	}
	return &DescribeEndpointOutput{s.opt.DataEndpoint(api.RequestFrom(ctx).HTTP, in.EndpointType)}, nil
}
