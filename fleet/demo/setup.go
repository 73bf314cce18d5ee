package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	iottypes "github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
)

// The tables.
const (
	sensorsTable  = "sensors"
	measuresTable = "measures"
	hostsTable    = "hosts"
)

const (
	// role is in the shape of every action; the demo's server may not know it.
	role = "arn:aws:iam::000000000000:role/service-role/demo-rule"
	// errorTopic is where rules send what a table would not take.
	errorTopic = "demo/rule/errors"
	// sqlVersion is what the public sample runs with: a number with a point stays a DOUBLE.
	sqlVersion = "2015-10-08"
)

// rule is a topic rule with one Timestream action.
type rule struct {
	name, sql, table string
	dimensions       [][2]string // name and value template
	time             string      // template in milliseconds; empty for the time of the rule
}

// demoRules are the public sample's, the article's, and one for this host.
func demoRules() []rule {
	return []rule{
		{
			name: "demo_sensors", sql: "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'", table: sensorsTable,
			dimensions: [][2]string{{"device_id", "${device_id}"}, {"building", "${building}"}, {"room", "${room}"}},
		},
		{
			name: "demo_measures", sql: "SELECT temperature, humidity, pressure FROM 'dt/+/measures'", table: measuresTable,
			dimensions: [][2]string{{"device_id", "${topic(2)}"}, {"building", "${building}"}, {"room", "${room}"}},
			time:       "${ts}",
		},
		{
			name: "demo_hosts", table: hostsTable,
			sql:        "SELECT cpu_usage_percent, disk_usage_percent, mem_usage_percent, load_1m, load_5m, load_15m FROM 'dt/host/+'",
			dimensions: [][2]string{{"host", "${host}"}},
		},
	}
}

// setUp creates what is missing and puts the rules into their present form.
func (c clients) setUp(ctx context.Context, database string) error {
	_, err := c.write.CreateDatabase(ctx, &timestreamwrite.CreateDatabaseInput{DatabaseName: &database})
	if err = unlessThere(err); err != nil {
		return fmt.Errorf("create database %s: %w", database, err)
	}
	for _, r := range demoRules() {
		if err := c.createTable(ctx, database, r.table); err != nil {
			return err
		}
		if err := c.putRule(ctx, database, r); err != nil {
			return err
		}
	}
	return nil
}

// createTable asks for a day in memory and a week after that.
func (c clients) createTable(ctx context.Context, database, name string) error {
	_, err := c.write.CreateTable(ctx, &timestreamwrite.CreateTableInput{
		DatabaseName: &database, TableName: &name,
		RetentionProperties: &writetypes.RetentionProperties{
			MemoryStoreRetentionPeriodInHours: aws.Int64(24), MagneticStoreRetentionPeriodInDays: aws.Int64(7),
		},
	})
	if err = unlessThere(err); err != nil {
		return fmt.Errorf("create table %s: %w", name, err)
	}
	return nil
}

// unlessThere forgives that a database or table exists.
func unlessThere(err error) error {
	if _, ok := errors.AsType[*writetypes.ConflictException](err); ok {
		return nil
	}
	return err
}

func (c clients) putRule(ctx context.Context, database string, r rule) error {
	payload := r.payload(database)
	_, err := c.iot.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: &r.name, TopicRulePayload: payload})
	if _, ok := errors.AsType[*iottypes.ResourceAlreadyExistsException](err); ok {
		_, err = c.iot.ReplaceTopicRule(ctx, &iot.ReplaceTopicRuleInput{RuleName: &r.name, TopicRulePayload: payload})
	}
	if err != nil {
		return fmt.Errorf("create rule %s: %w", r.name, err)
	}
	return nil
}

func (r rule) payload(database string) *iottypes.TopicRulePayload {
	return &iottypes.TopicRulePayload{
		Sql: &r.sql, AwsIotSqlVersion: aws.String(sqlVersion), Description: aws.String("created by the demo"),
		Actions: []iottypes.Action{{Timestream: r.action(database)}},
		ErrorAction: &iottypes.Action{Republish: &iottypes.RepublishAction{
			RoleArn: aws.String(role), Topic: aws.String(errorTopic), Qos: aws.Int32(1),
		}},
	}
}

func (r rule) action(database string) *iottypes.TimestreamAction {
	a := &iottypes.TimestreamAction{RoleArn: aws.String(role), DatabaseName: &database, TableName: &r.table}
	for _, d := range r.dimensions {
		a.Dimensions = append(a.Dimensions, iottypes.TimestreamDimension{Name: aws.String(d[0]), Value: aws.String(d[1])})
	}
	if r.time != "" {
		a.Timestamp = &iottypes.TimestreamTimestamp{Value: &r.time, Unit: aws.String("MILLISECONDS")}
	}
	return a
}
