package analyzer

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

const (
	megabyte = 1 << 20
	gigabyte = 1 << 30

	minFileSize = 16 * megabyte
	maxFileSize = 78 * gigabyte

	maxPartitionColumns = 100 // more could not give different values within the 100 partitions of a query
)

// unload plans an UNLOAD and checks its options (developer guide, "UNLOAD").
func (a *analyzer) unload(u *ast.Unload) plan.Node {
	n := &plan.Unload{Query: a.output(u.Query)}
	for i, c := range n.Query.Cols {
		if t := c.Col.Type; holdsUnwritable(t) {
			fail(u.Query.Span(), "UNLOAD cannot write column %d, '%s', of type %s", i+1, c.Name, t)
		}
	}
	n.UnloadOptions = plan.UnloadOptions{Gzip: true, FieldDelimiter: ',', EscapedBy: '\\', MaxFileSize: maxFileSize}
	n.Bucket, n.Prefix = unloadTarget(u.To)
	seen := map[string]bool{}
	for _, o := range u.Options {
		name := strings.ToLower(o.Name.Name)
		set, ok := unloadOptions[name]
		switch {
		case !ok:
			fail(o.Name.Span(), "UNLOAD has no option '%s', only %s", o.Name.Name, optionNames)
		case seen[name]:
			fail(o.Name.Span(), "UNLOAD option '%s' is given twice", name)
		}
		seen[name] = true
		set(n, name, o)
	}
	checkUnload(n, u)
	return n
}

// holdsUnwritable reports a type that is, or is made of, time of day or unknown.
func holdsUnwritable(t types.Type) bool {
	return t.Kind == types.Time || t.Kind == types.Unknown || t.Elem != nil && holdsUnwritable(*t.Elem) ||
		slices.ContainsFunc(t.Fields, func(f types.Field) bool { return holdsUnwritable(f.Type) })
}

// checkUnload checks the options against each other.
func checkUnload(n *plan.Unload, u *ast.Unload) {
	for _, o := range u.Options {
		if strings.EqualFold(o.Name.Name, "kms_key") && n.Encryption != plan.UnloadKMS {
			fail(o.Span(), "UNLOAD option 'kms_key' needs encryption = 'SSE_KMS'")
		}
	}
	if n.Format == plan.UnloadCSV && rune(n.FieldDelimiter) == n.EscapedBy {
		fail(u.Span(), "UNLOAD options 'field_delimiter' and 'escaped_by' must differ")
	}
}

const optionNames = "partitioned_by, format, compression, encryption, kms_key, field_delimiter, escaped_by, include_header and max_file_size"

// unloadOptions sets one option each.
var unloadOptions = map[string]func(n *plan.Unload, name string, o *ast.Option){
	"partitioned_by": partitionedBy,
	"format": func(n *plan.Unload, name string, o *ast.Option) {
		n.Format = choice(name, o, "CSV", plan.UnloadCSV, "PARQUET", plan.UnloadParquet)
	},
	"compression": func(n *plan.Unload, name string, o *ast.Option) {
		n.Gzip = choice(name, o, "GZIP", true, "NONE", false)
	},
	"encryption": func(n *plan.Unload, name string, o *ast.Option) {
		n.Encryption = choice(name, o, "SSE_S3", plan.UnloadS3, "SSE_KMS", plan.UnloadKMS)
	},
	"include_header": func(n *plan.Unload, name string, o *ast.Option) {
		n.IncludeHeader = choice(name, o, "TRUE", true, "FALSE", false)
	},
	"kms_key": func(n *plan.Unload, name string, o *ast.Option) {
		if n.KMSKey = optionText(name, o); n.KMSKey == "" {
			fail(o.Value.Span(), "UNLOAD option 'kms_key' is empty")
		}
	},
	"field_delimiter": func(n *plan.Unload, name string, o *ast.Option) {
		c := character(name, o, "ASCII character", utf8.RuneSelf)
		n.FieldDelimiter = byte(c)
	},
	"escaped_by": func(n *plan.Unload, name string, o *ast.Option) {
		n.EscapedBy = character(name, o, "character", utf8.MaxRune+1)
	},
	"max_file_size": func(n *plan.Unload, name string, o *ast.Option) { n.MaxFileSize = fileSize(name, o) },
}

