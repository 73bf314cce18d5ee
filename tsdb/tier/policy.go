package tier

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"
	"time"

	"tidemark/tsdb/hot"
)

// Policy says how large files become and when they are written anew. Zero values take
// the defaults.
//
// Within a day that still gets rows, files merge by size: fanIn files of about one size
// become one. A day that is over and has been left alone for a while becomes one file,
// or several of Rows rows each, every one with its own series. So a row is written about
// once for every factor of fanIn between a flush and its day, and once more in the end.
type Policy struct {
	Rows    int64         // of a file, above which a day is split; 8 million
	Cells   int64         // values of a file, the same; 128 million, or a 32nd of the engine's memory in bytes if that is less
	Over    time.Duration // after its end a day is over; 2 hours
	Quiet   time.Duration // since its last new file, before a day that is over is tidied; 10 minutes
	Deletes time.Duration // how long a file may lack a delete; 1 minute
	Dense   int64         // bytes of a file whose columns are tried with dictionaries; 64 KiB
}

func (p Policy) withDefaults() Policy {
	p.Rows = cmp.Or(p.Rows, 8_000_000)
	p.Cells = cmp.Or(p.Cells, 128_000_000)
	p.Over = cmp.Or(p.Over, 2*time.Hour)
	p.Quiet = cmp.Or(p.Quiet, 10*time.Minute)
	p.Deletes = cmp.Or(p.Deletes, time.Minute)
	p.Dense = cmp.Or(p.Dense, 64<<10)
	return p
}

func (p Policy) validate() error {
	if p.Rows < 0 || p.Cells < 0 || p.Over < 0 || p.Quiet < 0 || p.Deletes < 0 || p.Dense < 0 {
		return errors.New("sizes and times of the mover's policy must not be negative")
	}
	return nil
}

const (
	fanIn      = 4              // files of one size that become one
	mostFiles  = 16             // of a day, small ones
	worth      = 16             // a large file is rewritten for small ones that have 1/worth of its rows
	mostAtOnce = 8              // files' worth of rows that one piece of work writes
	finally    = 24 * time.Hour // without a new file: whatever is left is merged
	minRows    = int64(8192)    // of a file, however wide
)

// limit is the number of rows above which a day is split into files, for rows of so many
// values.
func (p Policy) limit(values int) int64 {
	return min(p.Rows, max(p.Cells/int64(max(values, 1)), minRows))
}

// dayFiles is what there is to know of a day when its files are looked at.
type dayFiles struct {
	files []hot.File
	limit int64                 // Policy.limit
	over  bool                  // the day gets few rows any more
	quiet time.Duration         // since its last new file
	lacks func(f hot.File) bool // it lacks a delete, and for long enough
}

// merge returns the files that should become new ones together, nil for none.
func (p Policy) merge(d dayFiles) []hot.File {
	if lacking := p.lacking(d); len(lacking) > 0 {
		return lacking
	}
	if len(d.files) < 2 {
		return nil
	}
	if d.over && d.quiet >= p.Quiet && d.untidy() {
		return d.all()
	}
	return d.sizeTier()
}

// lacking returns files that lack a delete: together as long as they fill one file, else
// the first alone.
func (p Policy) lacking(d dayFiles) []hot.File {
	var list []hot.File
	rows := int64(0)
	for _, f := range d.files {
		if !d.lacks(f) {
			continue
		}
		if len(list) > 0 && rows+f.Rows > d.limit {
			break
		}
		list, rows = append(list, f), rows+f.Rows
	}
	return list
}

// untidy reports whether a day has more files than it needs, and enough rows in the
// surplus ones to be worth writing the others again.
func (d dayFiles) untidy() bool {
	total, small, count, largest := int64(0), int64(0), 0, int64(0)
	for _, f := range d.files {
		total += f.Rows
		largest = max(largest, f.Rows)
		if f.Rows < d.limit/2 {
			small, count = small+f.Rows, count+1
		}
	}
	ideal := d.ideal()
	switch {
	case len(d.files) <= ideal:
		return false
	case ideal == 1:
		return (total-largest)*worth >= largest || d.quiet >= finally || len(d.files) > mostFiles
	default:
		return small*worth >= total || count == 0 || count > mostFiles
	}
}

// all returns the files that a day that is over has merged: all of them, if that is not
// too much for one piece of work, else the small ones, as many as are not.
func (d dayFiles) all() []hot.File {
	if rowsOf(d.files) <= mostAtOnce*d.limit {
		return d.files
	}
	small := d.small()
	rows := int64(0)
	for i, f := range small {
		if rows += f.Rows; rows > mostAtOnce*d.limit {
			small = small[:i]
			break
		}
	}
	if len(small) < 2 {
		return nil
	}
	return small
}

// small returns the files that are worth merging whatever else there is, by size.
func (d dayFiles) small() []hot.File {
	files := slices.DeleteFunc(slices.Clone(d.files), func(f hot.File) bool { return f.Rows >= d.limit/2 })
	slices.SortFunc(files, func(a, b hot.File) int { return cmp.Compare(a.Rows, b.Rows) })
	return files
}

// ideal is the number of files that a day needs.
func (d dayFiles) ideal() int { return int(max((rowsOf(d.files)+d.limit-1)/d.limit, 1)) }

// sizeTier returns the smallest files if there are fanIn of about one size among them.
func (d dayFiles) sizeTier() []hot.File {
	files := d.small()
	for from := 0; from < len(files); {
		to := from
		for to < len(files) && sizeOf(files[to]) == sizeOf(files[from]) {
			to++
		}
		if to-from >= fanIn {
			return files[:to] // the smaller ones come along
		}
		from = to
	}
	return nil
}

// sizeOf is the size class of a file: powers of fanIn.
func sizeOf(f hot.File) int { return bits.Len64(uint64(max(f.Rows, 1))) / 2 }

// alongside returns the files of a day that a flush of some rows rewrites with them:
// those that are so small that leaving them would only mean merging them soon.
func alongside(files []hot.File, rows int64) []hot.File {
	var list []hot.File
	for _, f := range files {
		if f.Rows <= rows/2 {
			list = append(list, f)
		}
	}
	return list
}
