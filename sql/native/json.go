package native

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-faster/jx"

	"tidemark/sql/types"
)

// jsons are Trino's functions over JSON in a text. They read no further than they
// must: what is wrong behind the value they look for does not matter. A text that is
// wrong before gives NULL.
var jsons = []Func{
	{Name: "tm_json_extract_scalar", Args: []Kind{Varchar, Varchar}, Result: Varchar, Batch: jsonAt(scalarOf)},
	{Name: "tm_json_extract", Args: []Kind{Varchar, Varchar}, Result: Varchar, Batch: jsonAt(jsonOf)},
	{Name: "tm_json_size", Args: []Kind{Varchar, Varchar}, Result: Bigint, Batch: jsonAt(sizeOf)},
	{Name: "tm_json_array_length", Args: []Kind{Varchar}, Result: Bigint, Batch: jsonRows(arrayLength)},
	{Name: "tm_json_array_get", Args: []Kind{Varchar, Bigint}, Result: Varchar, Batch: jsonRows(arrayGet)},
	{Name: "tm_json_array_has_boolean", Args: []Kind{Varchar, Boolean}, Result: Boolean, Batch: jsonRows(arrayHas(hasBoolean))},
	{Name: "tm_json_array_has_bigint", Args: []Kind{Varchar, Bigint}, Result: Boolean, Batch: jsonRows(arrayHas(hasBigint))},
	{Name: "tm_json_array_has_double", Args: []Kind{Varchar, Double}, Result: Boolean, Batch: jsonRows(arrayHas(hasDouble))},
	{Name: "tm_json_array_has_varchar", Args: []Kind{Varchar, Varchar}, Result: Boolean, Batch: jsonRows(arrayHas(hasVarchar))},
	{Name: "tm_json_parse", Args: []Kind{Varchar}, Result: Varchar, Batch: jsonRows(parseJSON)},
	{Name: "tm_is_json_scalar", Args: []Kind{Varchar}, Result: Boolean, Batch: jsonRows(isScalar)},
}

// jsonBatch is a block of rows with what reads them.
type jsonBatch struct {
	*Batch
	d    jx.Decoder
	used int // bytes of the results

	input []byte // the row's JSON
	text  []byte // a value, as text
	part  []byte // of it

	path     []jsonStep
	pathText string
}

// malformed is why a text gives NULL.
type malformed struct{ error }

// tooDeep is what the decoder says of more levels than it follows.
const tooDeep = "depth: maximum"

// bad wraps an error of the decoder.
func bad(err error) error {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), tooDeep) {
		return fmt.Errorf("The JSON has more than 10000 levels")
	}
	return malformed{err}
}

// jsonRows makes a Batch of a function of one row, which is NULL when the JSON is malformed.
func jsonRows(f func(b *jsonBatch, row int) error) func(*Batch) error {
	return func(b *Batch) error {
		j := &jsonBatch{Batch: b}
		return b.Each(func(row int) error {
			j.reset(row)
			err := f(j, row)
			if _, ok := err.(malformed); ok {
				j.Result.SetNull(row)
				return nil
			}
			return err
		})
	}
}

func (b *jsonBatch) json(row int) string { return b.Args[0].Texts.Text(row) }

// reset begins a row's text anew.
func (b *jsonBatch) reset(row int) {
	b.input = append(b.input[:0], b.json(row)...)
	b.d.ResetBytes(b.input)
}

// put writes the text as the result.
func (b *jsonBatch) put(row int, text []byte) error {
	b.Result.Texts.PutText(row, string(text))
	return room(&b.used, string(text))
}

func (b *jsonBatch) null(row int) error {
	b.Result.SetNull(row)
	return nil
}

// jsonAt makes a Batch of a function of the value that a path leads to.
func jsonAt(f func(b *jsonBatch, row int) error) func(*Batch) error {
	return jsonRows(func(b *jsonBatch, row int) error {
		if text := b.Args[1].Texts.Text(row); b.path == nil || text != b.pathText {
			path, err := parsePath(text)
			if err != nil {
				return err
			}
			b.path, b.pathText = path, text
		}
		for _, step := range b.path {
			found, err := b.follow(step)
			if err != nil {
				return err
			}
			if !found {
				return b.null(row)
			}
		}
		return f(b, row)
	})
}

// follow goes to the field or the element of a step, the first of several.
func (b *jsonBatch) follow(step jsonStep) (bool, error) {
	switch b.d.Next() {
	case jx.Object:
		return b.field(step.key)
	case jx.Array:
		return b.element(int64(step.index))
	}
	return false, malformed{}
}

