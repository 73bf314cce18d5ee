package api_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	iottypes "github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/fault"
)

// failing serves the operations that the clients below call; each ends in *fail.
func failing(t *testing.T, fail *error) aws.Config {
	t.Helper()
	type nothing struct{}
	end := func(context.Context, *nothing) (*nothing, error) { return nil, *fail }
	ts := api.Service{
		Name: "timestream", Target: "Timestream_20181101", Signing: []string{"timestream"}, Column: api.Timestream, Namespace: "com.amazonaws.timestream.v20181101",
		Operations: []api.Operation{api.Op("CreateTable", end), api.Op("Query", end), api.Op("DescribeEndpoints", func(ctx context.Context, _ *nothing) (*endpoints, error) {
			return &endpoints{Endpoints: []endpoint{{api.RequestFrom(ctx).Host, 1}}}, nil
		})},
	}
	control := api.Service{
		Name: "iot", Protocol: api.RESTJSON, Signing: []string{"iot"}, Column: api.IoT,
		Operations: []api.Operation{
			api.Route("CreateTopicRule", "POST", "/rules/{ruleName}", end).Using(api.IoTRules),
			api.Route("GetTopicRule", "GET", "/rules/{ruleName}", end).Using(api.IoTRules),
			api.Route("AttachPolicy", "PUT", "/target-policies/{policyName}", end),
		},
	}
	data := api.Service{
		Name: "iotdata", Protocol: api.RESTJSON, Signing: []string{"iotdata"}, Column: api.IoTData,
		Operations: []api.Operation{api.Route("Publish", "POST", "/topics/{topic+}", end)},
	}
	return apitest.Start(t, api.Options{Services: []api.Service{ts, control, data}}).Config
}

type endpoints struct{ Endpoints []endpoint }

type endpoint struct {
	Address              string
	CachePeriodInMinutes int
}

