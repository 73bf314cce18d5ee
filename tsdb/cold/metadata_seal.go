package cold

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// sumProperty is the property of a metadata file that has its checksum: the SHA-256 of
// the text with zeros in that place.
const sumProperty = "tidemark.sha256"

var zeroSum = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// print is the text of a metadata file, with its checksum.
func (m *metadata) print() ([]byte, error) {
	m.Properties[sumProperty] = zeroSum
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	at := sumPlace(text)
	if at < 0 {
		return nil, fmt.Errorf("the metadata have the property %s several times", sumProperty)
	}
	sum := sha256.Sum256(text)
	hex.Encode(text[at:], sum[:])
	m.Properties[sumProperty] = string(text[at : at+len(zeroSum)])
	return text, nil
}

// sumPlace is where the digits of the checksum are, -1 if that is not just one place.
func sumPlace(text []byte) int {
	name := []byte(`"` + sumProperty + `":"`)
	at := bytes.Index(text, name) + len(name)
	if bytes.Count(text, name) != 1 || at+len(zeroSum) > len(text) {
		return -1
	}
	return at
}

// properties that we write, and a checksum. Others would be damage: a name with a flipped bit.
var ourProperties = []string{"tidemark.database", "tidemark.table", "write.format.default", "write.parquet.compression-codec", sumProperty}

// checkMetadata compares the text of a metadata file with its checksum. One without, which
// an older version wrote, is not sealed.
func checkMetadata(text []byte) (sealed bool, err error) {
	at := sumPlace(text)
	if at < 0 {
		return false, checkUnsealed(text)
	}
	blank := slices.Clone(text)
	copy(blank[at:], zeroSum)
	sum := sha256.Sum256(blank)
	if hex.EncodeToString(sum[:]) != string(text[at:at+len(zeroSum)]) {
		return true, ErrSeal
	}
	return true, nil
}

// checkUnsealed refuses what is no metadata file of an older version.
func checkUnsealed(text []byte) error {
	var m struct {
		Properties map[string]string `json:"properties"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	for name := range m.Properties {
		if !slices.Contains(ourProperties, name) {
			return fmt.Errorf("it has the property %q: %w", name, ErrSeal)
		}
	}
	return nil
}
