package timestream

import (
	"context"

	"tidemark/tsdb"
)

// DeleteTableInput is the input of DeleteTable.
type DeleteTableInput struct {
	DatabaseName string `must:"required"`
	TableName    string `must:"required"`
}

// DeleteTable deletes a table and its records for good.
func (s *Service) DeleteTable(ctx context.Context, in *DeleteTableInput) (*None, error) {
	return nil, s.opt.Store.DeleteTable(ctx, tsdb.TableRef{Database: in.DatabaseName, Table: in.TableName})
}
