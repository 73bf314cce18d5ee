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
	files := slices.Grow([]File(nil), n)
	for _, m := range manifests {
		for _, e := range m.entries {
			files = append(files, e.file)
		}
	}
	slices.SortFunc(files, compareFiles)
	return files
}

func compareFiles(a, b File) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Path, b.Path))
}

// find looks for the file with a name among sorted ones of a folder.
func find(files []File, dir, name string) (File, bool) {
	day, _, err := parseDataName(name)
	if err != nil {
		return File{}, false
	}
	i, ok := slices.BinarySearchFunc(files, File{Day: day, Path: dir + "/" + name}, compareFiles)
	if !ok {
		return File{}, false
	}
	return files[i], true
}

// merge are sorted files after a change: without those removed, with those added.
func merge(files []File, added []entry, removed map[string]bool) []File {
	more := make([]File, len(added))
	for i, e := range added {
		more[i] = e.file
	}
	slices.SortFunc(more, compareFiles)
	out := make([]File, 0, len(files)+len(more)-len(removed))
	for _, f := range files {
		for len(more) > 0 && compareFiles(more[0], f) < 0 {
			out, more = append(out, more[0]), more[1:]
		}
		if len(removed) == 0 || !removed[f.Path] {
			out = append(out, f)
		}
	}
	return append(out, more...)
}
