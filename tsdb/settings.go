package tsdb

import (
	"slices"
	"strings"

	"tidemark/fault"
)

// Limits on settings (API reference, "RetentionProperties", "S3Configuration", "Tag").
const (
	maxMemoryHours  = 8766
	maxMagneticDays = 73000
	maxTags         = 200
	maxTagKey       = 128
	maxTagValue     = 256
)

// change applies an update to the document. Nothing but the enforcement of a
// partition key may differ from the one that the table has.
func (d *tableDocument) change(u TableUpdate) error {
	if u.Retention != nil {
		if err := u.Retention.check(); err != nil {
			return err
		}
		d.Retention = *u.Retention
	}
	if u.MagneticWrites != nil {
		if err := u.MagneticWrites.check(); err != nil {
			return err
		}
		d.MagneticWrites = *u.MagneticWrites
	}
	if u.PartitionKey == nil {
		return nil
	}
	if err := checkPartitionKey(u.PartitionKey); err != nil {
		return err
	}
	if !slices.EqualFunc(d.PartitionKey, u.PartitionKey, sameKey) {
		return fault.New(fault.Invalid, "The type, name and order of partition keys cannot change.")
	}
	d.PartitionKey = slices.Clone(u.PartitionKey)
	return nil
}

func sameKey(a, b PartitionKey) bool { return a.Type == b.Type && a.Name == b.Name }

func (r Retention) check() error {
	if r.MemoryHours < 1 || r.MemoryHours > maxMemoryHours {
		return fault.New(fault.Invalid, "The memory store retention period is 1 to %d hours, not %d.", maxMemoryHours, r.MemoryHours)
	}
	if r.MagneticDays < 1 || r.MagneticDays > maxMagneticDays {
		return fault.New(fault.Invalid, "The magnetic store retention period is 1 to %d days, not %d.", maxMagneticDays, r.MagneticDays)
	}
	return nil
}

func (m MagneticWrites) check() error {
	if m.Rejected == nil {
		return nil
	}
	l := m.Rejected
	switch {
	case l.Bucket != "" && (len(l.Bucket) < 3 || len(l.Bucket) > 63):
		return fault.New(fault.Invalid, "A bucket name has 3 to 63 characters.")
	case len(l.Prefix) > 928:
		return fault.New(fault.Invalid, "An object key prefix has at most 928 characters.")
	case l.Encryption != "" && l.Encryption != "SSE_S3" && l.Encryption != "SSE_KMS":
		return fault.New(fault.Invalid, "The encryption option is SSE_S3 or SSE_KMS, not %s.", quote(l.Encryption))
	case len(l.KmsKey) > maxKmsKey:
		return fault.New(fault.Invalid, "A KMS key identifier has at most %d characters.", maxKmsKey)
	default:
		return nil
	}
}

// checkPartitionKey accepts one key: MEASURE alone, or a dimension with its enforcement.
func checkPartitionKey(keys []PartitionKey) error {
	if len(keys) != 1 {
		return fault.New(fault.Invalid, "A table has exactly one partition key, not %d.", len(keys))
	}
	k := keys[0]
	switch {
	case k.Type == KeyMeasure && (k.Name != "" || k.Enforcement != ""):
		return fault.New(fault.Invalid, "A partition key of type MEASURE has neither name nor enforcement.")
	case k.Type == KeyMeasure:
		return nil
	case k.Type != KeyDimension:
		return fault.New(fault.Invalid, "A partition key's type is DIMENSION or MEASURE, not %s.", quote(k.Type))
	case k.Enforcement != Required && k.Enforcement != Optional:
		return fault.New(fault.Invalid, "A partition key's enforcement is REQUIRED or OPTIONAL, not %s.", quote(k.Enforcement))
	}
	if wrong := checkColumnName("partition key", k.Name, maxDimensionName); wrong != "" {
		return fault.New(fault.Invalid, "%s", wrong)
	}
	return nil
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return fault.New(fault.Exceeded, "A resource has at most %d tags.", maxTags)
	}
	for key, value := range tags {
		switch {
		case strings.TrimSpace(key) == "" || len([]rune(key)) > maxTagKey:
			return fault.New(fault.Invalid, "A tag key has 1 to %d characters.", maxTagKey)
		case len([]rune(value)) > maxTagValue:
			return fault.New(fault.Invalid, "A tag value has at most %d characters.", maxTagValue)
		}
	}
	return checkUpsertTag(tags)
}
