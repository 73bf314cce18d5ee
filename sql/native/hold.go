package native

// A rule picks the sample whose value stands at a time: its index, or -1 for none.
type rule struct {
	name string
	pick func(c *cursor, t int64) int
}

var (
	// locf is the last sample before or at the time.
	locf = rule{"interpolate_locf", (*cursor).find}
	// fill is the sample at the time.
	fill = rule{"interpolate_fill", func(c *cursor, t int64) int {
		i := c.find(t)
		if i >= 0 && c.times[i] != t {
			return -1
		}
		return i
	}}
)

type writer func(to *Column, at int, from *Column, row int)

// hold gives every time of a list the value that the rule picks. Where it picks none,
// that is the third argument, and NULL if there is none.
func hold(by rule, write writer) func(*Batch) error {
	return func(b *Batch) error {
		asked, err := b.onto(1, by.name)
		if err != nil {
			return err
		}
		var r sampler
		return b.Each(func(row int) error { return b.holdRow(&r, by, write, row, asked[row], b.Result.Value) })
	}
}

// holdAt does it for one time.
func holdAt(by rule, write writer) func(*Batch) error {
	return func(b *Batch) error {
		var r sampler
		return b.Each(func(row int) error {
			return b.holdRow(&r, by, write, row, request{b.Args[1].Int64s[row : row+1], row}, &b.Result)
		})
	}
}

func (b *Batch) holdRow(r *sampler, by rule, write writer, row int, asked request, into *Column) error {
	s := r.read(&b.Args[0], row)
	if err := s.distinct(by.name); err != nil {
		return err
	}
	where, values := cursor{times: s.times}, b.Args[0].Value
	for k, t := range asked.times {
		switch i := by.pick(&where, t); {
		case i >= 0:
			write(into, asked.first+k, values, s.row(i))
		case len(b.Args) > 2:
			write(into, asked.first+k, &b.Args[2], row)
		default:
			into.SetNull(asked.first + k)
		}
	}
	return nil
}

// positions answers with the positions, counted from 1, of what the rule picks among
// a list of times, for values that have no kind of their own; NULL where it picks none.
func positions(by rule) func(*Batch) error {
	return func(b *Batch) error {
		asked, err := b.onto(1, by.name)
		if err != nil {
			return err
		}
		var r sampler
		series := b.Args[0]
		series.Time, series.Value = series.Elem, series.Elem
		return b.Each(func(row int) error {
			s := r.read(&series, row)
			if err := s.distinct(by.name); err != nil {
				return err
			}
			where, into := cursor{times: s.times}, b.Result.Elem
			for k, t := range asked[row].times {
				i := by.pick(&where, t)
				if i < 0 {
					into.SetNull(asked[row].first + k)
					continue
				}
				into.Int64s[asked[row].first+k] = int64(s.row(i)-int(series.Spans[row].Offset)) + 1
			}
			return nil
		})
	}
}
