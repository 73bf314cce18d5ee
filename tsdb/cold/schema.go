package cold

import (
	"slices"

	"github.com/apache/iceberg-go"

	"tidemark/fault"
)

// typesOf has Iceberg's type for each of ours.
var typesOf = [...]iceberg.Type{
	Text:      iceberg.PrimitiveTypes.String,
	Double:    iceberg.PrimitiveTypes.Float64,
	Bigint:    iceberg.PrimitiveTypes.Int64,
	Boolean:   iceberg.PrimitiveTypes.Bool,
	Timestamp: iceberg.PrimitiveTypes.TimestampNs,
	Int:       iceberg.PrimitiveTypes.Int32,
}

// iceberg is the type in the table's schema; nil for a Type that is none.
func (t Type) iceberg() iceberg.Type {
	if int(t) >= len(typesOf) {
		return nil
	}
	return typesOf[t]
}

// typeOf is the reverse of Type.iceberg.
func typeOf(t iceberg.Type) (Type, bool) {
	for i, known := range typesOf {
		if known != nil && known.Equals(t) {
			return Type(i), true
		}
	}
	return 0, false
}

// String is the name of the type in an Iceberg schema.
func (t Type) String() string {
	if typ := t.iceberg(); typ != nil {
		return typ.String()
	}
	return "no type"
}

// checkFields refuses what cannot be columns.
func checkFields(fields []Field) error {
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		switch {
		case f.Name == "":
			return fault.New(fault.Invalid, "cold: a column has no name")
		case f.Type.iceberg() == nil:
			return fault.New(fault.Invalid, "cold: column %q has no type", f.Name)
		case seen[f.Name]:
			return fault.New(fault.Invalid, "cold: column %q is there twice", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// extend is the schema with the fields that it lacks, under new ids and the given id of
// its own; nil when it lacks none.
func extend(old *iceberg.Schema, fields []Field, id, lastColumn int) (*iceberg.Schema, int, error) {
	var columns []iceberg.NestedField
	if old != nil {
		columns = slices.Clone(old.Fields())
	}
	known := make(map[string]iceberg.Type, len(columns))
	for _, c := range columns {
		known[c.Name] = c.Type
	}
	before := lastColumn
	for _, f := range fields {
		want := f.Type.iceberg()
		switch have := known[f.Name]; {
		case have == nil:
			lastColumn++
			columns = append(columns, iceberg.NestedField{ID: lastColumn, Name: f.Name, Type: want})
		case !have.Equals(want):
			return nil, 0, fault.New(fault.Conflict, "cold: column %q is %s and cannot become %s", f.Name, have, want)
		}
	}
	if lastColumn == before {
		return nil, before, nil
	}
	return iceberg.NewSchema(id, columns...), lastColumn, nil
}

// columnsOf lists a schema's columns and their ids. Columns of types that are not ours,
// which somebody else must have added, are left out.
func columnsOf(s *iceberg.Schema) ([]Column, map[string]int) {
	fields := s.Fields()
	columns, ids := make([]Column, 0, len(fields)), make(map[string]int, len(fields))
	for _, f := range fields {
		if t, ok := typeOf(f.Type); ok {
			columns = append(columns, Column{Field{f.Name, t}, f.ID})
			ids[f.Name] = f.ID
		}
	}
	return columns, ids
}

// idsOf are the field ids of all columns, those of types that are not ours included.
func idsOf(s *iceberg.Schema) map[string]int {
	ids := map[string]int{}
	for _, f := range s.Fields() {
		ids[f.Name] = f.ID
	}
	return ids
}

// byDay is the partition spec of every table: the day of the column time.
func byDay(timeID int) iceberg.PartitionSpec {
	return iceberg.NewPartitionSpecID(0, iceberg.PartitionField{
		SourceIDs: []int{timeID}, FieldID: partitionID, Name: partitionName, Transform: iceberg.DayTransform{}})
}

// orderBy is the sort order over columns, ascending, under an id.
func orderBy(id int, names []string, ids map[string]int) (sortOrder, error) {
	order := sortOrder{ID: id, Fields: make([]sortField, 0, len(names))}
	for _, name := range names {
		source, ok := ids[name]
		if !ok {
			return order, fault.New(fault.Invalid, "cold: the rows cannot be sorted by %q, which is not a column", name)
		}
		order.Fields = append(order.Fields, sortField{"identity", source, "asc", "nulls-first"})
	}
	return order, nil
}

// nextSort is the id for an order over n columns. 0 is the order over none.
func (m *metadata) nextSort(n int) int {
	id := 0
	for _, known := range m.SortOrders {
		id = max(id, known.ID)
	}
	return id + min(n, 1)
}

// sortBy makes an order the current one, unless the table has an equal one.
func (m *metadata) sortBy(order sortOrder) (changed bool) {
	for _, known := range m.SortOrders {
		if slices.Equal(known.Fields, order.Fields) {
			changed = m.DefaultSort != known.ID
			m.DefaultSort = known.ID
			return changed
		}
	}
	m.SortOrders = append(m.SortOrders, order)
	m.DefaultSort = order.ID
	return true
}
