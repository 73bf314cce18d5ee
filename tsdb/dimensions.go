package tsdb

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tidemark/tsdb/hot"
)

// DimensionSet is the dimensions of records, checked and put in order once for all
// records that have them, whatever their table. It never changes, and any number of
// goroutines may use it. The store remembers by it which series they are.
type DimensionSet struct {
	list   []Dimension
	size   int    // bytes of names and values
	wrong  string // what is wrong with a record that has them
	origin *hot.Origin
}

// NewDimensionSet returns the set of a list, which belongs to it from now on.
func NewDimensionSet(list []Dimension) *DimensionSet {
	s := &DimensionSet{list: slices.Clip(list), size: dimensionSize(list), wrong: wrongDimensions(list, false)}
	given := make([]hot.Dim, len(list))
	for i, d := range list {
		given[i] = hot.Dim{Name: d.Name, Value: d.Value}
	}
	sorted := given
	if !slices.IsSortedFunc(given, byName) {
		sorted = slices.SortedFunc(slices.Values(given), byName)
	}
	s.origin = hot.NewOrigin(sorted, given)
	return s
}

// List returns the dimensions in the order in which they were given. Nobody may change it.
func (s *DimensionSet) List() []Dimension { return s.list }

// wrongDimensions returns what is wrong with a record that has these dimensions. Names
// that are known were checked before.
func wrongDimensions(list []Dimension, known bool) string {
	for i := range list {
		dim := &list[i]
		if !known {
			if wrong := checkColumnName("dimension", dim.Name, maxDimensionName); wrong != "" {
				return wrong
			}
			if repeated(list[:i], func(d *Dimension) bool { return d.Name == dim.Name }) {
				return "The dimension " + quote(dim.Name) + " is given twice."
			}
		}
		switch {
		case dim.Value == "":
			return "The value of dimension " + quote(dim.Name) + " must not be empty."
		case !utf8.ValidString(dim.Value):
			return "The value of dimension " + quote(dim.Name) + " is not valid UTF-8."
		}
	}
	return ""
}

func dimensionSize(list []Dimension) int {
	n := 0
	for i := range list {
		n += len(list[i].Name) + len(list[i].Value)
	}
	return n
}

func byName(a, b hot.Dim) int { return strings.Compare(a.Name, b.Name) }
