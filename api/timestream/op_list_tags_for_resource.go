package timestream

import "context"

// ListTagsForResourceInput is the input of ListTagsForResource. The query service's
// paging members are ignored: all tags fit into one page.
type ListTagsForResourceInput struct {
	ResourceARN string `must:"required,len=1:1011"`
}

// ListTagsForResourceOutput is the output of ListTagsForResource.
type ListTagsForResourceOutput struct{ Tags []Tag }

// ListTagsForResource lists the tags of a database or table by key.
func (s *Service) ListTagsForResource(ctx context.Context, in *ListTagsForResourceInput) (*ListTagsForResourceOutput, error) {
	ref, err := s.resource(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags, err := s.opt.Store.Tags(ctx, ref)
	if err != nil {
		return nil, err
	}
	return &ListTagsForResourceOutput{wireTags(tags)}, nil
}
