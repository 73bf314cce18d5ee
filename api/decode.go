package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-faster/jx"
)

// A decoding is a JSON type compiled from a Go type once, when an operation is
// declared. It is strict about types and lenient about members it does not know
// (AWS JSON protocols): a member's name must match to the letter, null is absence,
// an integer has no fraction or exponent.
type decoding struct {
	kind   kind
	typ    reflect.Type
	elem   *decoding      // of list, texts (always text) and pointer targets
	fields []field        // of structure
	byName map[string]int // wire name to index in fields
}

type kind uint8

const (
	text kind = iota
	integer
	boolean
	list
	structure
	texts // map[string]string or of any decodable value
	raw   // json.RawMessage
	blob  // []byte, base64
)

var kindWords = [...]string{"String", "Long", "Boolean", "List", "Structure", "Map", "Document", "Blob"}

// field is one member of a structure.
type field struct {
	index   int    // in the Go struct
	wire    string // its name in JSON
	lower   string // its name in the path of a violation
	pointer bool
	must    constraint
	value   *decoding
}

var (
	rawType   = reflect.TypeFor[json.RawMessage]()
	bytesType = reflect.TypeFor[[]byte]()
)

// decodingOf compiles a type; it panics on one that has no JSON form here.
func decodingOf(t reflect.Type) *decoding {
	d := &decoding{typ: t}
	switch {
	case t == rawType:
		d.kind = raw
	case t == bytesType:
		d.kind = blob
	case t.Kind() == reflect.String:
		d.kind = text
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		d.kind = integer
	case t.Kind() == reflect.Bool:
		d.kind = boolean
	case t.Kind() == reflect.Slice:
		d.kind, d.elem = list, decodingOf(t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		d.kind, d.elem = texts, decodingOf(t.Elem())
	case t.Kind() == reflect.Struct:
		d.kind = structure
		d.addFields(t)
	default:
		panic(fmt.Sprintf("api: type %s has no wire form", t))
	}
	return d
}

// addFields compiles the members that travel in the body: those without a `bind` tag.
func (d *decoding) addFields(t reflect.Type) {
	d.byName = map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		if _, bound := f.Tag.Lookup("bind"); bound || !f.IsExported() || f.Tag.Get("json") == "-" {
			continue
		}
		compiled := compileField(f, i)
		d.byName[compiled.wire] = len(d.fields)
		d.fields = append(d.fields, compiled)
	}
}

func compileField(f reflect.StructField, index int) field {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		name = f.Name
	}
	t := f.Type
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	return field{
		index: index, wire: name, lower: lowerFirst(name), pointer: pointer,
		must: parseConstraint(f.Tag.Get("must")), value: decodingOf(t),
	}
}

func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// decodeJSON decodes a whole body into target, a pointer to d's type that stands at
// the given path. The result holds no part of body. An empty body is an empty object.
func (d *decoding) decodeJSON(body []byte, target any, at *path, broken *Violations) error {
	if len(body) == 0 {
		body = []byte("{}")
	}
	if !utf8.Valid(body) || !jx.Valid(body) {
		return Malformed("The request body is not valid JSON.")
	}
	err := d.decode(jx.DecodeBytes(body), reflect.ValueOf(target).Elem(), at, broken)
	if err == nil {
		return nil
	}
	if malformed, ok := errors.AsType[*MalformedBody](err); ok {
		return malformed // without what jx wraps around it
	}
	return Malformed("The request body is not valid JSON.")
}

// decode reads one value that is not null.
func (d *decoding) decode(in *jx.Decoder, v reflect.Value, at *path, broken *Violations) error {
	if got := in.Next(); !d.accepts(got) {
		return Malformed("%s can not be converted to a %s%s", strings.ToUpper(got.String())+"_VALUE", kindWords[d.kind], at.suffix())
	}
	switch d.kind {
	case structure:
		return d.decodeStructure(in, v, at, broken)
	case list:
		return d.decodeList(in, v, at, broken)
	case texts:
		return d.decodeMap(in, v, at, broken)
	default:
		return d.decodeScalar(in, v, at)
	}
}