func (b *jsonBatch) field(key string) (bool, error) {
	fields, err := b.d.ObjIter()
	if err != nil {
		return false, bad(err)
	}
	for fields.Next() {
		if string(fields.Key()) == key {
			return true, nil
		}
		if err := b.d.Skip(); err != nil {
			return false, bad(err)
		}
	}
	return false, bad(fields.Err())
}

func (b *jsonBatch) element(index int64) (bool, error) {
	elements, err := b.d.ArrIter()
	if err != nil {
		return false, bad(err)
	}
	for at := int64(0); elements.Next(); at++ {
		if at == index {
			return true, nil
		}
		if err := b.d.Skip(); err != nil {
			return false, bad(err)
		}
	}
	return false, bad(elements.Err())
}

// scalarOf is a string's text, a number as it is written, a boolean; NULL of all else.
func scalarOf(b *jsonBatch, row int) (err error) {
	switch b.d.Next() {
	case jx.String:
		b.text, err = b.d.StrAppend(b.text[:0])
	case jx.Number:
		b.text, err = b.d.RawAppend(b.text[:0])
	case jx.Bool:
		var v bool
		v, err = b.d.Bool()
		b.text = strconv.AppendBool(b.text[:0], v)
	default:
		return b.null(row)
	}
	if err != nil {
		return bad(err)
	}
	return b.put(row, b.text)
}

// jsonOf is the value as JSON without white space.
func jsonOf(b *jsonBatch, row int) (err error) {
	if b.text, err = b.copyValue(b.text[:0]); err != nil {
		return err
	}
	return b.put(row, b.text)
}

// sizeOf is the number of elements or fields, 0 of a scalar.
func sizeOf(b *jsonBatch, row int) (err error) {
	n := int64(0)
	switch b.d.Next() {
	case jx.Array:
		n, err = b.count()
	case jx.Object:
		n, err = b.countFields()
	case jx.Invalid:
		return b.null(row)
	}
	b.Result.Int64s[row] = n
	return err
}

func (b *jsonBatch) count() (n int64, err error) {
	elements, err := b.d.ArrIter()
	if err != nil {
		return 0, bad(err)
	}
	for ; elements.Next(); n++ {
		if err := b.d.Skip(); err != nil {
			return 0, bad(err)
		}
	}
	return n, bad(elements.Err())
}

func (b *jsonBatch) countFields() (n int64, err error) {
	fields, err := b.d.ObjIter()
	if err != nil {
		return 0, bad(err)
	}
	for ; fields.Next(); n++ {
		if err := b.d.Skip(); err != nil {
			return 0, bad(err)
		}
	}
	return n, bad(fields.Err())
}

func arrayLength(b *jsonBatch, row int) (err error) {
	if b.d.Next() != jx.Array {
		return b.null(row)
	}
	b.Result.Int64s[row], err = b.count()
	return err
}

// arrayGet is an element counted from 0, or from the end when negative: a string's
// text, any other value as JSON.
func arrayGet(b *jsonBatch, row int) error {
	index := b.Args[1].Int64s[row]
	if b.d.Next() != jx.Array {
		return b.null(row)
	}
	if index < 0 {
		n, err := b.count()
		if err != nil {
			return err
		}
		if index += n; index < 0 {
			return b.null(row)
		}
		b.reset(row)
	}
	found, err := b.element(index)
	switch {
	case err != nil:
		return err
	case !found || b.d.Next() == jx.Null:
		return b.null(row)
	case b.d.Next() == jx.Object || b.d.Next() == jx.Array:
		return jsonOf(b, row)
	}
	return scalarOf(b, row)
}

// arrayHas looks for an element that equals the second argument.
func arrayHas(equal func(b *jsonBatch, row int) (bool, error)) func(b *jsonBatch, row int) error {
	return func(b *jsonBatch, row int) error {
		if b.d.Next() != jx.Array {
			return b.null(row)
		}
		elements, err := b.d.ArrIter()
		if err != nil {
			return bad(err)
		}
		for elements.Next() {
			if found, err := equal(b, row); err != nil || found {
				b.Result.Bools[row] = found
				return bad(err)
			}
		}
		b.Result.Bools[row] = false
		return bad(elements.Err())
	}
}

func hasBoolean(b *jsonBatch, row int) (bool, error) {
	if b.d.Next() != jx.Bool {
		return false, b.d.Skip()
	}
	v, err := b.d.Bool()
	return v == b.Args[1].Bools[row], err
}

