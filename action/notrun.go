package action

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
)

// shape is an AWS action that is known but not run: its members with what they
// must hold.
type shape struct {
	name    string // the model's name of the action
	members map[string]member
}

// member is what a member of an action holds.
type member uint8

const (
	text     member = iota // a string in which ${ is literal
	template               // a string with substitution templates
	flag                   // true or false
	other                  // an object, array or number that only its own action reads
	must     member = 0x80 // added: the member is required
)

const needed = ^must // masks the requirement away

// shapes are the actions of AWS that Tidemark does not run, from the service
// model "iot" 2015-05-28. Rules may have them, and their error actions can be
// tested with them.
var shapes = map[string]shape{
	"cloudwatchAlarm":  {"CloudwatchAlarmAction", map[string]member{"roleArn": text | must, "alarmName": template | must, "stateReason": template | must, "stateValue": template | must}},
	"cloudwatchLogs":   {"CloudwatchLogsAction", map[string]member{"roleArn": text | must, "logGroupName": template | must, "batchMode": flag}},
	"cloudwatchMetric": {"CloudwatchMetricAction", map[string]member{"roleArn": text | must, "metricNamespace": template | must, "metricName": template | must, "metricValue": template | must, "metricUnit": template | must, "metricTimestamp": template}},
	"dynamoDB":         {"DynamoDBAction", map[string]member{"roleArn": text | must, "tableName": template | must, "hashKeyField": template | must, "hashKeyValue": template | must, "hashKeyType": template, "rangeKeyField": template, "rangeKeyValue": template, "rangeKeyType": template, "payloadField": template, "operation": template}},
	"dynamoDBv2":       {"DynamoDBv2Action", map[string]member{"roleArn": text | must, "putItem": other | must}},
	"elasticsearch":    {"ElasticsearchAction", map[string]member{"roleArn": text | must, "endpoint": template | must, "index": template | must, "type": template | must, "id": template | must}},
	"firehose":         {"FirehoseAction", map[string]member{"roleArn": text | must, "deliveryStreamName": template | must, "separator": text, "batchMode": flag}},
	"http":             {"HttpAction", map[string]member{"url": template | must, "confirmationUrl": template, "headers": other, "auth": other, "enableBatching": flag, "batchConfig": other}},
	"influxDB":         {"InfluxDBAction", map[string]member{"destinationArn": text | must, "databaseName": template, "tableName": template, "organization": template, "tags": other, "timestampUnit": text, "batchConfig": other}},
	"iotAnalytics":     {"IotAnalyticsAction", map[string]member{"channelArn": text, "channelName": text, "batchMode": flag, "roleArn": text}},
	"iotEvents":        {"IotEventsAction", map[string]member{"inputName": text | must, "messageId": template, "batchMode": flag, "roleArn": text | must}},
	"iotSiteWise":      {"IotSiteWiseAction", map[string]member{"roleArn": text | must, "putAssetPropertyValueEntries": other | must}},
	"kafka":            {"KafkaAction", map[string]member{"destinationArn": text | must, "topic": template | must, "key": template, "partition": template, "clientProperties": other | must, "headers": other}},
	"kinesis":          {"KinesisAction", map[string]member{"roleArn": text | must, "streamName": template | must, "partitionKey": template}},
	"lambda":           {"LambdaAction", map[string]member{"functionArn": template | must}},
	"location":         {"LocationAction", map[string]member{"roleArn": text | must, "trackerName": template | must, "deviceId": template | must, "latitude": template | must, "longitude": template | must, "timestamp": other}},
	"openSearch":       {"OpenSearchAction", map[string]member{"roleArn": text | must, "endpoint": template | must, "index": template | must, "type": template | must, "id": template | must}},
	"s3":               {"S3Action", map[string]member{"roleArn": text | must, "bucketName": template | must, "key": template | must, "cannedAcl": text}},
	"salesforce":       {"SalesforceAction", map[string]member{"url": template | must, "token": text | must}},
	"sns":              {"SnsAction", map[string]member{"roleArn": text | must, "targetArn": template | must, "messageFormat": text}},
	"sqs":              {"SqsAction", map[string]member{"roleArn": text | must, "queueUrl": template | must, "useBase64": flag}},
	"stepFunctions":    {"StepFunctionsAction", map[string]member{"roleArn": text | must, "stateMachineName": template | must, "executionNamePrefix": template}},
}

// notRun returns the builders of the actions that are not run.
func notRun() map[string]rules.Builder {
	table := make(map[string]rules.Builder, len(shapes))
	for kind, s := range shapes {
		table[kind] = rules.Builder{Shape: s.name, Build: func(stmt *iotsql.Statement, config json.RawMessage) (rules.Action, error) {
			return refused{}, s.check(kind, stmt, config)
		}}
	}
	return table
}

// refused fails every event.
type refused struct{}

// Do fails with the text that rules' authors can test their error actions with.
func (refused) Do(_ context.Context, _ *rules.Event, done func(error)) {
	done(fault.New(fault.Invalid, "action type not supported"))
}

// check holds a configuration against the shape, member by member in the order
// of names.
func (s shape) check(kind string, stmt *iotsql.Statement, config json.RawMessage) error {
	var given map[string]json.RawMessage
	if err := decode(config, &given); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		holds := s.members[name]
		raw, ok := given[name]
		if !ok || string(raw) == "null" {
			if holds&must != 0 {
				return required(kind, name, "")
			}
			continue
		}
		if err := holds.check(kind, name, stmt, raw); err != nil {
			return err
		}
	}
	return nil
}

func (m member) check(kind, name string, stmt *iotsql.Statement, raw json.RawMessage) error {
	var s string
	switch m & needed {
	case other:
		return nil
	case flag:
		return decode(raw, new(bool))
	}
	if err := decode(raw, &s); err != nil {
		return err
	}
	if m&must != 0 {
		if err := required(kind, name, s); err != nil {
			return err
		}
	}
	if name == "roleArn" {
		return checkRole(kind, s)
	}
	if m&needed == template {
		_, err := stmt.Template(s)
		return err
	}
	return nil
}
