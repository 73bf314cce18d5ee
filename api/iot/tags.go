package iot

import (
	"strings"

	"tidemark/arn"
	"tidemark/fault"
)

// Limits on tags (AWS page "Tagging your AWS IoT resources").
const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256 // characters
)

// Tag is one tag of a resource.
type Tag struct {
	Key   string `must:"required,len=1:128"`
	Value string `must:"len=:256"`
}

// checkTags refuses what no resource may carry.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return fault.New(fault.Exceeded, "A resource may have at most %d tags.", maxTags)
	}
	for key, value := range tags {
		if key == "" || len([]rune(key)) > maxTagKey || len([]rune(value)) > maxTagValue {
			return fault.New(fault.Invalid, "A tag's key has 1 to %d characters and its value up to %d.", maxTagKey, maxTagValue)
		}
	}
	return nil
}

// ruleName reads the ARN of a rule; tags of other resources are not served.
func (s *Service) ruleName(text string) (string, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "iot" || a.Region != s.opt.Region || a.Account != s.opt.Account {
		return "", fault.New(fault.Invalid, "The resource ARN %q is not one of this account and region's.", text)
	}
	kind, name, _ := strings.Cut(a.Resource, "/")
	if kind != "rule" || name == "" {
		return "", fault.New(fault.Invalid, "Tags of the resource type %q are not supported by this server.", kind)
	}
	return name, nil
}
