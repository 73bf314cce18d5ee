package timestream

import (
	"context"

	"tidemark/fault"
	"tidemark/query"
)

// PrepareQueryInput is the input of PrepareQuery.
type PrepareQueryInput struct {
	QueryString  string `must:"required,len=1:262144"`
	ValidateOnly bool
}

// Validate refuses to keep a prepared query, which the service itself does not do.
func (in *PrepareQueryInput) Validate() error {
	if !in.ValidateOnly {
		return fault.New(fault.Invalid, "PrepareQuery supports ValidateOnly set to true only.")
	}
	return nil
}

// PrepareQueryOutput is the output of PrepareQuery.
type PrepareQueryOutput struct {
	QueryString string
	Columns     []SelectColumn
	Parameters  []ParameterMapping
}

// SelectColumn is one column of a prepared statement.
type SelectColumn struct {
	Name         string
	Type         Type
	DatabaseName string `json:",omitempty"`
	TableName    string `json:",omitempty"`
	Aliased      bool
}

// ParameterMapping is one parameter of a prepared statement.
type ParameterMapping struct {
	Name string
	Type Type
}

// PrepareQuery compiles a statement and reports its columns and parameters.
func (s *Service) PrepareQuery(ctx context.Context, in *PrepareQueryInput) (*PrepareQueryOutput, error) {
	columns, parameters, err := s.opt.Queries.Prepare(ctx, in.QueryString)
	if err != nil {
		return nil, err
	}
	return &PrepareQueryOutput{in.QueryString, wireColumns(columns), wireParameters(parameters)}, nil
}

func wireColumns(columns []query.ColumnSource) []SelectColumn {
	wire := make([]SelectColumn, len(columns))
	for i, c := range columns {
		wire[i] = SelectColumn{Name: c.Name, Type: Type{c.Type}, DatabaseName: c.Database, TableName: c.Table, Aliased: c.Aliased}
	}
	return wire
}

func wireParameters(parameters []query.Parameter) []ParameterMapping {
	wire := make([]ParameterMapping, len(parameters))
	for i, p := range parameters {
		wire[i] = ParameterMapping{Name: p.Name, Type: Type{p.Type}}
	}
	return wire
}
