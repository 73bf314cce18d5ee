package deadletters

import "context"

// DeleteDeadLetters gives open letters up: their payloads and records go, while their
// rows stay as discarded until the table's retention ends.
func (s *Service) DeleteDeadLetters(ctx context.Context, in *ChangeInput) (*ChangeOutput, error) {
	r, err := in.replay()
	if err != nil {
		return nil, err
	}
	return changed(s.opt.Letters.Discard(ctx, r))
}
