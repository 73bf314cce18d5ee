package builtin

import "maps"

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
	"reduce_agg":  noFold,
	"at_timezone": noZone, "with_timezone": noZone, "timezone": noZone, "timezone_hour": noZone, "timezone_minute": noZone,
	"to_utf8": noType, "from_utf8": noType, "to_hex": noType, "from_hex": noType, "to_base64": noType, "from_base64": noType, "to_base64url": noType, "from_base64url": noType, "to_base32": noType, "from_base32": noType,
	"md5": noType, "sha1": noType, "sha256": noType, "sha512": noType, "crc32": noType, "xxhash64": noType, "murmur3": noType, "spooky_hash_v2_32": noType, "spooky_hash_v2_64": noType,
	"hmac_md5": noType, "hmac_sha1": noType, "hmac_sha256": noType, "hmac_sha512": noType,
	"split_to_map": noType, "split_to_multimap": noType, "json_query": "it is of the SQL standard's JSON path language; json_extract takes simple paths", "json_value": "it is of the SQL standard's JSON path language; json_extract_scalar takes simple paths", "json_exists": "it is of the SQL standard's JSON path language; json_size is NULL where a simple path leads nowhere",
	"json_object": noType, "json_array": noType, "word_stem": "it needs the rules of a language", "format": "its patterns are those of Java's Formatter",
}

// Refused lists the names that are refused, each with the reason.
func Refused() map[string]string { return maps.Clone(deferred) }
