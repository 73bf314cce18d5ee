package builtin

import (
	"regexp"
	"strings"
)

// lambdas (developer guide, "Filter and reduce functions"; the rest as in Trino).
var lambdas = []entry{
	{Sig: "filter(array(T), lambda(T) boolean) array(T)", Emit: emitListLambda("list_filter"), Ext: true, Doc: "The elements for which the lambda is true."},
	{Sig: "filter(timeseries(T), lambda(row(time timestamp, value T)) boolean) timeseries(T)", Emit: emitListLambda("list_filter"), Doc: "The points for which the lambda is true."},
	{Sig: "transform(array(T), lambda(T) U) array(U)", Emit: emitListLambda("list_transform"), Ext: true, Doc: "What the lambda makes of each element."},
	{Sig: "any_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("tm_any", "%", "true"), Ext: true, Doc: "Whether the lambda is true for some element, after which none is looked at; NULL if it is NULL for some and true for none."},
	{Sig: "all_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("tm_all", "NOT %", "false"), Ext: true, Doc: "Whether the lambda is true for every element, of which none is looked at after one for which it is false; NULL if it is NULL for some and false for none."},
	{Sig: "none_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("NOT tm_any", "%", "false"), Ext: true, Doc: "Whether the lambda is true for no element, of which none is looked at after one for which it is true; NULL if it is NULL for some and true for none."},
	{Sig: "array_sort(array(T), lambda(T, T) bigint) array(T)", Emit: emitSortBy, Ext: true, Doc: "In the order of a lambda that compares two elements, with -1, 0 or 1; at most 10,000 elements."},
	{Sig: "zip_with(array(T), array(U), lambda(T, U) R) array(R)", Emit: emitZipWith, Ext: true, Doc: "What the lambda makes of each pair of elements; the shorter array is filled with NULL."},
	{Sig: "reduce(array(T), S, lambda(S, T) S, lambda(S) R) R", Emit: emitReduce, Doc: "The elements folded from the left into a state, and that into a result."},
}

func emitListLambda(function string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		text, err := lambdaOver(c.Args[0].SQL, c.Args[1])
		return function + text, err
	}
}

// lambdaOver renders (list, lambda x: body).
func lambdaOver(list string, f Arg) (string, error) {
	body, err := f.Lambda(f.Params...)
	return "(" + list + ", lambda " + strings.Join(f.Params, ", ") + ": " + body + ")", err
}

// emitMatch looks for an element of which the lambda says what decides the answer: the
// template decides holds it in the place of %. A lambda without errors is computed for
// all elements and folded, which is faster.
func emitMatch(fold, decides, decided string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		list, match := c.Args[0].SQL, c.Args[1]
		text, err := lambdaOver(list, match)
		if err != nil || !mayFail(text) {
			return "(" + fold + "(list_transform" + text + "))", err
		}
		return matchInOrder(c.Args[0], match, decides, decided)
	}
}

// matchInOrder looks at one element after another: 0 stands for no answer so far, 1 for
// a NULL among the answers, 2 for the one that decides.
func matchInOrder(list, match Arg, decides, decided string) (string, error) {
	element, x := DuckType(*list.Type.Elem), match.Params[0]
	a := "a" + x
	body, err := match.Lambda(x + ".x")
	if err != nil {
		return "", err
	}
	answer := "greatest(" + a + ".s, coalesce(CAST((" + strings.Replace(decides, "%", body, 1) + ") AS INTEGER) * 2, 1))"
	found := "list_reduce(list_transform(" + list.SQL + ", lambda " + x + ": {'s': 0, 'x': " + x + "}), lambda " + a + ", " + x + ": " +
		"{'s': CASE WHEN " + a + ".s = 2 THEN 2 ELSE " + answer + " END, 'x': CAST(NULL AS " + element + ")}, {'s': 0, 'x': CAST(NULL AS " + element + ")}).s"
	return "list_extract([NOT " + decided + ", NULL, " + decided + "], 1 + " + found + ")", nil
}

// sure are the functions in the text of a lambda that have no errors.
var sure = map[string]bool{
	"contains": true, "isfinite": true, "isinf": true, "isnan": true, "len": true, "length": true, "list_contains": true, "lower": true, "prefix": true,
	"strpos": true, "struct_extract_at": true, "suffix": true, "upper": true,
	"IN": true, "AND": true, "OR": true, "NOT": true, "WHEN": true, "THEN": true, "ELSE": true, "coalesce": true, "list_transform": true, "lambda": true,
}

var (
	calledNames = regexp.MustCompile(`(\w+) ?\(`)
	signs       = regexp.MustCompile(` [-+*] | // |\(-[^0-9]`)
	constants   = regexp.MustCompile(`CAST\((-?[0-9]+|NULL) AS [A-Z]+\)`)
)

// mayFail reports a text with anything in it that is not known to have no errors.
func mayFail(text string) bool {
	text = constants.ReplaceAllString(text, "0")
	for _, name := range calledNames.FindAllStringSubmatch(text, -1) {
		if !sure[name[1]] {
			return true
		}
	}
	return signs.MatchString(text)
}

// emitSortBy sorts by a network of comparisons, because DuckDB computes a lambda for
// many elements at once but cannot sort by one. tm_sort_stages says which elements each
// stage compares; a stage is one list_transform, and list_reduce does them in order.
// The places that the elements had make the sort stable.
func emitSortBy(c Call) (string, error) {
	after, err := comesBefore(c.Args[1], "l[m + d]", "w")
	if err != nil {
		return "", err
	}
	before, err := comesBefore(c.Args[1], "w", "l[m - d]")
	if err != nil {
		return "", err
	}
	exchange := "CASE WHEN ((m - 1) & p) = r AND m + d <= len(l) THEN CASE WHEN " + after + " THEN l[m + d] ELSE w END" +
		" WHEN m > d AND ((m - 1 - d) & p) = r THEN CASE WHEN " + before + " THEN l[m - d] ELSE w END ELSE w END"
	stage := "list_transform([s.l], lambda l: " + bound("p", "g.g & 1048575", bound("r", "(g.g >> 20) & 1048575", bound("d", "g.g >> 40", "list_transform(l, lambda w, m: "+exchange+")"))) + ")[1]"
	list := "STRUCT(v " + DuckType(*c.Args[0].Type.Elem) + ", i BIGINT)[]"
	return once(c, func(c Call) (string, error) {
		stages := fill("list_transform(tm_sort_stages(len({1})), lambda g: {'l': CAST(NULL AS "+list+"), 'g': g})", c)
		start := fill("{'l': CAST(list_transform({1}, lambda v, i: {'v': v, 'i': i}) AS "+list+"), 'g': CAST(NULL AS BIGINT)}", c)
		return "list_transform(list_reduce(" + stages + ", lambda s, g: {'l': " + stage + ", 'g': CAST(NULL AS BIGINT)}, " + start + ").l, lambda e: e.v)", nil
	})
}

// comesBefore renders that an element comes before another in the order of a lambda.
func comesBefore(f Arg, x, y string) (string, error) {
	order, err := f.Lambda(x+".v", y+".v")
	return "tm_before(" + order + ", " + x + ".i < " + y + ".i)", err
}

// bound gives a value a name in a text.
func bound(name, value, in string) string {
	return "list_transform([" + value + "], lambda " + name + ": " + in + ")[1]"
}

// emitZipWith applies a lambda to DuckDB's rows of elements. It takes a NULL for an empty array.
func emitZipWith(c Call) (string, error) {
	body, err := c.Args[2].Lambda(FieldSQL("z", 0), FieldSQL("z", 1))
	if err != nil {
		return "", err
	}
	return once(c, func(c Call) (string, error) {
		return fill("CASE WHEN {1} IS NULL OR {2} IS NULL THEN NULL ELSE list_transform(list_zip({1}, {2}), lambda z: ", c) + body + ") END", nil
	})
}

// emitReduce carries state and element in one struct, because list_reduce wants the
// state to have the type of the elements:
//
//	list_reduce(list_transform(list, lambda x: {'s': NULL, 'x': x}),
//	            lambda a, e: {'s': step(a.s, e.x), 'x': NULL}, {'s': start, 'x': NULL}).s
func emitReduce(c Call) (string, error) {
	list, start, step, output := c.Args[0], c.Args[1], c.Args[2], c.Args[3]
	state, element := DuckType(start.Type), DuckType(*list.Type.Elem)
	a, e := step.Params[0], step.Params[1]
	body, err := step.Lambda(a+".s", e+".x")
	if err != nil {
		return "", err
	}
	none := "CAST(NULL AS " + element + ")"
	wrapped := "list_transform(" + list.SQL + ", lambda " + e + ": {'s': CAST(NULL AS " + state + "), 'x': " + e + "})"
	folded := "list_reduce(" + wrapped + ", lambda " + a + ", " + e + ": {'s': " + body + ", 'x': " + none + "}, " +
		"{'s': CAST(" + start.SQL + " AS " + state + "), 'x': " + none + "}).s"
	result, err := lambdaOver("["+folded+"]", output)
	return "list_transform" + result + "[1]", err
}
