package action

import (
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/rules"
)

// Actions that AWS has and Tidemark does not run are kept and fail by name, so
// that error actions can be tested with them.
func TestActionsThatAreNotRun(t *testing.T) {
	tests := []struct{ kind, shape, good, bad string }{
		{"s3", "S3Action", `{"roleArn":"` + role + `","bucketName":"b","key":"${topic()}"}`, `{"roleArn":"` + role + `","bucketName":"b"}`},
		{"lambda", "LambdaAction", `{"functionArn":"arn:aws:lambda:us-east-1:1:function:f"}`, `{}`},
		{"firehose", "FirehoseAction", `{"roleArn":"` + role + `","deliveryStreamName":"s","batchMode":true}`, `{"roleArn":"` + role + `","deliveryStreamName":"s","batchMode":"yes"}`},
		{"dynamoDBv2", "DynamoDBv2Action", `{"roleArn":"` + role + `","putItem":{"tableName":"t"}}`, `{"roleArn":"` + role + `"}`},
		{"kinesis", "KinesisAction", `{"roleArn":"` + role + `","streamName":"s","partitionKey":"${newuuid()}","unknown":1}`, `{"roleArn":"` + role + `","streamName":"s","partitionKey":"${"}`},
		{"sns", "SnsAction", `{"roleArn":"` + role + `","targetArn":"arn:aws:sns:us-east-1:1:t"}`, `{"roleArn":"x","targetArn":"arn:aws:sns:us-east-1:1:t"}`},
	}
	for _, test := range tests {
		t.Run(test.kind, func(t *testing.T) {
			w := &world{}
			e := start(t, w)
			onError := spec("republish", `{"roleArn":"`+role+`","topic":"errors"}`)
			bad := rules.Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []rules.ActionSpec{spec(test.kind, test.bad)}}
			if err := e.Create(t.Context(), bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("Create(%s) = %v, want fault.Invalid", test.bad, err)
			}
			good := rules.Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []rules.ActionSpec{spec(test.kind, test.good)}, ErrorAction: &onError}
			if err := e.Create(t.Context(), good); err != nil {
				t.Fatalf("Create(%s) = %v, want nil", test.good, err)
			}
			accept(t, e, msg("dt/1", "{}"))
			want := `"failedAction":"` + test.shape + `","failedResource":"","errorMessage":"action type not supported"`
			if len(w.published) != 1 || !strings.Contains(string(w.published[0].Payload), want) {
				t.Errorf("published %d messages, want one with %s", len(w.published), want)
			}
		})
	}
}
