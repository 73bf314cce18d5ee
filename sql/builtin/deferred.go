package builtin

const (
	noZone = "timestamps are in UTC and have no zone"
	noType = "it needs a type that Timestream SQL does not have"
	noFold = "it would fold the rows of a group in no certain order; reduce(array_agg(x ORDER BY ...), ...) says the order"
)

// deferred are functions that Timestream or its ancestors know and this release
// refuses, with the reason; other unknown names are not registered.
var deferred = map[string]string{
	"map_agg": noType, "multimap_agg": noType, "map_union": noType, "approx_most_frequent": noType, "checksum": noType,
	"approx_set": noType, "merge": noType, "empty_approx_set": noType, "tdigest_agg": noType, "qdigest_agg": noType, "value_at_quantile": noType, "make_set_digest": noType,
	"reduce_agg": noFold, "listagg": "WITHIN GROUP is not part of Timestream SQL; array_join(array_agg(x ORDER BY y), separator) joins texts",
	"at_timezone": noZone, "with_timezone": noZone, "timezone": noZone, "timezone_hour": noZone, "timezone_minute": noZone,
	"json_extract": noType, "json_parse": noType, "to_utf8": noType, "split_to_map": noType,
}