// Every kind of fault through every column is the error that the SDK declares for it,
// with the status of the specification; nil is a code that the operation's model does
// not have, which the SDK reads as a plain API error.
func TestFaultsReachClients(t *testing.T) {
	var fail error
	config := failing(t, &fail)
	write, queries, control := timestreamwrite.NewFromConfig(config), timestreamquery.NewFromConfig(config), iot.NewFromConfig(config)
	type want struct {
		status int
		code   string
		typed  error
	}
	clients := []struct {
		name string
		call func() error
		want map[fault.Kind]want
	}{
		{"timestream write", func() error {
			_, err := write.CreateTable(t.Context(), &timestreamwrite.CreateTableInput{DatabaseName: aws.String("d"), TableName: aws.String("t")})
			return err
		}, map[fault.Kind]want{
			fault.Internal:    {500, "InternalServerException", &writetypes.InternalServerException{}},
			fault.Invalid:     {400, "ValidationException", &writetypes.ValidationException{}},
			fault.NotFound:    {404, "ResourceNotFoundException", &writetypes.ResourceNotFoundException{}},
			fault.Conflict:    {409, "ConflictException", &writetypes.ConflictException{}},
			fault.Denied:      {403, "AccessDeniedException", &writetypes.AccessDeniedException{}},
			fault.Throttled:   {429, "ThrottlingException", &writetypes.ThrottlingException{}},
			fault.Exceeded:    {402, "ServiceQuotaExceededException", &writetypes.ServiceQuotaExceededException{}},
			fault.Unavailable: {503, "InternalServerException", &writetypes.InternalServerException{}},
		}},
		{"timestream query", func() error {
			_, err := queries.Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String("SELECT 1")})
			return err
		}, map[fault.Kind]want{
			fault.Internal:    {500, "InternalServerException", &querytypes.InternalServerException{}},
			fault.Invalid:     {400, "ValidationException", &querytypes.ValidationException{}},
			fault.NotFound:    {404, "ResourceNotFoundException", nil},
			fault.Conflict:    {409, "ConflictException", &querytypes.ConflictException{}},
			fault.Denied:      {403, "AccessDeniedException", &querytypes.AccessDeniedException{}},
			fault.Throttled:   {429, "ThrottlingException", &querytypes.ThrottlingException{}},
			fault.Exceeded:    {402, "ServiceQuotaExceededException", nil},
			fault.Unavailable: {503, "InternalServerException", &querytypes.InternalServerException{}},
		}},
		{"topic rules", func() error {
			_, err := control.CreateTopicRule(t.Context(), &iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: &iottypes.TopicRulePayload{Sql: aws.String("s"), Actions: []iottypes.Action{}}})
			return err
		}, map[fault.Kind]want{
			fault.Internal:    {500, "InternalException", &iottypes.InternalException{}},
			fault.Invalid:     {400, "InvalidRequestException", &iottypes.InvalidRequestException{}},
			fault.NotFound:    {401, "UnauthorizedException", nil},
			fault.Conflict:    {409, "ConflictingResourceUpdateException", &iottypes.ConflictingResourceUpdateException{}},
			fault.Denied:      {401, "UnauthorizedException", nil},
			fault.Throttled:   {400, "ThrottlingException", nil},
			fault.Exceeded:    {410, "LimitExceededException", nil},
			fault.Unavailable: {503, "ServiceUnavailableException", &iottypes.ServiceUnavailableException{}},
		}},
		{"reading topic rules", func() error {
			_, err := control.GetTopicRule(t.Context(), &iot.GetTopicRuleInput{RuleName: aws.String("r")})
			return err
		}, map[fault.Kind]want{
			fault.Internal: {500, "InternalException", &iottypes.InternalException{}},
			fault.NotFound: {401, "UnauthorizedException", &iottypes.UnauthorizedException{}},
			fault.Denied:   {401, "UnauthorizedException", &iottypes.UnauthorizedException{}},
		}},
		{"other control plane", func() error {
			_, err := control.AttachPolicy(t.Context(), &iot.AttachPolicyInput{PolicyName: aws.String("p"), Target: aws.String("t")})
			return err
		}, map[fault.Kind]want{
			fault.Internal:    {500, "InternalFailureException", &iottypes.InternalFailureException{}},
			fault.Invalid:     {400, "InvalidRequestException", &iottypes.InvalidRequestException{}},
			fault.NotFound:    {404, "ResourceNotFoundException", &iottypes.ResourceNotFoundException{}},
			fault.Conflict:    {409, "ConflictingResourceUpdateException", nil},
			fault.Denied:      {401, "UnauthorizedException", &iottypes.UnauthorizedException{}},
			fault.Throttled:   {400, "ThrottlingException", &iottypes.ThrottlingException{}},
			fault.Exceeded:    {410, "LimitExceededException", &iottypes.LimitExceededException{}},
			fault.Unavailable: {503, "ServiceUnavailableException", &iottypes.ServiceUnavailableException{}},
		}},
	}
	for _, client := range clients {
		for kind, want := range client.want {
			fail = fault.New(kind, "what happened")
			err := client.call()
			read, ok := errors.AsType[smithy.APIError](err)
			if !ok {
				t.Errorf("%s, %v: %v is no API error", client.name, kind, err)
				continue
			}
			response, _ := errors.AsType[*smithyhttp.ResponseError](err)
			if read.ErrorCode() != want.code || response.HTTPStatusCode() != want.status {
				t.Errorf("%s, %v: %d %s, want %d %s", client.name, kind, response.HTTPStatusCode(), read.ErrorCode(), want.status, want.code)
			}
			if want.typed != nil && reflect.TypeOf(read) != reflect.TypeOf(want.typed) {
				t.Errorf("%s, %v: read back as %T, want %T", client.name, kind, read, want.typed)
			}
			if kind != fault.Internal && read.ErrorMessage() != "what happened" {
				t.Errorf("%s, %v: message %q", client.name, kind, read.ErrorMessage())
			}
		}
	}
}

// There is no SDK of the data plane here: its column is read from the wire.
func TestFaultsReachDataClients(t *testing.T) {
	for kind, want := range map[fault.Kind]string{
		fault.Internal: "500 InternalFailureException", fault.Invalid: "400 InvalidRequestException", fault.NotFound: "404 ResourceNotFoundException",
		fault.Conflict: "409 ConflictException", fault.Denied: "403 ForbiddenException", fault.Throttled: "429 ThrottlingException",
		fault.Exceeded: "413 RequestEntityTooLargeException", fault.Unavailable: "503 ServiceUnavailableException",
	} {
		type nothing struct{}
		base := apitest.Start(t, api.Options{Services: []api.Service{{
			Name: "iotdata", Protocol: api.RESTJSON, Signing: []string{"iotdata"}, Column: api.IoTData,
			Operations: []api.Operation{api.Route("Publish", "POST", "/topics/{topic+}", func(context.Context, *nothing) (*nothing, error) { return nil, fault.New(kind, "no") })},
		}}})
		resp, _ := base.Do(t, "iotdata", "POST", "/topics/a", "")
		if got := fmt.Sprint(resp.StatusCode, " ", resp.Header.Get("X-Amzn-Errortype")); got != want {
			t.Errorf("%v = %s, want %s", kind, got, want)
		}
	}
}
