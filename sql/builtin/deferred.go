package builtin

const noType = "it needs a type that Timestream SQL does not have"

// deferred are functions that Timestream or its ancestors know and this release
// refuses, with the reason; other unknown names are not registered.
var deferred = map[string]string{
	"histogram": noType, "map_agg": noType, "multimap_agg": noType, "checksum": noType, "approx_set": noType, "merge": noType,
	"json_extract": noType, "json_parse": noType, "to_utf8": noType, "split_to_map": noType,
}
