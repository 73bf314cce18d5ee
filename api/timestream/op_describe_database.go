package timestream

import "context"

// DescribeDatabaseInput is the input of DescribeDatabase.
type DescribeDatabaseInput struct {
	DatabaseName string `must:"required"`
}

// DescribeDatabase reports a database, its key and how many tables it has.
func (s *Service) DescribeDatabase(ctx context.Context, in *DescribeDatabaseInput) (*DatabaseOutput, error) {
	db, err := s.opt.Store.Database(ctx, in.DatabaseName)
	if err != nil {
		return nil, err
	}
	return &DatabaseOutput{s.wireDatabase(db)}, nil
}
