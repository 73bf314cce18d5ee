package iotsql

import "tidemark/sql/iotsql/value"

// castType is a type that cast converts to.
type castType struct {
	modern bool // came with 2016-03-23
	to     func(value.Value) value.Value
}

// castTypes are the types of cast by lower-case name (AWS page "Functions", cast).
var castTypes = map[string]castType{
	"string":   {to: castText},
	"nvarchar": {to: castText},
	"text":     {to: castText},
	"ntext":    {to: castText},
	"varchar":  {to: castText},
	"int":      {to: castInt},
	"integer":  {to: castInt},
	"double":   {to: castDecimal},
	"decimal":  {modern: true, to: castDecimal},
	"bool":     {modern: true, to: castBoolean},
	"boolean":  {modern: true, to: castBoolean},
}

func (c *compiler) cast(e *cast) (evalFunc, error) {
	t, ok := castTypes[e.to]
	if !ok {
		return nil, c.fail(e.Span, "cast to %s: there is no such type", e.to)
	}
	if t.modern {
		if err := c.needs(e.Span, "cast to "+e.to); err != nil {
			return nil, err
		}
	}
	of, err := c.expr(e.of)
	return func(s *scope) (value.Value, error) {
		v, err := of(s)
		return s.number(t.to(v)), err
	}, err
}

func castText(v value.Value) value.Value {
	if text, ok := value.ToText(v); ok {
		return value.Text(text)
	}
	return value.Value{}
}

func castDecimal(v value.Value) value.Value {
	if v.Kind() == value.Boolean {
		return value.Number(truth(v), 0)
	}
	if v = value.ToDecimal(v); v.IsNumber() {
		return v.AsDecimal()
	}
	return value.Value{}
}

// castInt rounds down, other than the implicit conversion.
func castInt(v value.Value) value.Value {
	if v.Kind() == value.Boolean {
		return value.Integer(truth(v))
	}
	return value.Floor(value.ToDecimal(v))
}

func castBoolean(v value.Value) value.Value {
	if v.IsNumber() {
		return value.Bool(value.Sign(v) != 0)
	}
	return value.ToBoolean(v)
}

func truth(v value.Value) int64 {
	if v.True() {
		return 1
	}
	return 0
}
