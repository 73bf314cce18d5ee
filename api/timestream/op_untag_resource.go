package timestream

import "context"

// UntagResourceInput is the input of UntagResource.
type UntagResourceInput struct {
	ResourceARN string   `must:"required,len=1:1011"`
	TagKeys     []string `must:"required,len=:200"`
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(ctx context.Context, in *UntagResourceInput) (*Empty, error) {
	ref, err := s.resource(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := s.opt.Store.Untag(ctx, ref, in.TagKeys); err != nil {
		return nil, err
	}
	return &Empty{}, nil
}
