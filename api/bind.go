package api

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// A binding fills an operation's input from a request. Members with a tag come from
// the request line and headers, the others from the JSON body:
//
//	bind:"path,ruleName"    a part of the route's pattern
//	bind:"query,maxResults" a query parameter
//	bind:"header,x-amz-…"   a header
//	bind:"payload"          the whole body: bytes as sent, or a structure in JSON
type binding struct {
	body    *decoding
	payload *field
	bound   []boundField
}

type boundField struct {
	field
	from string // path, query or header
}

func bindingOf(t reflect.Type) *binding {
	b := &binding{body: decodingOf(t)}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("bind")
		if !ok {
			continue
		}
		compiled := compileField(f, i)
		from, name, _ := strings.Cut(tag, ",")
		if from == "payload" {
			b.payload = &compiled
			continue
		}
		compiled.wire, compiled.lower = name, name
		b.bound = append(b.bound, boundField{compiled, from})
	}
	return b
}

// jsonDecoder is an input that reads its own body; the one fast path around decoding.
// It keeps no part of body.
type jsonDecoder interface {
	DecodeJSON(body []byte) error
}

// validator is an input with rules beyond its tags.
type validator interface{ Validate() error }

// decoder gives a body and the rest of a request to an operation.
type decoder struct {
	request *http.Request
	params  map[string]string
	body    []byte
}

// decode fills in, a pointer to the binding's type, and validates it.
func (b *binding) decode(d decoder, in any) error {
	if fast, ok := in.(jsonDecoder); ok {
		return fast.DecodeJSON(d.body)
	}
	var broken Violations
	if err := b.decodeBound(d, reflect.ValueOf(in).Elem(), &broken); err != nil {
		return err
	}
	if err := b.decodeBody(d.body, in, &broken); err != nil {
		return err
	}
	if err := broken.Err(); err != nil {
		return err
	}
	if v, ok := in.(validator); ok {
		return v.Validate()
	}
	return nil
}

func (b *binding) decodeBody(body []byte, in any, broken *Violations) error {
	if b.payload == nil {
		if len(b.body.fields) == 0 && len(body) == 0 {
			return nil
		}
		return b.body.decodeJSON(body, in, &path{}, broken)
	}
	target := reflect.ValueOf(in).Elem().Field(b.payload.index)
	if b.payload.value.kind == blob {
		target.SetBytes(append([]byte{}, body...))
		return nil
	}
	return b.payload.value.decodeJSON(body, target.Addr().Interface(), &path{[]byte(b.payload.lower)}, broken)
}

func (b *binding) decodeBound(d decoder, v reflect.Value, broken *Violations) error {
	var query url.Values
	for i := range b.bound {
		f := &b.bound[i]
		if f.from == "query" && query == nil {
			parsed, err := url.ParseQuery(d.request.URL.RawQuery)
			if err != nil {
				return Malformed("The query string is malformed.")
			}
			query = parsed
		}
		text, present := f.lookUp(d, query)
		if err := f.set(v, text, present, broken); err != nil {
			return err
		}
	}
	return nil
}

// lookUp finds the text of a member; an empty query parameter or header is absent.
func (f *boundField) lookUp(d decoder, query url.Values) (string, bool) {
	switch f.from {
	case "path":
		text, ok := d.params[f.wire]
		return text, ok
	case "query":
		text := query.Get(f.wire)
		return text, text != ""
	case "header":
		text := d.request.Header.Get(f.wire)
		return text, text != ""
	default:
		panic(fmt.Sprintf("api: unknown binding %q", f.from))
	}
}

func (f *boundField) set(v reflect.Value, text string, present bool, broken *Violations) error {
	if present {
		target := v.Field(f.index)
		if f.pointer {
			target.Set(reflect.New(target.Type().Elem()))
			target = target.Elem()
		}
		if err := setText(target, text, f.wire); err != nil {
			return err
		}
	}
	f.check(v, present, &path{}, broken)
	return nil
}

// setText converts the text of a query parameter, header or path part.
func setText(target reflect.Value, text, name string) error {
	switch target.Kind() {
	case reflect.String:
		target.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return Malformed("%s can not be converted to a Long at '%s'", Quote(text), name)
		}
		target.SetInt(n)
	case reflect.Bool:
		b, ok := parseBool(text)
		if !ok {
			return Malformed("%s can not be converted to a Boolean at '%s'", Quote(text), name)
		}
		target.SetBool(b)
	default:
		panic(fmt.Sprintf("api: type %s cannot be bound", target.Type()))
	}
	return nil
}

// parseBool takes true and false in any case, as clients in Python send them.
func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}
