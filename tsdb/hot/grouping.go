package hot

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Grouping makes the relation of a scan one of partial results: rows of one series in one
// bucket of time become one, or a few. Beside the fields, which are dimensions or the
// measure name, it has bucket, the time rounded down, unless Width is 0, and p<i> for
// every call.
type Grouping struct {
	Width int64 // nanoseconds
	Calls []GroupCall
}

// GroupCall is a partial result over the time or a value.
type GroupCall struct {
	Kind  GroupKind
	Field Field // its As is not read, and nothing of it by CountRows
}

// GroupKind is what is computed.
type GroupKind uint8

// The kinds. A sum of bigint is as wide as it must be.
const (
	CountRows GroupKind = iota
	Count
	Sum
	Min
	Max
)

// Rows are summed up before they leave the store when that makes them several times
// fewer; it costs more than it saves when they are few. Hashing costs more than indexing.
const (
	groupRows   = 20_000
	groupRatio  = 4
	hashedRatio = 20
)

// reach bounds what a scan reads.
type reach struct {
	rows                    float64 // estimated
	first, last             int64   // times
	firstSeries, lastSeries uint32
	series                  int
}

func (v *View) reach(scan Scan, sel selection) reach {
	e := reach{first: scan.Max, last: scan.Min, series: v.table.seriesCount()}
	e.lastSeries = uint32(max(e.series, 1) - 1)
	add := func(rows, first, last int64) {
		if first > scan.Max || last < scan.Min {
			return
		}
		e.rows += float64(rows) * share(first, last, scan.Min, scan.Max)
		e.first, e.last = min(e.first, max(first, scan.Min)), max(e.last, min(last, scan.Max))
	}
	for _, seg := range v.segments {
		add(int64(seg.rows), seg.min, seg.max)
	}
	for i := range v.files {
		add(v.files[i].Rows, v.files[i].MinTime, v.files[i].MaxTime)
	}
	if sel.listed {
		e.rows *= float64(len(sel.series)) / float64(max(e.series, 1))
		e.series, e.firstSeries, e.lastSeries = len(sel.series), sel.series[0], sel.series[len(sel.series)-1]
	}
	return e
}

