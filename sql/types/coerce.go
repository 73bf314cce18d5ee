package types

// Cost is how far an implicit coercion reaches: 0 for the same type. Among the
// overloads of a function the smallest sum wins.
type Cost int

// implicit are the coercions between scalar types that need no CAST. A string
// becomes a timestamp only where nothing else fits (Timestream developer guide,
// "Date / time functions": bin('2021-11-15 11:18:42', 3d)).
var implicit = map[[2]Kind]Cost{
	{Integer, Bigint}:    1,
	{Integer, Double}:    3,
	{Bigint, Double}:     2,
	{Date, Timestamp}:    1,
	{Varchar, Timestamp}: 8,
}

const (
	fromUnknown Cost = 1 // NULL fits everywhere
	seriesArray Cost = 4 // timeseries to array(row(time timestamp, value T))
)

// Coerce reports whether a value of from may stand where to is wanted, and at what cost.
func Coerce(from, to Type) (Cost, bool) {
	switch {
	case from.Equal(to):
		return 0, true
	case from.Kind == Unknown:
		return fromUnknown, true
	case from.Kind == Timeseries && to.Kind == Array:
		c, ok := Coerce(from.Points(), *to.Elem)
		return c + seriesArray, ok
	case from.Kind == to.Kind && (to.Kind == Array || to.Kind == Timeseries):
		return Coerce(*from.Elem, *to.Elem)
	case from.Kind == Row && to.Kind == Row:
		return coerceFields(from.Fields, to.Fields)
	}
	c, ok := implicit[[2]Kind{from.Kind, to.Kind}]
	return c, ok
}

func coerceFields(from, to []Field) (total Cost, ok bool) {
	if len(from) != len(to) {
		return 0, false
	}
	for i := range from {
		c, ok := Coerce(from[i].Type, to[i].Type)
		if !ok {
			return 0, false
		}
		total += c
	}
	return total, true
}

// Points returns the row type of the elements of a timeseries.
func (t Type) Points() Type {
	return RowOf(Field{"time", Of(Timestamp)}, Field{"value", *t.Elem})
}

// Common returns the type to which values of a and b are coerced when they meet in
// a comparison, CASE, IN, set operation or array, and false when there is none.
func Common(a, b Type) (Type, bool) {
	switch {
	case a.Kind == Row && b.Kind == Row:
		return commonRow(a, b)
	case a.Kind == b.Kind && a.Elem != nil:
		elem, ok := Common(*a.Elem, *b.Elem)
		return Type{Kind: a.Kind, Elem: &elem}, ok
	case a.Kind == Timeseries && b.Kind == Array:
		return Common(ArrayOf(a.Points()), b)
	case a.Kind == Array && b.Kind == Timeseries:
		return Common(a, ArrayOf(b.Points()))
	}
	if _, ok := Coerce(a, b); ok {
		return b, true
	}
	_, ok := Coerce(b, a)
	return a, ok
}

// commonRow keeps a field's name where both sides agree on it, as Trino does.
func commonRow(a, b Type) (Type, bool) {
	if len(a.Fields) != len(b.Fields) {
		return Type{}, false
	}
	fields := make([]Field, len(a.Fields))
	for i, f := range a.Fields {
		t, ok := Common(f.Type, b.Fields[i].Type)
		if !ok {
			return Type{}, false
		}
		if fields[i].Type = t; f.Name == b.Fields[i].Name {
			fields[i].Name = f.Name
		}
	}
	return RowOf(fields...), true
}

// casts are the explicit conversions between scalar types (timestream-sql
// documentation, "Conversion functions"; the rest as in Trino).
var casts = map[Kind][]Kind{
	Boolean:             {Varchar, Integer, Bigint, Double},
	Integer:             {Varchar, Boolean, Bigint, Double},
	Bigint:              {Varchar, Boolean, Integer, Double},
	Double:              {Varchar, Boolean, Integer, Bigint},
	Varchar:             {Boolean, Integer, Bigint, Double, Timestamp, Date, Time},
	Timestamp:           {Varchar, Date, Time},
	Date:                {Varchar, Timestamp},
	Time:                {Varchar},
	IntervalDayToSecond: {Varchar}, IntervalYearToMonth: {Varchar},
}

// CanCast reports whether CAST(from AS to) is allowed.
func CanCast(from, to Type) bool {
	switch {
	case from.Kind == Unknown || from.Equal(to):
		return true
	case from.Kind == Timeseries && to.Kind == Array:
		return CanCast(from.Points(), *to.Elem)
	case from.Kind == to.Kind && (to.Kind == Array || to.Kind == Timeseries):
		return CanCast(*from.Elem, *to.Elem)
	case from.Kind == Row && to.Kind == Row:
		return castFields(from.Fields, to.Fields)
	}
	for _, k := range casts[from.Kind] {
		if k == to.Kind {
			return true
		}
	}
	return false
}

func castFields(from, to []Field) bool {
	if len(from) != len(to) {
		return false
	}
	for i := range from {
		if !CanCast(from[i].Type, to[i].Type) {
			return false
		}
	}
	return true
}

// Comparable reports whether = may be applied to values of the type.
func (t Type) Comparable() bool {
	switch t.Kind {
	case Array:
		return t.Elem.Comparable()
	case Row:
		for _, f := range t.Fields {
			if !f.Type.Comparable() {
				return false
			}
		}
	case Timeseries:
		return false
	}
	return true
}

// Orderable reports whether < and ORDER BY may be applied to values of the type.
func (t Type) Orderable() bool { return t.Comparable() }

// Numeric reports whether the type is integer, bigint or double.
func (t Type) Numeric() bool { return t.Kind == Integer || t.Kind == Bigint || t.Kind == Double }
