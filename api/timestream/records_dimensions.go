package timestream

import (
	"slices"

	"tidemark/tsdb"
)

// dimensions gives a record the common dimensions and its own after them. A record
// without any of its own shares the common slice.
func (r *resolver) dimensions(out *tsdb.Record, raw *rawRecord) error {
	w := raw.dimensions
	switch {
	case raw.set == nil && w.from == w.to:
		out.Dimensions, out.Set = r.common, r.commonSet
		return nil
	case raw.set != nil:
		return r.remembered(out, raw.set)
	}
	all, err := r.ownDimensions(r.d.dimensions[w.from:w.to])
	if err != nil {
		return err
	}
	out.Dimensions = all
	if len(raw.sent.text) == 0 {
		return nil
	}
	own := all[len(r.common):]
	if len(r.common) > 0 {
		own = slices.Clone(own)
	}
	if kept := r.d.sets.add(raw.sent, own); kept != nil && len(r.common) == 0 {
		out.Set = kept.set
	}
	return nil
}

// remembered is dimensions for a list that was sent before.
func (r *resolver) remembered(out *tsdb.Record, own *dimensionSet) error {
	if len(r.common) == 0 {
		out.Dimensions, out.Set = own.set.List(), own.set
		return nil
	}
	j := own.joined.Load()
	again := j != nil && r.commonSet != nil && j.common == r.commonSet
	if again && j.set != nil {
		out.Dimensions, out.Set = j.set.List(), j.set
		return nil
	}
	list := own.set.List()
	all, err := r.afterCommon(len(list))
	if err != nil {
		return err
	}
	all = append(all, list...)
	if name, twice := r.duplicate(len(all), func(i int) string { return all[i].Name }); twice {
		return r.invalid("dimension %q is given more than once", name)
	}
	out.Dimensions = all
	if again {
		out.Set = tsdb.NewDimensionSet(all)
	}
	own.joined.Store(&joinedSet{r.commonSet, out.Set})
	return nil
}

// afterCommon returns the common dimensions with room for n more.
func (r *resolver) afterCommon(n int) ([]tsdb.Dimension, error) {
	if len(r.common)+n > maxDimensions {
		return nil, r.invalid("it has %d dimensions; at most %d are allowed", len(r.common)+n, maxDimensions)
	}
	all := make([]tsdb.Dimension, len(r.common), len(r.common)+n)
	copy(all, r.common)
	return all, nil
}

func (r *resolver) ownDimensions(own []rawDimension) ([]tsdb.Dimension, error) {
	all, err := r.afterCommon(len(own))
	if err != nil {
		return nil, err
	}
	known := true // the names are those of the record before, and so unique
	for i := range own {
		var guess tsdb.Dimension
		if at := len(all); at < len(r.previous.Dimensions) {
			guess = r.previous.Dimensions[at]
		}
		if len(own[i].value) == 0 {
			return nil, r.invalid("the value of dimension %q is empty", string(own[i].name))
		}
		dim := tsdb.Dimension{Name: same(own[i].name, guess.Name), Value: same(own[i].value, guess.Value)}
		known = known && dim.Name == guess.Name
		all = append(all, dim)
	}
	if known {
		return all, nil
	}
	if name, twice := r.duplicate(len(all), func(i int) string { return all[i].Name }); twice {
		return nil, r.invalid("dimension %q is given more than once", name)
	}
	return all, nil
}
