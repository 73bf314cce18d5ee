package timestream

import (
	"strconv"

	"tidemark/api"
)

// at is the path of a member of the record being read.
func (d *decoder) at(member string) string {
	base := "commonAttributes"
	if d.index >= 0 {
		base = "records." + strconv.Itoa(d.index+1) + ".member"
	}
	if member == "" {
		return base
	}
	return base + "." + member
}

// inside is the path of a member of the n-th element of a list of the record.
func (d *decoder) inside(list string, n int, member string) string {
	path := d.at(list) + "." + strconv.Itoa(n) + ".member"
	if member == "" {
		return path
	}
	return path + "." + member
}

func (d *decoder) mistyped(want, path string) error {
	if path != "" {
		path = " at '" + path + "'"
	}
	return api.Malformed("%s_VALUE can not be converted to a %s%s", d.typeName(), want, path)
}
