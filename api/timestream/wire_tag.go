package timestream

import (
	"maps"
	"slices"
	"strings"

	"tidemark/arn"
	"tidemark/fault"
	"tidemark/tsdb"
)

// Tag is one tag of a resource.
type Tag struct {
	Key   string `must:"required,len=1:128"`
	Value string `must:"required,len=:256"`
}

// tagMap returns tags by key; of equal keys the last counts. Nil stays nil.
func tagMap(tags []Tag) map[string]string {
	if tags == nil {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}

// wireTags lists tags by key; none is an empty list, as clients expect.
func wireTags(m map[string]string) []Tag {
	tags := make([]Tag, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		tags = append(tags, Tag{key, m[key]})
	}
	return tags
}

// resource reads the ARN of a database or table. The query service's resources share
// the operations on tags and are told apart by it.
func (s *Service) resource(text string) (tsdb.TableRef, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "timestream" || a.Region != s.opt.Region || a.Account != s.opt.Account {
		return tsdb.TableRef{}, fault.New(fault.Invalid, "The resource ARN %q is not one of this account and region's.", text)
	}
	part := strings.Split(a.Resource, "/")
	switch {
	case part[0] == "scheduled-query":
		return tsdb.TableRef{}, fault.New(fault.Invalid, "Tags of scheduled queries are not supported by this server.")
	case len(part) == 2 && part[0] == "database" && part[1] != "":
		return tsdb.TableRef{Database: part[1]}, nil
	case len(part) == 4 && part[0] == "database" && part[2] == "table" && part[3] != "":
		return tsdb.TableRef{Database: part[1], Table: part[3]}, nil
	}
	return tsdb.TableRef{}, fault.New(fault.Invalid, "The resource ARN %q names no database or table.", text)
}
