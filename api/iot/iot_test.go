package iot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/smithy-go"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
)

// shelf keeps rules in memory for a real engine.
type shelf map[string]rules.Rule

func (s shelf) Put(_ context.Context, name string, r rules.Rule) error { s[name] = r; return nil }
func (s shelf) Delete(_ context.Context, name string) error            { delete(s, name); return nil }
func (s shelf) All(context.Context) ([]rules.Rule, error)              { return nil, nil }

type idle struct{}

func (idle) Do(_ context.Context, _ *rules.Event, done func(error)) { done(nil) }

// start serves a real rules engine, whose actions do nothing, until the test ends.
func start(t *testing.T) apitest.Base {
	t.Helper()
	builder := rules.Builder{Shape: "TimestreamAction", Build: func(_ *iotsql.Statement, config json.RawMessage) (rules.Action, error) {
		if !strings.Contains(string(config), "roleArn") {
			return nil, fault.New(fault.Invalid, "roleArn is required")
		}
		return idle{}, nil
	}}
	engine, err := rules.Open(t.Context(), rules.Options{
		Store: shelf{}, Builders: map[string]rules.Builder{"timestream": builder, "republish": builder},
		MaxRules: 5, Now: func() time.Time { return time.Unix(1700000000, 5e8) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return serve(t, engine)
}

func serve(t *testing.T, keeper Rules) apitest.Base {
	t.Helper()
	s, err := New(Options{Rules: keeper, Region: "us-east-1", Account: "000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{s.Service()}})
}

func TestSurface(t *testing.T) {
	s, err := New(Options{Rules: (*rules.Engine)(nil), Region: "r", Account: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(s.Service()) {
		t.Error(wrong)
	}
}

func payload() *types.TopicRulePayload {
	return &types.TopicRulePayload{
		Sql: aws.String("SELECT humidity, pressure, temperature FROM 'dt/sensor/#'"),
		Actions: []types.Action{{Timestream: &types.TimestreamAction{
			RoleArn: aws.String("arn:aws:iam::000000000000:role/r"), DatabaseName: aws.String("d"), TableName: aws.String("t"),
			Dimensions: []types.TimestreamDimension{{Name: aws.String("device_id"), Value: aws.String("${device_id}")}},
		}}},
		ErrorAction: &types.Action{Republish: &types.RepublishAction{RoleArn: aws.String("arn:aws:iam::000000000000:role/r"), Topic: aws.String("errors/<x>")}},
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

// The life of a rule, by a real client.
func TestTopicRules(t *testing.T) {
	ctx := t.Context()
	client := sdk.NewFromConfig(start(t).Config)
	name := aws.String("sensor_data")
	if _, err := client.CreateTopicRule(ctx, &sdk.CreateTopicRuleInput{RuleName: name, TopicRulePayload: payload(), Tags: aws.String("team=a%20b&empty=")}); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetTopicRule(ctx, &sdk.GetTopicRuleInput{RuleName: name})
	if err != nil {
		t.Fatal(err)
	}
	r := got.Rule
	if *got.RuleArn != "arn:aws:iot:us-east-1:000000000000:rule/sensor_data" || *r.RuleName != "sensor_data" || *r.Sql != *payload().Sql ||
		*r.AwsIotSqlVersion != "2015-10-08" || *r.RuleDisabled || r.CreatedAt.Unix() != 1700000000 || len(r.Actions) != 1 ||
		*r.Actions[0].Timestream.Dimensions[0].Value != "${device_id}" || *r.ErrorAction.Republish.Topic != "errors/<x>" {
		t.Errorf("GetTopicRule = %s %+v", *got.RuleArn, r)
	}
	if _, err := client.DisableTopicRule(ctx, &sdk.DisableTopicRuleInput{RuleName: name}); err != nil {
		t.Fatal(err)
	}
	listed, err := client.ListTopicRules(ctx, &sdk.ListTopicRulesInput{RuleDisabled: aws.Bool(true)})
	if err != nil || len(listed.Rules) != 1 || *listed.Rules[0].TopicPattern != "dt/sensor/#" || !*listed.Rules[0].RuleDisabled || listed.NextToken != nil {
		t.Errorf("ListTopicRules of the disabled = %+v, %v", listed, err)
	}
	replaced := payload()
	replaced.ErrorAction, replaced.AwsIotSqlVersion, replaced.Actions = nil, aws.String("2016-03-23"), []types.Action{}
	if _, err := client.ReplaceTopicRule(ctx, &sdk.ReplaceTopicRuleInput{RuleName: name, TopicRulePayload: replaced}); err != nil {
		t.Fatal(err)
	}
	got, err = client.GetTopicRule(ctx, &sdk.GetTopicRuleInput{RuleName: name})
	if err != nil || got.Rule.ErrorAction != nil || *got.Rule.AwsIotSqlVersion != "2016-03-23" || *got.Rule.RuleDisabled || got.Rule.Actions == nil || len(got.Rule.Actions) != 0 {
		t.Errorf("GetTopicRule after a replacement = %+v, %v", got.Rule, err)
	}
	if _, err := client.EnableTopicRule(ctx, &sdk.EnableTopicRuleInput{RuleName: name}); err != nil {
		t.Error(err)
	}
	if _, err := client.DeleteTopicRule(ctx, &sdk.DeleteTopicRuleInput{RuleName: name}); err != nil {
		t.Error(err)
	}
	_, err = client.GetTopicRule(ctx, &sdk.GetTopicRuleInput{RuleName: name})
	denied, ok := errors.AsType[*types.UnauthorizedException](err)
	if !ok || *denied.Message != "Access to topic rule 'sensor_data' was denied" {
		t.Errorf("GetTopicRule of none = %v, want UnauthorizedException with AWS's text", err)
	}
}

func TestRuleErrors(t *testing.T) {
	ctx := t.Context()
	client := sdk.NewFromConfig(start(t).Config)
	create := func(name string, change func(*types.TopicRulePayload)) error {
		p := payload()
		change(p)
		_, err := client.CreateTopicRule(ctx, &sdk.CreateTopicRuleInput{RuleName: aws.String(name), TopicRulePayload: p})
		return err
	}
	same := func(*types.TopicRulePayload) {}
	if err := create("first", same); err != nil {
		t.Fatal(err)
	}
	err := create("first", same)
	if e, ok := errors.AsType[*types.ResourceAlreadyExistsException](err); !ok || *e.ResourceArn != "arn:aws:iot:us-east-1:000000000000:rule/first" || *e.ResourceId != "first" {
		t.Errorf("create again = %v, want ResourceAlreadyExistsException naming the rule", err)
	}
	if err := create("bad_sql", func(p *types.TopicRulePayload) { p.Sql = aws.String("SELECT FROM") }); codeOf(err) != "SqlParseException" {
		t.Errorf("create with bad SQL = %v, want SqlParseException", err)
	}
	for name, change := range map[string]func(*types.TopicRulePayload){
		"version": func(p *types.TopicRulePayload) { p.AwsIotSqlVersion = aws.String("2020-01-01") },
		"actions": func(p *types.TopicRulePayload) { p.Actions = make([]types.Action, 11) },
		"empty":   func(p *types.TopicRulePayload) { p.Actions = []types.Action{{}} },
		"no_role": func(p *types.TopicRulePayload) {
			p.Actions = []types.Action{{S3: &types.S3Action{BucketName: aws.String("b"), Key: aws.String("k"), RoleArn: aws.String("r")}}}
		},
		"too_long": func(p *types.TopicRulePayload) { p.Description = aws.String(strings.Repeat("x", 129<<10)) },
	} {
		if err := create(name, change); codeOf(err) != "InvalidRequestException" {
			t.Errorf("create with a wrong %s = %v, want InvalidRequestException", name, err)
		}
	}
	if err := create("with-hyphen", same); codeOf(err) != "InvalidRequestException" || !strings.Contains(err.Error(), "'with-hyphen' at 'ruleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_]+") {
		t.Errorf("create with a wrong name = %v, want InvalidRequestException", err)
	}
	for i := range 4 {
		if err := create(fmt.Sprintf("more_%d", i), same); err != nil {
			t.Fatal(err)
		}
	}
	if err := create("sixth", same); codeOf(err) != "LimitExceededException" {
		t.Errorf("create beyond the limit = %v, want LimitExceededException", err)
	}
	none := aws.String("none")
	_, replace := client.ReplaceTopicRule(ctx, &sdk.ReplaceTopicRuleInput{RuleName: none, TopicRulePayload: payload()})
	_, enable := client.EnableTopicRule(ctx, &sdk.EnableTopicRuleInput{RuleName: none})
	_, disable := client.DisableTopicRule(ctx, &sdk.DisableTopicRuleInput{RuleName: none})
	_, remove := client.DeleteTopicRule(ctx, &sdk.DeleteTopicRuleInput{RuleName: none})
	for i, err := range []error{replace, enable, disable, remove} {
		if _, ok := errors.AsType[*types.UnauthorizedException](err); !ok {
			t.Errorf("operation %d on a missing rule = %v, want UnauthorizedException", i, err)
		}
	}
}

func TestListTopicRulesPages(t *testing.T) {
	ctx := t.Context()
	client := sdk.NewFromConfig(start(t).Config)
	for i := range 5 {
		p := payload()
		p.Sql = aws.String(fmt.Sprintf("SELECT * FROM 'a/%d'", i%2))
		if _, err := client.CreateTopicRule(ctx, &sdk.CreateTopicRuleInput{RuleName: aws.String(fmt.Sprintf("r%d", i)), TopicRulePayload: p}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for pages := sdk.NewListTopicRulesPaginator(client, &sdk.ListTopicRulesInput{MaxResults: aws.Int32(2)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, fmt.Sprint(len(page.Rules)))
		for _, r := range page.Rules {
			names = append(names, *r.RuleName)
		}
	}
	if got := strings.Join(names, " "); got != "2 r0 r1 2 r2 r3 1 r4" {
		t.Errorf("pages = %s", got)
	}
	out, err := client.ListTopicRules(ctx, &sdk.ListTopicRulesInput{Topic: aws.String("a/1")})
	if err != nil || len(out.Rules) != 2 {
		t.Errorf("ListTopicRules of a topic = %+v, %v, want two", out, err)
	}
}

func TestTags(t *testing.T) {
	ctx := t.Context()
	client := sdk.NewFromConfig(start(t).Config)
	if _, err := client.CreateTopicRule(ctx, &sdk.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: payload(), Tags: aws.String("b=1%202&a=")}); err != nil {
		t.Fatal(err)
	}
	resource := aws.String("arn:aws:iot:us-east-1:000000000000:rule/r")
	list := func() (text string) {
		out, err := client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: resource})
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range out.Tags {
			text += *tag.Key + "=" + *tag.Value + ";"
		}
		return text
	}
	if got := list(); got != "a=;b=1 2;" {
		t.Errorf("tags = %q, want %q", got, "a=;b=1 2;")
	}
	if _, err := client.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: resource, Tags: []types.Tag{{Key: aws.String("c"), Value: aws.String("3")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: resource, TagKeys: []string{"a", "zzz"}}); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != "b=1 2;c=3;" {
		t.Errorf("tags = %q, want %q", got, "b=1 2;c=3;")
	}
	var many []types.Tag
	for i := range 49 {
		many = append(many, types.Tag{Key: aws.String(fmt.Sprint(i)), Value: aws.String("")})
	}
	_, err := client.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: resource, Tags: many})
	if _, ok := errors.AsType[*types.LimitExceededException](err); !ok {
		t.Errorf("51 tags = %v, want LimitExceededException", err)
	}
	_, err = client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:iot:us-east-1:000000000000:rule/none")})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("tags of a missing rule = %v, want ResourceNotFoundException", err)
	}
	_, err = client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:iot:us-east-1:000000000000:thinggroup/x")})
	if codeOf(err) != "InvalidRequestException" || !strings.Contains(err.Error(), `"thinggroup"`) {
		t.Errorf("tags of a thing group = %v, want InvalidRequestException naming it", err)
	}
}

func TestDescribeEndpoint(t *testing.T) {
	base := start(t)
	client := sdk.NewFromConfig(base.Config)
	for _, kind := range []string{"", "iot:Data", "iot:Data-ATS"} {
		in := &sdk.DescribeEndpointInput{}
		if kind != "" {
			in.EndpointType = aws.String(kind)
		}
		out, err := client.DescribeEndpoint(t.Context(), in)
		if err != nil || *out.EndpointAddress != strings.TrimPrefix(base.URL, "http://") {
			t.Errorf("DescribeEndpoint(%q) = %v, %v, want the address in use", kind, out, err)
		}
	}
	for _, kind := range []string{"iot:Jobs", "data"} {
		_, err := client.DescribeEndpoint(t.Context(), &sdk.DescribeEndpointInput{EndpointType: aws.String(kind)})
		if _, ok := errors.AsType[*types.InvalidRequestException](err); !ok || !strings.Contains(err.Error(), kind) {
			t.Errorf("DescribeEndpoint(%q) = %v, want InvalidRequestException naming it", kind, err)
		}
	}
}

// An operation that AWS has and this server has not names itself.
func TestUnservedOperation(t *testing.T) {
	client := sdk.NewFromConfig(start(t).Config)
	_, err := client.CreateThing(t.Context(), &sdk.CreateThingInput{ThingName: aws.String("a/b")})
	if e, ok := errors.AsType[*types.InvalidRequestException](err); !ok || *e.Message != "The operation CreateThing of iot is not supported by this server." {
		t.Errorf("CreateThing = %v, want InvalidRequestException naming it", err)
	}
}

// The wrapper that SDKs take around a payload has no place on the wire.
func TestPayloadIsUnwrapped(t *testing.T) {
	resp, body := start(t).Do(t, "iot", "POST", "/rules/r", `{"topicRulePayload":{"sql":"SELECT * FROM 'a'","actions":[]}}`)
	want := `{"message":"2 validation errors detected: Value null at 'topicRulePayload.sql' failed to satisfy constraint: Member must not be null; Value null at 'topicRulePayload.actions' failed to satisfy constraint: Member must not be null"}`
	if resp.StatusCode != 400 || body != want {
		t.Errorf("wrapped payload = %d %s, want 400 %s", resp.StatusCode, body, want)
	}
}

// The literal shape of a REST error: the code in a header, a message in the body.
func TestErrorShape(t *testing.T) {
	resp, body := start(t).Do(t, "iot", "GET", "/rules/none", "")
	if resp.StatusCode != 401 || resp.Header.Get("X-Amzn-Errortype") != "UnauthorizedException" || body != `{"message":"Access to topic rule 'none' was denied"}` || len(resp.Header.Get("X-Amzn-Requestid")) != 36 {
		t.Errorf("GET /rules/none = %d %v %s", resp.StatusCode, resp.Header, body)
	}
}
