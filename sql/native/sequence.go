package native

import "errors"

// maxSequence is how many entries a sequence may have (as in Trino).
const maxSequence = 10000

// sequences are the arithmetic sequences of numbers and of timestamps, in nanoseconds.
var sequences = []Func{
	{Name: "tm_sequence", Args: []Kind{Bigint, Bigint, Bigint}, Result: ListOf(Bigint), Batch: sequence},
	{Name: "tm_sequence_time", Args: []Kind{Timestamp, Timestamp, Bigint}, Result: ListOf(Timestamp), Batch: sequence},
}

// sequence lists the numbers from the first to at most the second in steps of the third.
func sequence(b *Batch) error {
	from, to, step, total := b.Args[0].Int64s, b.Args[1].Int64s, b.Args[2].Int64s, 0
	err := b.Each(func(row int) error {
		n, err := sequenceLength(from[row], to[row], step[row])
		b.Result.Spans[row] = Span{uint64(total), uint64(n)}
		total += n
		return err
	})
	if err != nil {
		return err
	}
	if err := b.Result.Reserve(total); err != nil {
		return err
	}
	return b.Each(func(row int) error {
		span := b.Result.Spans[row]
		next := from[row]
		for i := span.Offset; i < span.Offset+span.Length; i++ {
			b.Result.Elem.Int64s[i] = next
			next += step[row] // which may wrap after the last
		}
		return nil
	})
}

func sequenceLength(from, to, step int64) (int, error) {
	switch {
	case step == 0:
		return 0, errors.New("step must not be zero")
	case step > 0 && from > to || step < 0 && from < to:
		return 0, errors.New("sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start")
	}
	way, stride := uint64(to)-uint64(from), uint64(step)
	if step < 0 {
		way, stride = -way, -stride
	}
	if way/stride >= maxSequence {
		return 0, errors.New("result of sequence function must not have more than 10000 entries")
	}
	return int(way/stride) + 1, nil
}
