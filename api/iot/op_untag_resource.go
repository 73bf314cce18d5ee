package iot

import "context"

// UntagResourceInput is the input of UntagResource.
type UntagResourceInput struct {
	ResourceArn string   `json:"resourceArn" must:"required"`
	TagKeys     []string `json:"tagKeys" must:"required"`
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(ctx context.Context, in *UntagResourceInput) (*Empty, error) {
	name, err := s.ruleName(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if err := s.opt.Rules.Untag(ctx, name, in.TagKeys); err != nil {
		return nil, err
	}
	return &Empty{}, nil
}
