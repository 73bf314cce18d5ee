package iotsql

import (
	"encoding/base64"
	"unicode/utf8"

	"tidemark/sql/iotsql/value"
)

// structureFunctions look into values or test them.
var structureFunctions = map[string]function{
	"get":         {min: 2, max: 2, eval: pure(get)},
	"isnull":      {min: 1, max: 1, eval: pure(func(args []value.Value) value.Value { return value.Bool(args[0].Kind() == value.Null) })},
	"isundefined": {modern: true, min: 1, max: 1, eval: pure(func(args []value.Value) value.Value { return value.Bool(args[0].IsUndefined()) })},
}

// get reads an element of an Array, a character of a String (both from 0), or a
// member of an Object.
func get(args []value.Value) value.Value {
	of, key := args[0], args[1]
	if of.Kind() == value.Object {
		if key.Kind() != value.String {
			return value.Value{}
		}
		return of.Get(key.Str())
	}
	i, ok := value.ToInt(key).Int64()
	if !ok || i < 0 {
		return value.Value{}
	}
	switch of.Kind() {
	case value.Array:
		if i < int64(len(of.Elems())) {
			return of.Elems()[i]
		}
	case value.String:
		return characterAt(of.Str(), i)
	}
	return value.Value{}
}

func characterAt(text string, i int64) value.Value {
	for _, r := range text {
		if i == 0 {
			return value.Text(string(r))
		}
		i--
	}
	return value.Value{}
}

// decodeBase64 gives the JSON value that the decoded text is, else the text. What
// cannot be decoded is Null.
func decodeBase64(s *scope, v value.Value) (value.Value, error) {
	encoded, ok := value.ToText(v)
	if !ok {
		return value.Value{}, nil
	}
	if err := s.spend(len(encoded)); err != nil {
		return value.Value{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !utf8.Valid(raw) {
		return value.NullValue(), nil
	}
	numbers := value.Exact
	if s.version.modern() {
		numbers = value.Whole
	}
	if doc, err := value.Decode(string(raw), numbers); err == nil {
		return doc, nil
	}
	return value.Text(string(raw)), nil
}

// encodeBase64 encodes the text of a value; of Binary its bytes.
func encodeBase64(s *scope, v value.Value) (value.Value, error) {
	text, ok := value.ToText(v)
	if v.Kind() == value.Binary {
		text, ok = v.Str(), true
	}
	if !ok {
		return value.Value{}, nil
	}
	return s.text(base64.StdEncoding.EncodeToString([]byte(text)))
}

// enrich is transform("enrichArray", object, array): every element of the array,
// all of them objects, merged with the members of the object. The element's own
// member wins.
func enrich(s *scope, args []value.Value) (value.Value, error) {
	extra, elems := args[0], args[1].Elems()
	if extra.Kind() != value.Object || args[1].Kind() != value.Array {
		return value.Value{}, nil
	}
	if err := s.spend(len(elems) * elementWork * (1 + len(extra.Members()))); err != nil {
		return value.Value{}, err
	}
	out := make([]value.Value, len(elems))
	for i, e := range elems {
		if e.Kind() != value.Object {
			return value.Value{}, nil
		}
		out[i] = enriched(e, extra)
	}
	v := value.List(out)
	if v.Size(maxTransformBytes) > maxTransformBytes && jsonSize([]value.Value{v}) > maxTransformBytes {
		return value.Value{}, &EvalError{Function: "transform", Reason: "the result is larger than 128 KB"}
	}
	return v, nil
}

// maxTransformBytes is the largest result of transform as JSON.
const maxTransformBytes = 128 << 10

func enriched(e, extra value.Value) value.Value {
	b := value.Extend(e, len(extra.Members()))
	for _, m := range extra.Members() {
		if e.Get(m.Name).IsUndefined() {
			b.Set(m.Name, m.Value)
		}
	}
	return b.Value()
}
