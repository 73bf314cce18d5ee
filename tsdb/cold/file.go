package cold

import (
	"cmp"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/fault"
)

const nanosOfDay = secondsOfDay * 1_000_000_000

// check refuses a file whose figures cannot be.
func (f *File) check() error {
	switch {
	case f.Rows <= 0 || f.Bytes <= 0:
		return fault.New(fault.Invalid, "cold: %s has %d rows and %d bytes", f.Path, f.Rows, f.Bytes)
	case f.MinTime > f.MaxTime || dayOf(f.MinTime) != f.Day || dayOf(f.MaxTime) != f.Day:
		return fault.New(fault.Invalid, "cold: %s has times from %d to %d, which are not of the day %d", f.Path, f.MinTime, f.MaxTime, f.Day)
	case f.MinSeries > f.MaxSeries || f.MaxSeries > math.MaxInt32:
		return fault.New(fault.Invalid, "cold: %s has series from %d to %d", f.Path, f.MinSeries, f.MaxSeries)
	}
	return nil
}

// dayOf is the UTC day of a time in nanoseconds, also before 1970.
func dayOf(nanos int64) int32 {
	day := nanos / nanosOfDay
	if nanos%nanosOfDay < 0 {
		day--
	}
	return int32(day)
}

// named checks that a file to be added is below a folder and has the name that its figures
// ask for, and returns the name.
func (f *File) named(dir string) (string, error) {
	name, ok := strings.CutPrefix(filepath.ToSlash(f.Path), filepath.ToSlash(dir)+"/")
	if !ok {
		return "", fault.New(fault.Invalid, "cold: %s is not below %s", f.Path, dir)
	}
	day, applied, err := parseDataName(name)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err)
	}
	if day != f.Day || applied != f.Applied {
		return "", fault.New(fault.Invalid, "cold: %s is not the name of a file of day %d after delete %d", f.Path, f.Day, f.Applied)
	}
	return name, f.check()
}

// sorted are the files of manifests, by day and path.
func sorted(manifests []manifest) []File {
	n := 0
	for _, m := range manifests {
		n += len(m.entries)
	}
	files := make([]File, 0, n)
	for _, m := range manifests {
		for _, e := range m.entries {
			files = append(files, e.file)
		}
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Path, b.Path))
	})
	return files
}