func hasVarchar(b *jsonBatch, row int) (found bool, err error) {
	if b.d.Next() != jx.String {
		return false, b.d.Skip()
	}
	b.text, err = b.d.StrAppend(b.text[:0])
	return string(b.text) == b.Args[1].Texts.Text(row), err
}

// number returns the text of a number with or without a fraction or exponent.
func (b *jsonBatch) number(whole bool) (text []byte, ok bool, err error) {
	if b.d.Next() != jx.Number {
		return nil, false, b.d.Skip()
	}
	b.text, err = b.d.RawAppend(b.text[:0])
	return b.text, isWhole(b.text) == whole, err
}

func isWhole(number []byte) bool { return !strings.ContainsAny(string(number), ".eE") }

func hasBigint(b *jsonBatch, row int) (bool, error) {
	text, ok, err := b.number(true)
	if !ok || err != nil {
		return false, err
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	return err == nil && n == b.Args[1].Int64s[row], nil
}

func hasDouble(b *jsonBatch, row int) (bool, error) {
	text, ok, err := b.number(false)
	if !ok || err != nil {
		return false, err
	}
	x, err := strconv.ParseFloat(string(text), 64)
	return err == nil && x == b.Args[1].Float64s[row], nil
}

// shown is a text in a message.
func shown(text string) string {
	if utf8.RuneCountInString(text) > 200 {
		return string([]rune(text)[:200]) + "..."
	}
	return text
}

// parseJSON is the whole text as JSON without white space, and an error if it is not JSON.
func parseJSON(b *jsonBatch, row int) error {
	if !jx.Valid(b.input) {
		return fmt.Errorf("Cannot convert value to JSON: '%s'", shown(b.json(row)))
	}
	return jsonOf(b, row)
}

func isScalar(b *jsonBatch, row int) error {
	if !jx.Valid(b.input) {
		return fmt.Errorf("Invalid JSON value: %s", shown(b.json(row)))
	}
	kind := b.d.Next()
	b.Result.Bools[row] = kind != jx.Object && kind != jx.Array
	return nil
}

// copyValue appends a value as Trino prints JSON: no white space, only those
// characters escaped that must be, numbers with a fraction or exponent as doubles.
func (b *jsonBatch) copyValue(out []byte) (_ []byte, err error) {
	switch b.d.Next() {
	case jx.String:
		return b.copyString(out)
	case jx.Number:
		b.part, err = b.d.RawAppend(b.part[:0])
		return appendNumber(out, b.part), bad(err)
	case jx.Bool:
		v, err := b.d.Bool()
		return strconv.AppendBool(out, v), bad(err)
	case jx.Null:
		return append(out, "null"...), bad(b.d.Null())
	case jx.Array:
		return b.copyArray(out)
	case jx.Object:
		return b.copyObject(out)
	}
	return nil, malformed{}
}

func (b *jsonBatch) copyString(out []byte) (_ []byte, err error) {
	b.part, err = b.d.StrAppend(b.part[:0])
	return appendJSONString(out, b.part), bad(err)
}

func (b *jsonBatch) copyArray(out []byte) ([]byte, error) {
	elements, err := b.d.ArrIter()
	if err != nil {
		return nil, bad(err)
	}
	out = append(out, '[')
	for i := 0; elements.Next(); i++ {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = b.copyValue(out); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), bad(elements.Err())
}

func (b *jsonBatch) copyObject(out []byte) ([]byte, error) {
	fields, err := b.d.ObjIter()
	if err != nil {
		return nil, bad(err)
	}
	out = append(out, '{')
	for i := 0; fields.Next(); i++ {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendJSONString(out, fields.Key()), ':')
		if out, err = b.copyValue(out); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), bad(fields.Err())
}

func appendNumber(out, number []byte) []byte {
	if isWhole(number) {
		if string(number) == "-0" {
			number = number[1:]
		}
		return append(out, number...)
	}
	x, _ := strconv.ParseFloat(string(number), 64)
	if math.IsInf(x, 0) {
		return append(types.AppendDouble(append(out, '"'), x), '"')
	}
	return types.AppendDouble(out, x)
}

// shortEscapes are the control characters with an escape of their own.
var shortEscapes = map[byte]byte{'"': '"', '\\': '\\', '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

func appendJSONString(out, text []byte) []byte {
	out = append(out, '"')
	for _, c := range text {
		if c >= ' ' && c != '"' && c != '\\' {
			out = append(out, c)
		} else if short, ok := shortEscapes[c]; ok {
			out = append(out, '\\', short)
		} else {
			out = fmt.Appendf(out, "\\u%04X", c)
		}
	}
	return append(out, '"')
}
