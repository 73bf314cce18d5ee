package builtin

const (
	later  = "this release does not compute it"
	noType = "it needs a type that Timestream SQL does not have"
)

// deferred are functions that Timestream or its ancestors know and this release
// refuses, with the reason; other unknown names are not registered.
var deferred = map[string]string{
	"interpolate_linear": later, "interpolate_spline_cubic": later, "interpolate_locf": later, "interpolate_fill": later,
	"derivative_linear": later, "non_negative_derivative_linear": later, "integral_trapezoidal": later,
	"correlate_pearson": later, "correlate_spearman": later,
	"histogram": noType, "map_agg": noType, "multimap_agg": noType, "checksum": noType, "approx_set": noType, "merge": noType,
	"json_extract": noType, "json_parse": noType, "to_utf8": noType, "split_to_map": noType,
}
