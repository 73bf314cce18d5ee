package timestream

import (
	"context"

	"tidemark/tsdb"
)

// UpdateTableInput is the input of UpdateTable.
type UpdateTableInput struct {
	DatabaseName                 string `must:"required"`
	TableName                    string `must:"required"`
	RetentionProperties          *RetentionProperties
	MagneticStoreWriteProperties *MagneticStoreWriteProperties
	Schema                       *Schema
}

// UpdateTable changes settings; members left out keep their value.
func (s *Service) UpdateTable(ctx context.Context, in *UpdateTableInput) (*TableOutput, error) {
	u := settings{in.RetentionProperties, in.MagneticStoreWriteProperties, in.Schema}.update()
	t, err := s.opt.Store.UpdateTable(ctx, tsdb.TableRef{Database: in.DatabaseName, Table: in.TableName}, u)
	if err != nil {
		return nil, err
	}
	return &TableOutput{s.wireTable(t)}, nil
}