// accepts reports whether a JSON type is the one the kind takes.
func (d *decoding) accepts(got jx.Type) bool {
	want := [...]jx.Type{jx.String, jx.Number, jx.Bool, jx.Array, jx.Object, jx.Object, got, jx.String}
	return got == want[d.kind]
}

func (d *decoding) decodeScalar(in *jx.Decoder, v reflect.Value, at *path) error {
	switch d.kind {
	case integer:
		n, err := in.Int64()
		if err != nil {
			return Malformed("NUMBER_VALUE can not be converted to a Long%s", at.suffix())
		}
		v.SetInt(n)
		return nil
	case boolean:
		b, err := in.Bool()
		v.SetBool(b)
		return err
	case raw:
		b, err := in.RawAppend(nil)
		v.SetBytes(b)
		return err
	case blob:
		return d.decodeBlob(in, v, at)
	default:
		s, err := in.Str()
		v.SetString(s)
		return err
	}
}

func (d *decoding) decodeBlob(in *jx.Decoder, v reflect.Value, at *path) error {
	s, err := in.Str()
	if err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return Malformed("The value%s is not base64.", at.suffix())
	}
	v.SetBytes(b)
	return nil
}

func (d *decoding) decodeList(in *jx.Decoder, v reflect.Value, at *path, broken *Violations) error {
	v.Set(reflect.MakeSlice(d.typ, 0, 4))
	return in.Arr(func(in *jx.Decoder) error {
		defer at.element(v.Len())()
		if in.Next() == jx.Null {
			return Malformed("A null element is not allowed%s", at.suffix())
		}
		e := reflect.New(d.typ.Elem()).Elem()
		if err := d.elem.decode(in, e, at, broken); err != nil {
			return err
		}
		v.Set(reflect.Append(v, e))
		return nil
	})
}

func (d *decoding) decodeMap(in *jx.Decoder, v reflect.Value, at *path, broken *Violations) error {
	v.Set(reflect.MakeMap(d.typ))
	return in.Obj(func(in *jx.Decoder, key string) error {
		defer at.member(key)()
		if in.Next() == jx.Null {
			return in.Null()
		}
		e := reflect.New(d.typ.Elem()).Elem()
		if err := d.elem.decode(in, e, at, broken); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key).Convert(d.typ.Key()), e)
		return nil
	})
}

func (d *decoding) decodeStructure(in *jx.Decoder, v reflect.Value, at *path, broken *Violations) error {
	seen := make([]bool, len(d.fields))
	err := in.ObjBytes(func(in *jx.Decoder, key []byte) error {
		i, known := d.byName[string(key)]
		if !known {
			return in.Skip()
		}
		f := &d.fields[i]
		defer at.member(f.lower)()
		if in.Next() == jx.Null {
			return in.Null()
		}
		seen[i] = true
		return f.decode(in, v, at, broken)
	})
	if err != nil {
		return err
	}
	for i := range d.fields {
		d.fields[i].check(v, seen[i], at, broken)
	}
	return nil
}

// decode fills one member; a pointer is allocated for it.
func (f *field) decode(in *jx.Decoder, v reflect.Value, at *path, broken *Violations) error {
	target := v.Field(f.index)
	if f.pointer {
		target.Set(reflect.New(target.Type().Elem()))
		target = target.Elem()
	}
	return f.value.decode(in, target, at, broken)
}

// check holds one member against its constraint.
func (f *field) check(v reflect.Value, present bool, at *path, broken *Violations) {
	defer at.member(f.lower)()
	if !present {
		if f.must.required {
			broken.Add(at.String(), Null, NotNull)
		}
		return
	}
	target := v.Field(f.index)
	if f.pointer {
		target = target.Elem()
	}
	f.must.check(target, at.String(), broken)
}