// buckets returns how many buckets there are at most.
func (e reach) buckets(width int64) uint64 {
	if width == 0 || e.first > e.last {
		return 1
	}
	return uint64(floorDiv(e.last, width)-floorDiv(e.first, width)) + 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// grouped selects sid, the bucket and the results from rows.
func (v *View) grouped(scan Scan, sel selection, rows string) string {
	g, e := scan.Groups, v.reach(scan, sel)
	n := g.number(e.first)
	buckets := e.buckets(g.Width)
	k, ratio := smallKey(e, buckets, g.Width, len(g.Calls)), float64(groupRatio)
	if k.typ == "" {
		ratio = hashedRatio
	}
	if e.rows < groupRows || e.rows < ratio*float64(e.series)*float64(buckets) {
		return g.heads("sid::UINTEGER", n, GroupCall.single) + " FROM (" + rows + ")"
	}
	k.integer = [2]string{"UINTEGER", "INTEGER"}[bit(v.onlyFiles(scan))]
	if k.typ == "" {
		inner := "SELECT sid, " + n + " AS b" + g.results(GroupCall.sum) + " FROM (" + rows + ") GROUP BY 1, 2"
		return g.heads("sid::UINTEGER", "b", GroupCall.passed) + " FROM (" + inner + ")"
	}
	inner := "SELECT " + k.text(n) + " AS k" + g.results(GroupCall.sum) + " FROM (" + rows + ") GROUP BY 1"
	outer := "SELECT k::BIGINT AS k" + g.results(GroupCall.passed) + " FROM (" + inner + ")"
	return g.heads(k.series(), k.bucket(), GroupCall.passed) + " FROM (" + outer + ")"
}

// number is the number of a row's bucket, counted from 1970.
func (g *Grouping) number(first int64) string {
	switch {
	case g.Width == 0:
		return "0"
	case first >= 0:
		return fmt.Sprintf("(epoch_ns(time) // %d)", g.Width)
	}
	return fmt.Sprintf("((epoch_ns(time) - ((epoch_ns(time) %% %[1]d) + %[1]d) %% %[1]d) // %[1]d)", g.Width)
}

// heads is the list of the result's columns.
func (g *Grouping) heads(sid, number string, call func(GroupCall, int) string) string {
	text := "SELECT " + sid + " AS sid"
	if g.Width != 0 {
		text += fmt.Sprintf(", make_timestamp_ns(%s * %d) AS bucket", number, g.Width)
	}
	return text + g.results(call)
}

func (g *Grouping) results(call func(GroupCall, int) string) string {
	var b strings.Builder
	for i, c := range g.Calls {
		fmt.Fprintf(&b, ", %s AS %s", call(c, i), resultColumn(i))
	}
	return b.String()
}

func resultColumn(i int) string { return "p" + strconv.Itoa(i) }

func (c GroupCall) passed(i int) string { return resultColumn(i) }

// column is what a call reads.
func (c GroupCall) column() string {
	if c.Field.Role == TimeField {
		return "time"
	}
	return valueColumn(c.Field.Ordinal)
}

// single is the result over one row.
func (c GroupCall) single(int) string {
	switch c.Kind {
	case CountRows:
		return "1::BIGINT"
	case Count:
		return "(" + c.column() + " IS NOT NULL)::BIGINT"
	}
	return c.column()
}

// sum is the result over a group.
func (c GroupCall) sum(int) string {
	switch c.Kind {
	case CountRows:
		return "count(*)"
	case Count:
		return "count(" + c.column() + ")"
	case Sum:
		return "sum(" + c.column() + ")"
	case Min:
		return "min(" + c.column() + ")"
	}
	return "max(" + c.column() + ")"
}

// groupKey packs the series and the bucket of a row into one small number, by which
// DuckDB groups with a table that it indexes instead of hashing. It knows the range of a
// number in files from nothing but its type. The table has at most 2^17 places, which is
// what duckdb.Options allows.
type groupKey struct {
	typ                    string // empty: the number is too large
	firstSeries            uint32
	firstBucket            int64
	seriesBits, bucketBits int
	integer                string // the type of sid
}

// Keys of 16 bits have a table that is worth it for few results only.
const wideKeyCalls = 6

// smallKey makes the low bits of the numbers the key: as many as tell them apart.
func smallKey(e reach, buckets uint64, width int64, calls int) groupKey {
	k := groupKey{firstSeries: e.firstSeries, seriesBits: bits.Len32(e.lastSeries - e.firstSeries)}
	if width != 0 {
		k.firstBucket, k.bucketBits = floorDiv(e.first, width), bits.Len64(buckets-1)
	}
	switch n := k.seriesBits + k.bucketBits; {
	case n <= 6:
		k.typ = "DECIMAL(2,0)"
	case n <= 9:
		k.typ = "DECIMAL(3,0)"
	case n <= 13:
		k.typ = "DECIMAL(4,0)"
	case n <= 16 && calls <= wideKeyCalls:
		k.typ = "USMALLINT"
	}
	return k
}

func mask(n int) int64 { return 1<<n - 1 }

// text computes the key from sid and the number of the bucket.
func (k groupKey) text(number string) string {
	text := fmt.Sprintf("(sid & %d)", mask(k.seriesBits))
	if k.bucketBits > 0 {
		text = fmt.Sprintf("((%s << %d) | (%s & %d)::%s)", text, k.bucketBits, number, mask(k.bucketBits), k.integer)
	}
	return text + "::" + k.typ
}

// series and bucket are the numbers again, from the column k.
func (k groupKey) series() string {
	return fmt.Sprintf("(%d + (((k >> %d) - %[1]d) & %[3]d))::UINTEGER", k.firstSeries, k.bucketBits, mask(k.seriesBits))
}

func (k groupKey) bucket() string {
	return fmt.Sprintf("(%d + (((k & %d) - %[1]d) & %[2]d))", k.firstBucket, mask(k.bucketBits))
}

// columns lists the values that the calls read, each once.
func (g *Grouping) columns(list []int) []int {
	for _, c := range g.Calls {
		if c.Kind != CountRows && c.Field.Role == ValueField && !slices.Contains(list, c.Field.Ordinal) {
			list = append(list, c.Field.Ordinal)
		}
	}
	return list
}

// outputs are the columns of the relation beside the fields.
func (g *Grouping) outputs() []string {
	var list []string
	if g.Width != 0 {
		list = append(list, "s.bucket AS bucket")
	}
	for i := range g.Calls {
		list = append(list, "s."+resultColumn(i)+" AS "+resultColumn(i))
	}
	return list
}

// none are the same columns of a relation without rows.
func (g *Grouping) none(v *View) []string {
	var list []string
	if g.Width != 0 {
		list = append(list, "NULL::"+sqlTypes[Timestamp]+" AS bucket")
	}
	for i, c := range g.Calls {
		t := sqlTypes[Bigint]
		if c.Kind >= Sum {
			t = v.typeOf(c.Field)
		}
		list = append(list, "NULL::"+t+" AS "+resultColumn(i))
	}
	return list
}
