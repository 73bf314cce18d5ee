package imports

import "context"

// AddPartInput is the input of AddPart.
type AddPartInput struct {
	ID     string `bind:"path,id"`
	Offset int64  `bind:"query,offset"` // where the part begins in the file
	Part   []byte `bind:"payload"`
}

// AddPartOutput says how much of the file is there.
type AddPartOutput struct {
	Received int64 `json:"received"`
}

// AddPart takes the next part of a file. It is answered when the part is taken, which
// is later when the store is slower than the sender; one that is refused as too much at
// once may be sent again, as one whose answer was lost.
func (s *Service) AddPart(ctx context.Context, in *AddPartInput) (*AddPartOutput, error) {
	received, err := s.opt.Importer.Add(ctx, in.ID, in.Offset, in.Part)
	return &AddPartOutput{received}, err
}

// ImportInput names an import.
type ImportInput struct {
	ID string `bind:"path,id"`
}

// FinishImport says that all parts came.
func (s *Service) FinishImport(ctx context.Context, in *ImportInput) (*GetImportOutput, error) {
	if err := s.opt.Importer.Finish(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.GetImport(ctx, in)
}

// CancelImport ends an import. Records that it has stored stay.
func (s *Service) CancelImport(ctx context.Context, in *ImportInput) (*GetImportOutput, error) {
	if err := s.opt.Importer.Cancel(in.ID); err != nil {
		return nil, err
	}
	return s.GetImport(ctx, in)
}
