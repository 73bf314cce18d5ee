package native

import (
	"tidemark/sql/calendar"
	"tidemark/sql/types"
)

// dateTexts print timestamps and dates, by a pattern or without one.
var dateTexts = []Func{
	{Name: "tm_timestamp_text", Args: []Kind{Timestamp}, Result: Varchar, Batch: printed(types.AppendTimestamp)},
	{Name: "tm_iso_timestamp_text", Args: []Kind{Timestamp}, Result: Varchar, Batch: printed(calendar.AppendISOTimestamp)},
	{Name: "tm_date_text", Args: []Kind{Date}, Result: Varchar, Batch: printed(calendar.AppendDate)},
	{Name: "tm_readable_seconds", Args: []Kind{Double}, Result: Varchar, Batch: readableSeconds},
	{Name: "tm_date_format", Args: []Kind{Timestamp, Varchar}, Result: Varchar, Batch: formatBy(calendar.MySQL)},
	{Name: "tm_format_datetime", Args: []Kind{Timestamp, Varchar}, Result: Varchar, Batch: formatBy(calendar.Joda)},
}

// dateParsers read them.
var dateParsers = []Func{
	{Name: "tm_parse_timestamp", Args: []Kind{Varchar}, Result: Timestamp, Batch: cast[int64](types.Timestamp)},
	{Name: "tm_parse_date", Args: []Kind{Varchar}, Result: Date, Batch: cast[int32](types.Date)},
	{Name: "tm_parse_time", Args: []Kind{Varchar}, Result: Bigint, Batch: cast[int64](types.Time)},
	{Name: "tm_parse_iso_timestamp", Args: []Kind{Varchar}, Result: Timestamp, Batch: ofText(calendar.ParseISOTimestamp)},
	{Name: "tm_parse_iso_date", Args: []Kind{Varchar}, Result: Date, Batch: ofText(calendar.ParseISODate)},
	{Name: "tm_parse_duration", Args: []Kind{Varchar}, Result: Bigint, Batch: ofText(calendar.ParseDuration)},
	{Name: "tm_date_parse", Args: []Kind{Varchar, Varchar}, Result: Timestamp, Batch: parseBy(calendar.MySQL)},
	{Name: "tm_parse_datetime", Args: []Kind{Varchar, Varchar}, Result: Timestamp, Batch: parseBy(calendar.Joda)},
}

// cast reads texts as CAST does.
func cast[R int32 | int64](k types.Kind) func(*Batch) error {
	return ofText(func(text string) (r R, err error) {
		v, err := types.FromText(k, text)
		if err != nil {
			return r, err
		}
		return v.(R), nil
	})
}

// textSize is about how long a printed timestamp is.
const textSize = 32

// printed makes a Batch of what appends one value's text. All texts of the batch are
// gathered before they are handed over: one piece of memory, not one per row.
func printed[A scalar](appendText func(b []byte, v A) []byte) func(*Batch) error {
	return func(b *Batch) error {
		x := slice[A](&b.Args[0])
		return b.texts(func(text []byte, row int) ([]byte, error) { return appendText(text, x[row]), nil })
	}
}

// readableSeconds spells numbers of seconds.
func readableSeconds(b *Batch) error {
	x := b.Args[0].Float64s
	return b.texts(func(text []byte, row int) ([]byte, error) { return calendar.ReadableSeconds(text, x[row]) })
}

// texts computes the texts of the rows.
func (b *Batch) texts(appendText func(text []byte, row int) ([]byte, error)) error {
	text, ends := make([]byte, 0, b.Rows*textSize), make([]int, b.Rows)
	err := b.Each(func(row int) (err error) {
		text, err = appendText(text, row)
		ends[row] = len(text)
		return err
	})
	if err != nil {
		return err
	}
	all, start := string(text), 0
	return b.Each(func(row int) error {
		b.Result.Texts.PutText(row, all[start:ends[row]])
		start = ends[row]
		return nil
	})
}

// compiled remembers what the pattern of the row before makes: mostly all rows have
// the same.
type compiled[F any] struct {
	compile func(string) (*calendar.Pattern, error)
	of      func(*calendar.Pattern) F
	pattern *calendar.Pattern
	text    string
	run     F
}

func (c *compiled[F]) get(text string) (F, error) {
	if c.pattern != nil && c.text == text {
		return c.run, nil
	}
	p, err := c.compile(text)
	if err == nil {
		c.pattern, c.text, c.run = p, text, c.of(p)
	}
	return c.run, err
}

// formatBy prints timestamps by the patterns in the second argument.
func formatBy(compile func(string) (*calendar.Pattern, error)) func(*Batch) error {
	return func(b *Batch) error {
		x, patterns := b.Args[0].Int64s, b.Args[1].Texts
		last := compiled[func([]byte, int64) []byte]{compile: compile, of: (*calendar.Pattern).Printer}
		return b.texts(func(text []byte, row int) ([]byte, error) {
			format, err := last.get(patterns.Text(row))
			if err != nil {
				return text, err
			}
			return format(text, x[row]), nil
		})
	}
}

// parseBy reads timestamps by the patterns in the second argument.
func parseBy(compile func(string) (*calendar.Pattern, error)) func(*Batch) error {
	return func(b *Batch) error {
		texts, patterns, out := b.Args[0].Texts, b.Args[1].Texts, b.Result.Int64s
		last := compiled[func(string) (int64, error)]{compile: compile, of: (*calendar.Pattern).Parser}
		return b.Each(func(row int) error {
			parse, err := last.get(patterns.Text(row))
			if err == nil {
				out[row], err = parse(texts.Text(row))
			}
			return err
		})
	}
}
