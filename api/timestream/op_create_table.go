package timestream

import (
	"context"

	"tidemark/tsdb"
)

// CreateTableInput is the input of CreateTable.
type CreateTableInput struct {
	DatabaseName                 string `must:"required,len=3:256,pattern=[a-zA-Z0-9_.-]+"`
	TableName                    string `must:"required,len=3:256,pattern=[a-zA-Z0-9_.-]+"`
	RetentionProperties          *RetentionProperties
	Tags                         []Tag `must:"len=:200"`
	MagneticStoreWriteProperties *MagneticStoreWriteProperties
	Schema                       *Schema
}

// CreateTable creates a table, which is active at once.
func (s *Service) CreateTable(ctx context.Context, in *CreateTableInput) (*TableOutput, error) {
	u := settings{in.RetentionProperties, in.MagneticStoreWriteProperties, in.Schema}.update()
	t, err := s.opt.Store.CreateTable(ctx, tsdb.TableRef{Database: in.DatabaseName, Table: in.TableName}, tsdb.TableOptions{
		Retention: u.Retention, MagneticWrites: u.MagneticWrites, PartitionKey: u.PartitionKey, Tags: tagMap(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &TableOutput{s.wireTable(t)}, nil
}
