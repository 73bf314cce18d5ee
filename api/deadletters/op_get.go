package deadletters

import (
	"context"
	"encoding/json"
)

// GetDeadLetterInput is the input of GetDeadLetter.
type GetDeadLetterInput struct {
	ID       string `bind:"path,id" must:"len=1:64"`
	Database string `bind:"query,database"` // empty for any
}

// GetDeadLetter returns one letter whole.
func (s *Service) GetDeadLetter(ctx context.Context, in *GetDeadLetterInput) (*Letter, error) {
	e, err := s.opt.Letters.Get(ctx, in.Database, in.ID)
	if err != nil {
		return nil, err
	}
	l := wireLetter(&e)
	l.Encoding, l.Records, l.Message = e.Encoding, raw(e.Records), raw(e.Message)
	if e.Encoding != "" {
		l.Payload = &e.Payload
	}
	return &l, nil
}

// raw is JSON that goes out as it is; nil for none.
func raw(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}
