package hot

import (
	"maps"
	"slices"
	"strings"
)

// schema is what a table holds: dimensions and value columns in the order in which
// they were first seen, and the measures. A published schema never changes.
type schema struct {
	dims     []string
	dimIndex map[string]int
	columns  []Column
	index    map[string]int32 // columns by name
	measures []Measure
	known    map[Measure]struct{}
	names    map[string]struct{} // measure names
	multi    int                 // columns that belong to multi-measure records
}

// Column is one value column.
type Column struct {
	Name   string
	Type   Type
	Single bool // the value of single-measure records of this type
}

// Measure is a measure name with one of the types under which it was written.
type Measure struct {
	Name string
	Type Type
}

// singleNames are the columns of single-measure records.
var singleNames = map[string]Type{
	singleColumns[Double]: Double, singleColumns[Bigint]: Bigint, singleColumns[Varchar]: Varchar, singleColumns[Boolean]: Boolean,
}

// singleColumns are the same by type.
var singleColumns = [...]string{
	Double: "measure_value::double", Bigint: "measure_value::bigint",
	Varchar: "measure_value::varchar", Boolean: "measure_value::boolean",
}

// SingleColumn returns the column for a single-measure record's value.
func SingleColumn(t Type) string { return singleColumns[t] }

func newSchema() *schema {
	return &schema{dimIndex: map[string]int{}, index: map[string]int32{}, known: map[Measure]struct{}{}, names: map[string]struct{}{}}
}

// clone returns a copy that may grow.
func (s *schema) clone() *schema {
	c := *s
	c.dims, c.columns, c.measures = slices.Clone(s.dims), slices.Clone(s.columns), slices.Clone(s.measures)
	c.dimIndex, c.index, c.known, c.names = maps.Clone(s.dimIndex), maps.Clone(s.index), maps.Clone(s.known), maps.Clone(s.names)
	return &c
}

// The names that a schema keeps are copies: those of a row may be part of a request's body.

func (s *schema) addDim(name string) {
	name = strings.Clone(name)
	s.dimIndex[name] = len(s.dims)
	s.dims = append(s.dims, name)
}

func (s *schema) addColumn(name string, t Type) {
	_, single := singleNames[name]
	name = strings.Clone(name)
	s.index[name] = int32(len(s.columns))
	s.columns = append(s.columns, Column{Name: name, Type: t, Single: single})
	if !single {
		s.multi++
	}
}

func (s *schema) addMeasure(m Measure) {
	m.Name = strings.Clone(m.Name)
	s.known[m] = struct{}{}
	s.names[m.Name] = struct{}{}
	s.measures = append(s.measures, m)
}

// covers reports whether a row fits the schema as it is, and finds its columns.
func (s *schema) covers(r *Row) bool {
	if _, ok := s.known[Measure{r.Measure, r.Kind}]; !ok {
		return false
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		n, ok := s.index[c.Name]
		if !ok || s.columns[n].Type != c.Type {
			return false
		}
		c.column = n
	}
	for i := range r.Dims {
		if _, ok := s.dimIndex[r.Dims[i].Name]; !ok {
			return false
		}
	}
	return true
}

// growth is what a row adds to a schema.
type growth struct {
	dims    []string
	cells   []Cell
	measure bool // the measure is new under this type
	name    bool // the measure name is new
}

// missing finds what a row needs, or why it cannot have it.
func (s *schema) missing(r *Row, l Limits) (growth, Refusal) {
	var g growth
	dims := r.Given // a new column takes its place as the sender sees it
	if dims == nil {
		dims = r.Dims
	}
	for i := range dims {
		name := dims[i].Name
		if _, taken := s.index[name]; taken {
			return g, Refusal{Reason: NameConflict, Name: name}
		}
		if _, ok := s.dimIndex[name]; !ok {
			g.dims = append(g.dims, name)
		}
	}
	attributes := 0
	for i := range r.Cells {
		c := &r.Cells[i]
		n, ok := s.index[c.Name]
		_, taken := s.dimIndex[c.Name]
		switch {
		case taken || slices.Contains(g.dims, c.Name):
			return g, Refusal{Reason: NameConflict, Name: c.Name}
		case ok && s.columns[n].Type != c.Type:
			return g, Refusal{Reason: TypeConflict, Name: c.Name}
		case !ok:
			g.cells = append(g.cells, *c)
			if _, single := singleNames[c.Name]; !single {
				attributes++
			}
		}
	}
	_, known := s.known[Measure{r.Measure, r.Kind}]
	_, named := s.names[r.Measure]
	g.measure, g.name = !known, !named
	return g, s.exceeded(g, attributes, l)
}

func (s *schema) exceeded(g growth, attributes int, l Limits) Refusal {
	switch {
	case len(s.dims)+len(g.dims) > l.Dimensions:
		return Refusal{Reason: ManyDimensions}
	case s.multi+attributes > l.Attributes && attributes > 0:
		return Refusal{Reason: ManyAttributes}
	case g.name && len(s.names) >= l.MeasureNames:
		return Refusal{Reason: ManyMeasureNames}
	default:
		return Refusal{}
	}
}

// grow adds what a row needs.
func (s *schema) grow(r *Row, g growth) {
	for _, name := range g.dims {
		s.addDim(name)
	}
	for _, c := range g.cells {
		s.addColumn(c.Name, c.Type)
	}
	if g.measure {
		s.addMeasure(Measure{r.Measure, r.Kind})
	}
}

// dimsByName returns the ordinals of the dimensions in the order of their names.
func (s *schema) dimsByName() []int {
	order := make([]int, len(s.dims))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(s.dims[a], s.dims[b]) })
	return order
}
