package timestream

import "context"

// UpdateDatabaseInput is the input of UpdateDatabase.
type UpdateDatabaseInput struct {
	DatabaseName string `must:"required"`
	KmsKeyId     string `must:"required,len=1:2048"`
}

// UpdateDatabase changes a database's key, the only thing that can change.
func (s *Service) UpdateDatabase(ctx context.Context, in *UpdateDatabaseInput) (*DatabaseOutput, error) {
	db, err := s.opt.Store.UpdateDatabase(ctx, in.DatabaseName, in.KmsKeyId)
	if err != nil {
		return nil, err
	}
	return &DatabaseOutput{s.wireDatabase(db)}, nil
}
