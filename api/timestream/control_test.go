package timestream

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	wtypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
	"github.com/google/go-cmp/cmp"

	"tidemark/api"
)

func TestSurface(t *testing.T) {
	s, err := New(Options{Store: newMemory(), Queries: newMemory(), Region: "r", Account: "a"})
	if err != nil {
		t.Fatal(err)
	}
	svc := s.Service()
	for _, wrong := range api.CheckSurface(svc) {
		t.Error(wrong)
	}
	if n := len(svc.Surface); n != 19+15-4 {
		t.Errorf("operations.txt lists %d operations, want the 30 of both models", n)
	}
}

// A real client, discovering its endpoint, creates, reads, changes, lists and deletes.
func TestDatabases(t *testing.T) {
	ctx := t.Context()
	client := timestreamwrite.NewFromConfig(start(t, newMemory()).Config)
	created, err := client.CreateDatabase(ctx, &timestreamwrite.CreateDatabaseInput{
		DatabaseName: aws.String("plant.a-1"), Tags: []wtypes.Tag{{Key: aws.String("k"), Value: aws.String("")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	db := created.Database
	if *db.Arn != "arn:aws:timestream:us-east-1:000000000000:database/plant.a-1" || *db.KmsKeyId != "arn:aws:kms:us-east-1:000000000000:alias/aws/timestream" || db.CreationTime.UnixMilli() != 1677167593266 {
		t.Errorf("CreateDatabase = %s, %s, %v", *db.Arn, *db.KmsKeyId, db.CreationTime)
	}
	_, err = client.CreateDatabase(ctx, &timestreamwrite.CreateDatabaseInput{DatabaseName: aws.String("plant.a-1")})
	if _, ok := errors.AsType[*wtypes.ConflictException](err); !ok {
		t.Errorf("CreateDatabase again = %v, want ConflictException", err)
	}
	updated, err := client.UpdateDatabase(ctx, &timestreamwrite.UpdateDatabaseInput{DatabaseName: aws.String("plant.a-1"), KmsKeyId: aws.String("1234")})
	if err != nil || *updated.Database.KmsKeyId != "arn:aws:kms:us-east-1:000000000000:key/1234" {
		t.Errorf("UpdateDatabase = %v, %v, want the key's ARN", updated, err)
	}
	if _, err = client.DescribeDatabase(ctx, &timestreamwrite.DescribeDatabaseInput{DatabaseName: aws.String("plant.a-1")}); err != nil {
		t.Errorf("DescribeDatabase = %v", err)
	}
	if _, err = client.DeleteDatabase(ctx, &timestreamwrite.DeleteDatabaseInput{DatabaseName: aws.String("plant.a-1")}); err != nil {
		t.Errorf("DeleteDatabase = %v", err)
	}
	_, err = client.DescribeDatabase(ctx, &timestreamwrite.DescribeDatabaseInput{DatabaseName: aws.String("plant.a-1")})
	if missing, ok := errors.AsType[*wtypes.ResourceNotFoundException](err); !ok || *missing.Message != "The database plant.a-1 does not exist." {
		t.Errorf("DescribeDatabase of none = %v, want ResourceNotFoundException", err)
	}
}

func TestListDatabasesPages(t *testing.T) {
	ctx := t.Context()
	client := timestreamwrite.NewFromConfig(start(t, newMemory()).Config)
	for i := range 45 {
		if _, err := client.CreateDatabase(ctx, &timestreamwrite.CreateDatabaseInput{DatabaseName: aws.String(fmt.Sprintf("db-%02d", i))}); err != nil {
			t.Fatal(err)
		}
	}
	var sizes []int
	var names []string
	for pages := timestreamwrite.NewListDatabasesPaginator(client, &timestreamwrite.ListDatabasesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Databases))
		for _, db := range page.Databases {
			names = append(names, *db.DatabaseName)
		}
	}
	if diff := cmp.Diff([]int{20, 20, 5}, sizes); diff != "" || len(names) != 45 || names[44] != "db-44" {
		t.Errorf("pages %v, %d names, last %s", sizes, len(names), names[len(names)-1])
	}
	_, err := client.ListDatabases(ctx, &timestreamwrite.ListDatabasesInput{NextToken: aws.String("???")})
	if _, ok := errors.AsType[*wtypes.ValidationException](err); !ok {
		t.Errorf("ListDatabases with a wrong token = %v, want ValidationException", err)
	}
}

func TestTables(t *testing.T) {
	ctx := t.Context()
	client := timestreamwrite.NewFromConfig(start(t, newMemory()).Config)
	db, name := aws.String("plant"), aws.String("sensors")
	bare, err := client.CreateTable(ctx, &timestreamwrite.CreateTableInput{DatabaseName: db, TableName: name})
	if err != nil {
		t.Fatal(err)
	}
	want := wtypes.Table{
		Arn: aws.String("arn:aws:timestream:us-east-1:000000000000:database/plant/table/sensors"), DatabaseName: db, TableName: name, TableStatus: wtypes.TableStatusActive,
		RetentionProperties:          &wtypes.RetentionProperties{MemoryStoreRetentionPeriodInHours: aws.Int64(6), MagneticStoreRetentionPeriodInDays: aws.Int64(73000)},
		MagneticStoreWriteProperties: &wtypes.MagneticStoreWriteProperties{EnableMagneticStoreWrites: aws.Bool(false)},
		Schema:                       &wtypes.Schema{CompositePartitionKey: []wtypes.PartitionKey{{Type: wtypes.PartitionKeyTypeMeasure}}},
		CreationTime:                 bare.Table.CreationTime, LastUpdatedTime: bare.Table.LastUpdatedTime,
	}
	if diff := cmp.Diff(fmt.Sprintf("%+v", show(want)), fmt.Sprintf("%+v", show(*bare.Table))); diff != "" {
		t.Errorf("CreateTable (-want +got):\n%s", diff)
	}
	updated, err := client.UpdateTable(ctx, &timestreamwrite.UpdateTableInput{
		DatabaseName: db, TableName: name,
		MagneticStoreWriteProperties: &wtypes.MagneticStoreWriteProperties{
			EnableMagneticStoreWrites: aws.Bool(true),
			MagneticStoreRejectedDataLocation: &wtypes.MagneticStoreRejectedDataLocation{S3Configuration: &wtypes.S3Configuration{
				BucketName: aws.String("bucket"), ObjectKeyPrefix: aws.String("p/"), EncryptionOption: wtypes.S3EncryptionOptionSseS3,
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := updated.Table.MagneticStoreWriteProperties; !*m.EnableMagneticStoreWrites || *m.MagneticStoreRejectedDataLocation.S3Configuration.BucketName != "bucket" || *updated.Table.RetentionProperties.MemoryStoreRetentionPeriodInHours != 6 {
		t.Errorf("UpdateTable = %+v", show(*updated.Table))
	}
	listed, err := client.ListTables(ctx, &timestreamwrite.ListTablesInput{})
	if err != nil || len(listed.Tables) != 1 || listed.NextToken != nil {
		t.Errorf("ListTables = %v, %v, want the table and no token", listed, err)
	}
	if _, err := client.DeleteTable(ctx, &timestreamwrite.DeleteTableInput{DatabaseName: db, TableName: name}); err != nil {
		t.Errorf("DeleteTable = %v", err)
	}
	_, err = client.DescribeTable(ctx, &timestreamwrite.DescribeTableInput{DatabaseName: db, TableName: name})
	if _, ok := errors.AsType[*wtypes.ResourceNotFoundException](err); !ok {
		t.Errorf("DescribeTable of none = %v, want ResourceNotFoundException", err)
	}
}

// show prints what matters of a table, pointers followed.
func show(t wtypes.Table) map[string]any {
	r, m := t.RetentionProperties, t.MagneticStoreWriteProperties
	return map[string]any{
		"arn": *t.Arn, "table": *t.TableName, "database": *t.DatabaseName, "status": t.TableStatus,
		"hours": *r.MemoryStoreRetentionPeriodInHours, "days": *r.MagneticStoreRetentionPeriodInDays,
		"magnetic": *m.EnableMagneticStoreWrites, "location": m.MagneticStoreRejectedDataLocation == nil,
		"keys": len(t.Schema.CompositePartitionKey), "key": t.Schema.CompositePartitionKey[0].Type, "name": t.Schema.CompositePartitionKey[0].Name == nil,
		"created": t.CreationTime.UnixMilli(), "updated": t.LastUpdatedTime.UnixMilli(),
	}
}

func TestControlRefusals(t *testing.T) {
	base := start(t, newMemory())
	tests := []struct{ operation, body, want string }{
		{"CreateDatabase", `{"DatabaseName":"a b"}`, oneViolation + `'a b' at 'databaseName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`},
		{"CreateDatabase", `{"DatabaseName":"abc","Tags":[{"Key":"k"}]}`, oneViolation + `null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null`},
		{"CreateTable", `{"DatabaseName":"abc","TableName":"abc","RetentionProperties":{"MemoryStoreRetentionPeriodInHours":8767}}`, `2 validation errors detected: Value '8767' at 'retentionProperties.memoryStoreRetentionPeriodInHours' failed to satisfy constraint: Member must have value less than or equal to 8766; Value null at 'retentionProperties.magneticStoreRetentionPeriodInDays' failed`},
		{"CreateTable", `{"DatabaseName":"abc","TableName":"abc","Schema":{"CompositePartitionKey":[{"Type":"TIME"}]}}`, `'schema.compositePartitionKey.1.member.type' failed to satisfy constraint: Member must satisfy enum value set: [DIMENSION, MEASURE]`},
		{"ListTables", `{"MaxResults":21}`, `Value '21' at 'maxResults'`},
		{"CreateBatchLoadTask", `{}`, `The operation CreateBatchLoadTask of timestream is not supported by this server.`},
		{"ListTagsForResource", `{"ResourceARN":"x"}`, `The resource ARN \"x\" is not one of this account and region's.`},
		{"ListTagsForResource", `{"ResourceARN":"arn:aws:timestream:us-east-1:000000000000:scheduled-query/q-0123456789abcdef"}`, `Tags of scheduled queries are not supported by this server.`},
		{"ListTagsForResource", `{"ResourceARN":"arn:aws:timestream:us-east-1:000000000000:database/d/index/t"}`, `names no database or table.`},
	}
	for _, test := range tests {
		status, body := call(t, base, test.operation, test.body)
		if status != 400 || !strings.Contains(body, test.want) || !strings.Contains(body, "#ValidationException") {
			t.Errorf("%s(%s) = %d %s, want 400 with %s", test.operation, test.body, status, body, test.want)
		}
	}
}

func TestTags(t *testing.T) {
	ctx := t.Context()
	client := timestreamwrite.NewFromConfig(start(t, newMemory()).Config)
	if _, err := client.CreateTable(ctx, &timestreamwrite.CreateTableInput{DatabaseName: aws.String("plant"), TableName: aws.String("sensors")}); err != nil {
		t.Fatal(err)
	}
	resource := aws.String("arn:aws:timestream:us-east-1:000000000000:database/plant/table/sensors")
	list := func() string {
		out, err := client.ListTagsForResource(ctx, &timestreamwrite.ListTagsForResourceInput{ResourceARN: resource})
		if err != nil {
			t.Fatal(err)
		}
		if out.Tags == nil {
			t.Error("ListTagsForResource has no Tags member")
		}
		text := ""
		for _, tag := range out.Tags {
			text += *tag.Key + "=" + *tag.Value + ";"
		}
		return text
	}
	if got := list(); got != "" {
		t.Errorf("tags of a new table = %q, want none", got)
	}
	if _, err := client.TagResource(ctx, &timestreamwrite.TagResourceInput{ResourceARN: resource, Tags: []wtypes.Tag{{Key: aws.String("b"), Value: aws.String("1")}, {Key: aws.String("a"), Value: aws.String("2")}}}); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != "a=2;b=1;" {
		t.Errorf("tags = %q, want %q", got, "a=2;b=1;")
	}
	if _, err := client.UntagResource(ctx, &timestreamwrite.UntagResourceInput{ResourceARN: resource, TagKeys: []string{"b", "c"}}); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != "a=2;" {
		t.Errorf("tags = %q, want %q", got, "a=2;")
	}
}

func TestDescribeEndpoints(t *testing.T) {
	base := start(t, newMemory())
	host := strings.TrimPrefix(base.URL, "http://")
	name, _, _ := strings.Cut(host, ":")
	for agent, want := range map[string]string{
		"aws-sdk-go-v2/1.47.7 ua/2.1 os/linux lang/go#1.26 api/timestreamwrite#1.35.25": host,
		"Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1":                                      base.URL,
		"aws-cli/2.31.0 md/awscrt#0.27.6":                                               base.URL,
		"aws-sdk-js/3.1138.0 ua/2.1 api/timestream-write#3.1138.0":                      name,
		"aws-sdk-java/2.32.0":                                                           host,
	} {
		_, body := call(t, base, "DescribeEndpoints", `{}`, "User-Agent", agent)
		if want := `{"Endpoints":[{"Address":"` + want + `","CachePeriodInMinutes":1440}]}`; body != want {
			t.Errorf("DescribeEndpoints for %s = %s, want %s", agent, body, want)
		}
	}
	s, err := New(Options{Store: newMemory(), Queries: newMemory(), Region: "r", Account: "a", EndpointAddress: "tide.example"})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.DescribeEndpoints(t.Context(), nil); err != nil || out.Endpoints[0].Address != "tide.example" {
		t.Errorf("DescribeEndpoints with a configured address = %v, %v", out, err)
	}
}
