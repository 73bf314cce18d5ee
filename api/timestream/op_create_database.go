package timestream

import "context"

// CreateDatabaseInput is the input of CreateDatabase.
type CreateDatabaseInput struct {
	DatabaseName string `must:"required,len=3:256,pattern=[a-zA-Z0-9_.-]+"`
	KmsKeyId     string `must:"len=1:2048"`
	Tags         []Tag  `must:"len=:200"`
}

// CreateDatabase creates an empty database; an existing name is a conflict.
func (s *Service) CreateDatabase(ctx context.Context, in *CreateDatabaseInput) (*DatabaseOutput, error) {
	db, err := s.opt.Store.CreateDatabase(ctx, in.DatabaseName, in.KmsKeyId, tagMap(in.Tags))
	if err != nil {
		return nil, err
	}
	return &DatabaseOutput{s.wireDatabase(db)}, nil
}
