package native

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// strung are the functions of texts by code point, as Trino has them, where DuckDB
// counts graphemes, knows another case mapping or answers instead of refusing.
var strung = []Func{
	{Name: "tm_chr", Args: []Kind{Bigint}, Result: Varchar, Batch: chr},
	{Name: "tm_upper", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(upper)},
	{Name: "tm_ltrim", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(ltrim)},
	{Name: "tm_rtrim", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(rtrim)},
	{Name: "tm_trim", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(trim)},
	{Name: "tm_reverse", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(reversed)},
	{Name: "tm_replace", Args: []Kind{Varchar, Varchar, Varchar}, Result: Varchar, Batch: textRows(replaced)},
	{Name: "tm_translate", Args: []Kind{Varchar, Varchar, Varchar}, Result: Varchar, Batch: textRows(translated)},
	{Name: "tm_normalize", Args: []Kind{Varchar, Varchar}, Result: Varchar, Batch: textRows(normalized)},
	{Name: "tm_soundex", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(soundex)},
	{Name: "tm_luhn_check", Args: []Kind{Varchar}, Result: Boolean, Call: luhnCheck},
	{Name: "tm_lpad", Args: []Kind{Varchar, Bigint, Varchar}, Result: Varchar, Batch: padded(true)},
	{Name: "tm_rpad", Args: []Kind{Varchar, Bigint, Varchar}, Result: Varchar, Batch: padded(false)},
	{Name: "tm_split", Args: []Kind{Varchar, Varchar, Bigint}, Result: ListOf(Varchar), Batch: splitText},
	{Name: "tm_split_part", Args: []Kind{Varchar, Varchar, Bigint}, Result: Varchar, Batch: splitPart},
	{Name: "tm_concat_ws", Args: []Kind{Varchar, ListOf(Varchar)}, Result: Varchar, Batch: concatWith},
}

// Bounds of what a function makes, in bytes.
const (
	maxTextBytes  = MaxText   // a text
	maxBlockBytes = 256 << 20 // the texts of one block of rows
)

// MaxText is the longest text, in bytes, that a function is to be given: some take
// many times as much memory as that. The engine has much longer ones.
const MaxText = 64 << 20

// ErrTooLong is the answer to a longer one.
var ErrTooLong = fmt.Errorf("A function does not take a text of more than %d bytes", MaxText)

var errTooLong = fmt.Errorf("The result is a text of more than %d bytes", maxTextBytes)

// textRows makes a Batch of a function of texts. Without ok the result is NULL.
func textRows(f func(a []string) (text string, ok bool, err error)) func(*Batch) error {
	return func(b *Batch) error {
		args, used := make([]string, len(b.Args)), 0
		return b.Each(func(row int) error {
			for i := range args {
				args[i] = b.Args[i].Texts.Text(row)
			}
			text, ok, err := f(args)
			if !ok || err != nil {
				b.Result.SetNull(row)
				return err
			}
			b.Result.Texts.PutText(row, text)
			return room(&used, text)
		})
	}
}

// room counts the bytes of a block.
func room(used *int, text string) error {
	if *used += len(text); *used > maxBlockBytes {
		return fmt.Errorf("The results are texts of more than %d bytes in one block of rows", maxBlockBytes)
	}
	return nil
}

func chr(b *Batch) error {
	return b.Each(func(row int) error {
		n := b.Args[0].Int64s[row]
		if n < 0 || n > unicode.MaxRune || !utf8.ValidRune(rune(n)) {
			return fmt.Errorf("Not a valid Unicode code point: %d", n)
		}
		b.Result.Texts.PutText(row, string(rune(n)))
		return nil
	})
}

// upper maps character by character: ß, which DuckDB gives a capital, stays as in Java.
func upper(a []string) (string, bool, error) { return strings.ToUpper(a[0]), true, nil }

// blank reports white space in the sense of Java's Character.isWhitespace, which
// leaves out the spaces that do not break a line.
func blank(c rune) bool {
	switch {
	case c >= '\t' && c <= '\r' || c >= 0x1C && c <= ' ':
		return true
	case c < 0x1680 || c == 0x2007 || c == 0x202F:
		return false
	}
	return unicode.Is(unicode.Z, c)
}

func ltrim(a []string) (string, bool, error) { return strings.TrimLeftFunc(a[0], blank), true, nil }
func rtrim(a []string) (string, bool, error) { return strings.TrimRightFunc(a[0], blank), true, nil }
func trim(a []string) (string, bool, error)  { return strings.TrimFunc(a[0], blank), true, nil }

func reversed(a []string) (string, bool, error) {
	text := strings.ToValidUTF8(a[0], "\uFFFD")
	out := make([]byte, len(text))
	at := len(out)
	for _, c := range text {
		at -= utf8.RuneLen(c)
		utf8.EncodeRune(out[at:], c)
	}
	return string(out), true, nil
}

// replaced inserts the third text between all characters when the second is empty.
func replaced(a []string) (string, bool, error) {
	times := len(a[0]) + 1
	if a[1] != "" {
		times = strings.Count(a[0], a[1])
	}
	if len(a[0])+times*(len(a[2])-len(a[1])) > maxTextBytes || len(a[2]) > maxTextBytes {
		return "", false, errTooLong
	}
	return strings.ReplaceAll(a[0], a[1], a[2]), true, nil
}

// translated replaces characters one by one; those without a counterpart go. The
// first of equal ones counts.
func translated(a []string) (string, bool, error) {
	to := []rune(a[2])
	with := map[rune]rune{}
	i := 0
	for _, c := range a[1] {
		if _, known := with[c]; !known {
			if with[c] = -1; i < len(to) {
				with[c] = to[i]
			}
		}
		i++
	}
	return strings.Map(func(c rune) rune {
		if other, ok := with[c]; ok {
			return other
		}
		return c
	}, a[0]), true, nil
}

var forms = map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}

func normalized(a []string) (string, bool, error) {
	form, ok := forms[a[1]]
	if !ok {
		return "", false, errors.New("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")
	}
	return form.String(a[0]), true, nil
}

func luhnCheck(a []any) (any, error) {
	text := a[0].(string)
	sum, double := 0, false
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] < '0' || text[i] > '9' {
			return nil, errors.New("Input contains non-digit character")
		}
		n := int(text[i] - '0')
		if double {
			n = n*2%10 + n*2/10
		}
		sum, double = sum+n, !double
	}
	return text != "" && sum%10 == 0, nil
}

// soundexCodes are the codes of the letters from A on; those with 0 part equal codes,
// H and W (-) do not.
const soundexCodes = "01230120022455012623010202"

// soundex is the American one: a letter and three digits.
func soundex(a []string) (string, bool, error) {
	letters := make([]byte, 0, len(a[0]))
	for _, c := range a[0] {
		if !unicode.IsLetter(c) {
			continue
		}
		upper := unicode.ToUpper(c)
		if upper < 'A' || upper > 'Z' {
			return "", false, fmt.Errorf("The character is not mapped: %c", upper)
		}
		letters = append(letters, byte(upper))
	}
	if len(letters) == 0 {
		return "", true, nil
	}
	out := append(make([]byte, 0, 4), letters[0])
	last := soundexCodes[letters[0]-'A']
	for _, c := range letters[1:] {
		if c == 'H' || c == 'W' {
			continue
		}
		code := soundexCodes[c-'A']
		if code != '0' && code != last && len(out) < 4 {
			out = append(out, code)
		}
		last = code
	}
	return (string(out) + "000")[:4], true, nil
}
