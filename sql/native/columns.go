package native

// scalar is what a column of numbers holds.
type scalar interface{ int64 | int32 | float64 }

// slice returns the values of a column.
func slice[T scalar](c *Column) (values []T) {
	switch p := any(&values).(type) {
	case *[]int64:
		*p = c.Int64s
	case *[]int32:
		*p = c.Int32s
	case *[]float64:
		*p = c.Float64s
	}
	return values
}

// of1 makes a Batch of a function of one number.
func of1[A, R scalar](f func(A) (R, error)) func(*Batch) error {
	return func(b *Batch) error {
		x, out := slice[A](&b.Args[0]), slice[R](&b.Result)
		return b.Each(func(row int) (err error) {
			out[row], err = f(x[row])
			return err
		})
	}
}

func of2[A, B, R scalar](f func(A, B) (R, error)) func(*Batch) error {
	return func(b *Batch) error {
		x, y, out := slice[A](&b.Args[0]), slice[B](&b.Args[1]), slice[R](&b.Result)
		return b.Each(func(row int) (err error) {
			out[row], err = f(x[row], y[row])
			return err
		})
	}
}

func of3[A, B, C, R scalar](f func(A, B, C) (R, error)) func(*Batch) error {
	return func(b *Batch) error {
		x, y, z, out := slice[A](&b.Args[0]), slice[B](&b.Args[1]), slice[C](&b.Args[2]), slice[R](&b.Result)
		return b.Each(func(row int) (err error) {
			out[row], err = f(x[row], y[row], z[row])
			return err
		})
	}
}

// ofText makes a Batch of a function of one text.
func ofText[R scalar](f func(string) (R, error)) func(*Batch) error {
	return func(b *Batch) error {
		texts, out := b.Args[0].Texts, slice[R](&b.Result)
		return b.Each(func(row int) (err error) {
			out[row], err = f(texts.Text(row))
			return err
		})
	}
}

// sure1 is a function that has no error.
func sure1[A, R scalar](f func(A) R) func(A) (R, error) {
	return func(a A) (R, error) { return f(a), nil }
}

func sure2[A, B, R scalar](f func(A, B) R) func(A, B) (R, error) {
	return func(a A, b B) (R, error) { return f(a, b), nil }
}