// optionText is the value of an option, a string.
func optionText(name string, o *ast.Option) string {
	s, ok := o.Value.(*ast.String)
	if !ok {
		fail(o.Value.Span(), "UNLOAD option '%s' must be a string, not %s", name, ast.Print(o.Value))
	}
	return s.Value
}

// choice is the value of an option that has two, in any case.
func choice[T any](name string, o *ast.Option, firstWord string, first T, secondWord string, second T) T {
	switch text := optionText(name, o); {
	case strings.EqualFold(text, firstWord):
		return first
	case !strings.EqualFold(text, secondWord):
		fail(o.Value.Span(), "UNLOAD option '%s' must be '%s' or '%s', not '%s'", name, firstWord, secondWord, text)
	}
	return second
}

// character is the value of an option that is one character below a limit, which is
// none that ends a line or quotes a value. A tab may be written as \t.
func character(name string, o *ast.Option, kind string, limit rune) rune {
	text := optionText(name, o)
	if text == `\t` {
		return '\t'
	}
	c, n := utf8.DecodeRuneInString(text)
	if n == 0 || n < len(text) || c >= limit || strings.ContainsRune("\n\r\"\x00", c) {
		fail(o.Value.Span(), "UNLOAD option '%s' must be one %s, not '%s'", name, kind, text)
	}
	return c
}

// fileSize reads a size such as 24.7MB.
func fileSize(name string, o *ast.Option) int64 {
	text := strings.ToUpper(optionText(name, o))
	digits, unit := strings.TrimSuffix(text, "MB"), float64(megabyte)
	if strings.HasSuffix(text, "GB") {
		digits, unit = strings.TrimSuffix(text, "GB"), gigabyte
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	size := math.Floor(v * unit)
	if err != nil || digits == text || !(size >= minFileSize && size <= maxFileSize) {
		fail(o.Value.Span(), "UNLOAD option '%s' must be a size from '16MB' to '78GB', not '%s'", name, optionText(name, o))
	}
	return int64(size)
}

// partitionedBy checks that the columns are the last of the query, in the same order.
func partitionedBy(n *plan.Unload, name string, o *ast.Option) {
	list, ok := o.Value.(*ast.Array)
	if !ok || len(list.Elems) == 0 {
		fail(o.Value.Span(), "UNLOAD option '%s' must be an array of names of columns, not %s", name, ast.Print(o.Value))
	}
	cols := n.Query.Cols
	bounded(len(list.Elems), maxPartitionColumns, "columns in partitioned_by", o)
	if len(list.Elems) >= len(cols) {
		fail(o.Span(), "UNLOAD needs a column besides those of partitioned_by")
	}
	first := len(cols) - len(list.Elems)
	for i, x := range list.Elems {
		s, ok := x.(*ast.String)
		switch {
		case !ok:
			fail(x.Span(), "UNLOAD option '%s' must be an array of names of columns, not %s", name, ast.Print(o.Value))
		case cols[first+i].Name != s.Value:
			fail(x.Span(), "The columns of partitioned_by must be the last columns of the query in the same order: column %d is '%s', not '%s'", first+i+1, cols[first+i].Name, s.Value)
		case cols[first+i].Col.Type.Elem != nil || len(cols[first+i].Col.Type.Fields) > 0:
			fail(x.Span(), "Column '%s' of type %s cannot be in partitioned_by", s.Value, cols[first+i].Col.Type)
		}
	}
	n.Partitioned = len(list.Elems)
}

// unloadTarget takes s3://bucket/prefix apart.
func unloadTarget(to *ast.String) (bucket, prefix string) {
	rest, ok := strings.CutPrefix(to.Value, "s3://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	if !ok || bucket == "" || strings.ContainsAny(bucket, " \t\r\n") {
		fail(to.Span(), "The target of UNLOAD must be 's3://bucket/folder', not '%s'", to.Value)
	}
	return bucket, strings.Trim(prefix, "/")
}
