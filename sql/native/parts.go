package native

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// maxPad is the longest text that padding makes, in characters; Trino's bound is 2^31-1.
const maxPad = 1 << 20

// padded fills or cuts texts to a length.
func padded(left bool) func(*Batch) error {
	return func(b *Batch) error {
		used := 0
		return b.Each(func(row int) error {
			text, err := pad(b.Args[0].Texts.Text(row), b.Args[1].Int64s[row], b.Args[2].Texts.Text(row), left)
			if err != nil {
				return err
			}
			b.Result.Texts.PutText(row, text)
			return room(&used, text)
		})
	}
}

func pad(text string, n int64, fill string, left bool) (string, error) {
	switch {
	case n < 0 || n > maxPad:
		return "", errors.New("Target length must be in the range [0..1048576]")
	case fill == "":
		return "", errors.New("Padding string must not be empty")
	}
	missing := int(n) - utf8.RuneCountInString(text)
	if missing <= 0 {
		return text[:prefix(text, int(n))], nil
	}
	count := utf8.RuneCountInString(fill)
	filled := strings.Repeat(fill, missing/count) + fill[:prefix(fill, missing%count)]
	if left {
		return filled + text, nil
	}
	return text + filled, nil
}

// prefix returns the bytes of the first n characters.
func prefix(text string, n int) int {
	for at := range text {
		if n == 0 {
			return at
		}
		n--
	}
	return len(text)
}

// splitText lists the parts between delimiters, at most so many, of which the last
// keeps the rest.
func splitText(b *Batch) error {
	list := textLists{result: &b.Result}
	err := b.Each(func(row int) error {
		rest, delimiter, limit := b.Args[0].Texts.Text(row), b.Args[1].Texts.Text(row), b.Args[2].Int64s[row]
		switch {
		case limit <= 0:
			return errors.New("Limit must be positive")
		case limit > math.MaxInt32:
			return errors.New("Limit is too large")
		case delimiter == "":
			return errors.New("The delimiter may not be the empty string")
		}
		for ; limit > 1; limit-- {
			part, after, found := strings.Cut(rest, delimiter)
			if !found {
				break
			}
			list.add(part, true)
			rest = after
		}
		list.add(rest, true)
		return list.end(row, nil)
	})
	if err != nil {
		return err
	}
	return list.finish()
}

// splitPart finds the part with a number from 1. Without a delimiter every character
// is a part.
func splitPart(b *Batch) error {
	return b.Each(func(row int) error {
		text, delimiter, n := b.Args[0].Texts.Text(row), b.Args[1].Texts.Text(row), b.Args[2].Int64s[row]
		if n < 1 {
			return errors.New("Index must be greater than zero")
		}
		part, ok := partOf(text, delimiter, n)
		if !ok {
			b.Result.SetNull(row)
			return nil
		}
		b.Result.Texts.PutText(row, part)
		return nil
	})
}

func partOf(text, delimiter string, n int64) (string, bool) {
	if delimiter == "" {
		if n > int64(len(text)) {
			return "", false
		}
		text = text[prefix(text, int(n-1)):]
		return text[:prefix(text, 1)], text != ""
	}
	for ; n > 1; n-- {
		_, after, found := strings.Cut(text, delimiter)
		if !found {
			return "", false
		}
		text = after
	}
	part, _, _ := strings.Cut(text, delimiter)
	return part, true
}

// concatWith joins the elements that are not NULL with a delimiter.
func concatWith(b *Batch) error {
	var text strings.Builder
	used := 0
	list := &b.Args[1]
	return b.Each(func(row int) error {
		text.Reset()
		span, begun := list.Spans[row], false
		for i := int(span.Offset); i < int(span.Offset+span.Length); i++ {
			if list.Elem.IsNull(i) {
				continue
			}
			if begun {
				text.WriteString(b.Args[0].Texts.Text(row))
			}
			text.WriteString(list.Elem.Texts.Text(i))
			begun = true
			if text.Len() > maxTextBytes {
				return errTooLong
			}
		}
		b.Result.Texts.PutText(row, text.String())
		return room(&used, text.String())
	})
}
