package timestream

import "context"

// TagResourceInput is the input of TagResource.
type TagResourceInput struct {
	ResourceARN string `must:"required,len=1:1011"`
	Tags        []Tag  `must:"required,len=:200"`
}

// TagResource adds tags to a database or table; a key that is there gets the new value.
func (s *Service) TagResource(ctx context.Context, in *TagResourceInput) (*Empty, error) {
	ref, err := s.resource(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := s.opt.Store.Tag(ctx, ref, tagMap(in.Tags)); err != nil {
		return nil, err
	}
	return &Empty{}, nil
}
