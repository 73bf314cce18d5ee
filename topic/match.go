package topic

import "strings"

// Match reports whether a valid filter matches a valid name.
//
// Two rules differ from what many brokers do: # stands for at least one level, so
// sensor/# does not match sensor (AWS page "MQTT topics"), and a filter that begins
// with a wildcard never matches a name that begins with $ [MQTT-4.7.2-1].
func Match(filter, name string) bool {
	if name != "" && name[0] == '$' && filter != "" && (filter[0] == '+' || filter[0] == '#') {
		return false
	}
	for {
		level, filterRest, filterMore := strings.Cut(filter, "/")
		if level == "#" {
			return true
		}
		word, nameRest, nameMore := strings.Cut(name, "/")
		if level != "+" && level != word {
			return false
		}
		if !filterMore || !nameMore {
			return filterMore == nameMore
		}
		filter, name = filterRest, nameRest
	}
}
