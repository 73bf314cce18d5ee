package cold

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tidemark/fault"
)

// The folders and files of a table, relative to its own folder.
const (
	metadataDir = "metadata"
	dataDir     = "data"
	hintName    = metadataDir + "/version-hint.text"
	dayPrefix   = "day="
	dayForm     = time.DateOnly
	extension   = ".parquet"
	tempSuffix  = ".temp" // of a file that is not whole
)

// maxName bounds the part of a folder's name that comes from a user: file systems take
// 255 bytes, names in Timestream have up to 256. The id makes a cut name unique.
const maxName = 200

// folder is the folder of a table below the directory, "plant/sensors-7".
func (k Key) folder() string {
	return folderName(k.Database) + "/" + folderName(k.Table) + "-" + strconv.FormatUint(uint64(k.ID), 10)
}

// folderName turns a name of [A-Za-z0-9_.-] into a folder's: no dot at its beginning,
// where it would hide the folder or lead out of it, and no more bytes than a name may have.
func folderName(name string) string {
	if strings.HasPrefix(name, ".") {
		name = "_" + name
	}
	return name[:min(len(name), maxName)]
}

// validate refuses keys that no table of Timestream has.
func (k Key) validate() error {
	for _, name := range []string{k.Database, k.Table} {
		if name == "" || len(name) > 256 || strings.ContainsFunc(name, func(r rune) bool { return !nameRune(r) }) {
			return fault.New(fault.Invalid, "cold: %.300q is not the name of a database or table", name)
		}
	}
	if k.ID == 0 {
		return fault.New(fault.Invalid, "cold: table %s.%s has no id", k.Database, k.Table)
	}
	return nil
}

func nameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-'
}

// folderID reads the id from the name of a table's folder.
func folderID(name string) (uint32, bool) {
	cut := strings.LastIndexByte(name, '-')
	if cut < 0 {
		return 0, false
	}
	id, err := strconv.ParseUint(name[cut+1:], 10, 32)
	return uint32(id), err == nil && id != 0 && name[cut+1:] == strconv.FormatUint(id, 10)
}

// metadataName is the name of the metadata file of a version.
func metadataName(version int) string {
	return fmt.Sprintf("%s/v%d.metadata.json", metadataDir, version)
}

// metadataVersion reads the version from a name without its folder.
func metadataVersion(base string) (int, bool) {
	text, ok := strings.CutPrefix(base, "v")
	if !ok {
		return 0, false
	}
	if text, ok = strings.CutSuffix(text, ".metadata.json"); !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && text == strconv.Itoa(n)
}

// dataName is a name for a new data file.
func dataName(day int32, applied uint64) string {
	return fmt.Sprintf("%s/%s%s/%d-%s%s", dataDir, dayPrefix, dayTime(day).Format(dayForm), applied, uuid.NewString(), extension)
}

func dayTime(day int32) time.Time { return time.Unix(int64(day)*secondsOfDay, 0).UTC() }

const secondsOfDay = 24 * 60 * 60

// parseDataName reads what dataName wrote.
func parseDataName(name string) (day int32, applied uint64, err error) {
	bad := fmt.Errorf("%.300q is not the name of a data file, %s/%sYYYY-MM-DD/<deletes>-<id>%s", name, dataDir, dayPrefix, extension)
	dir, base := path.Split(name)
	text, ok := strings.CutPrefix(dir, dataDir+"/"+dayPrefix)
	if !ok {
		return 0, 0, bad
	}
	at, err := time.Parse(dayForm+"/", text)
	if err != nil {
		return 0, 0, bad
	}
	number, id, ok := strings.Cut(strings.TrimSuffix(base, extension), "-")
	if !ok || !strings.HasSuffix(base, extension) || uuid.Validate(id) != nil {
		return 0, 0, bad
	}
	if applied, err = strconv.ParseUint(number, 10, 64); err != nil {
		return 0, 0, bad
	}
	return int32(at.Unix() / secondsOfDay), applied, nil
}
