package iot

import "context"

// TagResourceInput is the input of TagResource.
type TagResourceInput struct {
	ResourceArn string `json:"resourceArn" must:"required"`
	Tags        []Tag  `json:"tags" must:"required"`
}

// TagResource adds tags to a rule; a key that is there gets the new value.
func (s *Service) TagResource(ctx context.Context, in *TagResourceInput) (*Empty, error) {
	name, err := s.ruleName(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r, err := s.opt.Rules.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	added, all := map[string]string{}, map[string]string{}
	for key, value := range r.Tags {
		all[key] = value
	}
	for _, t := range in.Tags {
		added[t.Key], all[t.Key] = t.Value, t.Value
	}
	if err := checkTags(all); err != nil {
		return nil, err
	}
	if err := s.opt.Rules.Tag(ctx, name, added); err != nil {
		return nil, err
	}
	return &Empty{}, nil
}
