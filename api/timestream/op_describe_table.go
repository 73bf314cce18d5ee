package timestream

import (
	"context"

	"tidemark/tsdb"
)

// DescribeTableInput is the input of DescribeTable.
type DescribeTableInput struct {
	DatabaseName string `must:"required"`
	TableName    string `must:"required"`
}

// DescribeTable reports a table's status and settings. A table that is being deleted
// is already not found.
func (s *Service) DescribeTable(ctx context.Context, in *DescribeTableInput) (*TableOutput, error) {
	t, err := s.opt.Store.Table(ctx, tsdb.TableRef{Database: in.DatabaseName, Table: in.TableName})
	if err != nil {
		return nil, err
	}
	return &TableOutput{s.wireTable(t)}, nil
}
