package export

import (
	"tidemark/fault"
	"tidemark/sql/types"
)

// nullFolder stands for NULL, as Hive writes it and its readers know it.
const nullFolder = "__HIVE_DEFAULT_PARTITION__"

// appendFolder appends name=value/ for each partition column. Values are ASCII
// (developer guide, "Best practices for UNLOAD").
func appendFolder(b []byte, columns []Column, values []any) ([]byte, error) {
	for i, c := range columns {
		b = append(appendPart(b, c.Name), '=')
		if values[i] == nil {
			b = append(append(b, nullFolder...), '/')
			continue
		}
		from := len(b)
		b = types.AppendText(b, c.Type, values[i])
		value := string(b[from:])
		if !ascii(value) {
			return nil, fault.New(fault.Invalid, "the partition column '%s' has the value '%s': values of partition columns must be ASCII", c.Name, value)
		}
		b = append(appendPart(b[:from], value), '/')
	}
	return b, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendPart appends a name or value with the characters that mean something in a path
// or to Hive as %XX. A part that is only dots would be a step through directories; it
// cannot be, since a = is in every folder.
func appendPart(b []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(text) {
		if c := text[i]; c < ' ' || special[c] {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return b
}

// special are the characters that Hive writes as %XX in the names of partitions.
var special = func() (set [256]bool) {
	for _, c := range []byte("\"#%'*/:=?\\\x7f{}[]^") {
		set[c] = true
	}
	return set
}()
