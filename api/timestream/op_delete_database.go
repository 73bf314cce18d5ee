package timestream

import "context"

// DeleteDatabaseInput is the input of DeleteDatabase.
type DeleteDatabaseInput struct {
	DatabaseName string `must:"required"`
}

// DeleteDatabase deletes a database without tables.
func (s *Service) DeleteDatabase(ctx context.Context, in *DeleteDatabaseInput) (*None, error) {
	return nil, s.opt.Store.DeleteDatabase(ctx, in.DatabaseName)
}
