package api

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// constraint is what a member's `must` tag demands:
//
//	must:"required,len=1:2048"   length of a string in characters, or of a list
//	must:"range=1:20"            an integer's bounds; either side may be left out
//	must:"enum=A|B|C"            one of the names
//	must:"len=3:256,pattern=…"   a regular expression for the whole text; stands last
type constraint struct {
	required bool
	length   bounds
	number   bounds
	enum     []string
	pattern  *regexp.Regexp
	source   string // the pattern as written
}

type bounds struct {
	min, max       int64
	hasMin, hasMax bool
}

// parseConstraint panics on a tag that is wrong: it is part of the program.
func parseConstraint(tag string) constraint {
	var c constraint
	for tag != "" {
		var rule string
		if strings.HasPrefix(tag, "pattern=") {
			rule, tag = tag, ""
		} else {
			rule, tag, _ = strings.Cut(tag, ",")
		}
		name, value, _ := strings.Cut(rule, "=")
		c.set(name, value)
	}
	return c
}

func (c *constraint) set(name, value string) {
	switch name {
	case "required":
		c.required = true
	case "len":
		c.length = parseBounds(value)
	case "range":
		c.number = parseBounds(value)
	case "enum":
		c.enum = strings.Split(value, "|")
	case "pattern":
		c.source, c.pattern = value, regexp.MustCompile(`^(?:`+value+`)$`)
	default:
		panic(fmt.Sprintf("api: unknown constraint %q", name))
	}
}

func parseBounds(text string) bounds {
	low, high, ok := strings.Cut(text, ":")
	if !ok {
		panic(fmt.Sprintf("api: bounds %q have no colon", text))
	}
	var b bounds
	b.min, b.hasMin = parseBound(low)
	b.max, b.hasMax = parseBound(high)
	return b
}

func parseBound(text string) (int64, bool) {
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("api: bound %q is not a number", text))
	}
	return n, true
}

// check adds what v breaks; v is present and no pointer.
func (c *constraint) check(v reflect.Value, path string, broken *Violations) {
	switch v.Kind() {
	case reflect.String:
		c.checkText(v.String(), path, broken)
	case reflect.Int, reflect.Int64:
		c.checkNumber(v.Int(), path, broken)
	case reflect.Slice, reflect.Map:
		if v.Type() == rawType || v.Type() == bytesType {
			return
		}
		c.length.check(int64(v.Len()), longest, shortest, "'["+strconv.Itoa(v.Len())+" members]'", path, broken)
	}
}

func (c *constraint) checkText(text, path string, broken *Violations) {
	value := Quote(text)
	c.length.check(int64(utf8.RuneCountInString(text)), longest, shortest, value, path, broken)
	if c.enum != nil && !slices.Contains(c.enum, text) {
		broken.Add(path, value, OneOf(c.enum...))
	}
	if c.pattern != nil && !c.pattern.MatchString(text) {
		broken.Add(path, value, fmt.Sprintf(satisfies, c.source))
	}
}

func (c *constraint) checkNumber(n int64, path string, broken *Violations) {
	c.number.check(n, largest, smallest, "'"+strconv.FormatInt(n, 10)+"'", path, broken)
}

func (b bounds) check(n int64, above, below, value, path string, broken *Violations) {
	if b.hasMax && n > b.max {
		broken.Add(path, value, fmt.Sprintf(above, b.max))
	}
	if b.hasMin && n < b.min {
		broken.Add(path, value, fmt.Sprintf(below, b.min))
	}
}
