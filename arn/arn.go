// Package arn parses and prints Amazon resource names.
//
// The form is arn:partition:service:region:account:resource (AWS page "Amazon
// Resource Names (ARNs)"). An ARN is a value; all functions are safe to call at once.
package arn

import (
	"strings"

	"tidemark/fault"
)

// ARN is a resource name in its six parts. Resource keeps its own colons and slashes.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// New returns the ARN of a resource in the aws partition.
func New(service, region, account, resource string) ARN {
	return ARN{Partition: "aws", Service: service, Region: region, Account: account, Resource: resource}
}

// String prints the ARN in its wire form.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// Parse reads the wire form; anything else is fault.Invalid.
func Parse(text string) (ARN, error) {
	part := strings.SplitN(text, ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[1] == "" || part[2] == "" || part[5] == "" {
		return ARN{}, fault.New(fault.Invalid, "%q is not an ARN", text)
	}
	return ARN{part[1], part[2], part[3], part[4], part[5]}, nil
}
