package native

import "errors"

// checkInterval refuses an interval per which nothing can be measured.
func checkInterval(ns int64, function string) error {
	if ns <= 0 {
		return errors.New(function + ": the interval must be positive")
	}
	return nil
}

// derive computes how much the values change per interval, from each sample to the
// next, at the time of the later one. OnlyRising leaves out negative changes.
func derive(function string, onlyRising bool) func(*Batch) error {
	return func(b *Batch) error {
		total := 0
		if err := b.Each(func(row int) error { total += max(0, b.Args[0].Len(row)-1); return nil }); err != nil {
			return err
		}
		if err := b.Result.Reserve(total); err != nil {
			return err
		}
		var r sampler
		used := 0
		return b.Each(func(row int) error {
			interval := b.Args[1].Int64s[row]
			if err := checkInterval(interval, function); err != nil {
				return err
			}
			s := r.read(&b.Args[0], row)
			if err := s.distinct(function); err != nil {
				return err
			}
			from := used
			for i := 1; i < len(s.times); i++ {
				change := b.Args[0].Value.change(s.row(i-1), s.row(i)) / (apart(s.times[i-1], s.times[i]) / float64(interval))
				if onlyRising && !(change >= 0) {
					continue
				}
				b.Result.Time.Int64s[used], b.Result.Value.Float64s[used] = s.times[i], change
				used++
			}
			b.Result.Spans[row] = Span{uint64(from), uint64(used - from)}
			return nil
		})
	}
}

// change is the difference of two numbers. That of large counters is exact where
// that of their doubles would not be.
func (c *Column) change(from, to int) float64 {
	if c.Int64s == nil {
		return c.number(to) - c.number(from)
	}
	a, b := c.Int64s[from], c.Int64s[to]
	if d := b - a; (d > 0) == (b > a) {
		return float64(d)
	}
	return float64(b) - float64(a)
}

// integrate computes the area under the lines between the samples, per interval.
func integrate(b *Batch) error {
	var r sampler
	return b.Each(func(row int) error {
		interval := b.Args[1].Int64s[row]
		if err := checkInterval(interval, "integral_trapezoidal"); err != nil {
			return err
		}
		c := r.curve(&b.Args[0], row)
		if len(c.times) == 0 {
			b.Result.SetNull(row)
			return nil
		}
		area := 0.0
		for i := 1; i < len(c.times); i++ {
			area += (c.values[i] + c.values[i-1]) / 2 * (apart(c.times[i-1], c.times[i]) / float64(interval))
		}
		b.Result.Float64s[row] = area
		return nil
	})
}
