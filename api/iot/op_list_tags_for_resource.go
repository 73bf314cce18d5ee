package iot

import (
	"context"
	"maps"
	"slices"
)

// ListTagsForResourceInput is the input of ListTagsForResource. All tags fit into one
// page, so that no token is ever given out.
type ListTagsForResourceInput struct {
	ResourceArn string `bind:"query,resourceArn" must:"required"`
}

// ListTagsForResourceOutput is the output of ListTagsForResource.
type ListTagsForResourceOutput struct {
	Tags []Tag `json:"tags"`
}

// ListTagsForResource lists the tags of a rule by key.
func (s *Service) ListTagsForResource(ctx context.Context, in *ListTagsForResourceInput) (*ListTagsForResourceOutput, error) {
	name, err := s.ruleName(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r, err := s.opt.Rules.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	out := &ListTagsForResourceOutput{Tags: make([]Tag, 0, len(r.Tags))}
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		out.Tags = append(out.Tags, Tag{key, r.Tags[key]})
	}
	return out, nil
}
