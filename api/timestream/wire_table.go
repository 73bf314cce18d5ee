package timestream

import (
	"tidemark/api"
	"tidemark/tsdb"
)

// RetentionProperties are a table's retention; both members are there or none.
type RetentionProperties struct {
	MemoryStoreRetentionPeriodInHours  int64 `must:"required,range=1:8766"`
	MagneticStoreRetentionPeriodInDays int64 `must:"required,range=1:73000"`
}

// MagneticStoreWriteProperties say whether late records are accepted.
type MagneticStoreWriteProperties struct {
	EnableMagneticStoreWrites         bool                               `must:"required"`
	MagneticStoreRejectedDataLocation *MagneticStoreRejectedDataLocation `json:",omitempty"`
}

// MagneticStoreRejectedDataLocation is where reports about records rejected later go.
type MagneticStoreRejectedDataLocation struct {
	S3Configuration *S3Configuration `json:",omitempty"`
}

// S3Configuration is a place in a bucket.
type S3Configuration struct {
	BucketName       string `json:",omitempty" must:"len=3:63"`
	ObjectKeyPrefix  string `json:",omitempty" must:"len=1:928"`
	EncryptionOption string `json:",omitempty" must:"enum=SSE_S3|SSE_KMS"`
	KmsKeyId         string `json:",omitempty" must:"len=1:2048"`
}

// Schema is a table's partition key.
type Schema struct {
	CompositePartitionKey []PartitionKey `json:",omitempty" must:"len=1:"`
}

// PartitionKey is one element of the partition key.
type PartitionKey struct {
	Type                string `must:"required,enum=DIMENSION|MEASURE"`
	Name                string `json:",omitempty" must:"len=1:"`
	EnforcementInRecord string `json:",omitempty" must:"enum=REQUIRED|OPTIONAL"`
}

// Table is the wire form of a table.
type Table struct {
	Arn                          string
	TableName                    string
	DatabaseName                 string
	TableStatus                  string
	RetentionProperties          RetentionProperties
	CreationTime                 *api.Epoch `json:",omitempty"`
	LastUpdatedTime              *api.Epoch `json:",omitempty"`
	MagneticStoreWriteProperties MagneticStoreWriteProperties
	Schema                       Schema
}

// TableOutput is the output of all operations that answer one table.
type TableOutput struct{ Table Table }

// wireTable shows every table as ACTIVE: creation is done when it is answered, and a
// deleted table is not found.
func (s *Service) wireTable(t tsdb.Table) Table {
	return Table{
		Arn: s.tableARN(t.Ref), TableName: t.Ref.Table, DatabaseName: t.Ref.Database, TableStatus: "ACTIVE",
		RetentionProperties: RetentionProperties{
			MemoryStoreRetentionPeriodInHours:  int64(t.Retention.MemoryHours),
			MagneticStoreRetentionPeriodInDays: int64(t.Retention.MagneticDays),
		},
		CreationTime: api.EpochOf(t.Created), LastUpdatedTime: api.EpochOf(t.Updated),
		MagneticStoreWriteProperties: wireMagneticWrites(t.MagneticWrites),
		Schema:                       Schema{CompositePartitionKey: wirePartitionKey(t.PartitionKey)},
	}
}

func wireMagneticWrites(m tsdb.MagneticWrites) MagneticStoreWriteProperties {
	p := MagneticStoreWriteProperties{EnableMagneticStoreWrites: m.Enabled}
	if r := m.Rejected; r != nil {
		p.MagneticStoreRejectedDataLocation = &MagneticStoreRejectedDataLocation{S3Configuration: &S3Configuration{
			BucketName: r.Bucket, ObjectKeyPrefix: r.Prefix, EncryptionOption: r.Encryption, KmsKeyId: r.KmsKey,
		}}
	}
	return p
}

// wirePartitionKey shows a table without a key of its own as the service does.
func wirePartitionKey(key []tsdb.PartitionKey) []PartitionKey {
	if len(key) == 0 {
		return []PartitionKey{{Type: tsdb.KeyMeasure}}
	}
	wire := make([]PartitionKey, len(key))
	for i, k := range key {
		wire[i] = PartitionKey{Type: k.Type, Name: k.Name, EnforcementInRecord: k.Enforcement}
	}
	return wire
}

// settings are the members that CreateTable and UpdateTable share.
type settings struct {
	retention *RetentionProperties
	magnetic  *MagneticStoreWriteProperties
	schema    *Schema
}

func (in settings) update() tsdb.TableUpdate {
	var u tsdb.TableUpdate
	if r := in.retention; r != nil {
		u.Retention = &tsdb.Retention{MemoryHours: int(r.MemoryStoreRetentionPeriodInHours), MagneticDays: int(r.MagneticStoreRetentionPeriodInDays)}
	}
	if m := in.magnetic; m != nil {
		u.MagneticWrites = &tsdb.MagneticWrites{Enabled: m.EnableMagneticStoreWrites, Rejected: rejectedLocation(m)}
	}
	if in.schema != nil {
		for _, k := range in.schema.CompositePartitionKey {
			u.PartitionKey = append(u.PartitionKey, tsdb.PartitionKey{Type: k.Type, Name: k.Name, Enforcement: k.EnforcementInRecord})
		}
	}
	return u
}

func rejectedLocation(m *MagneticStoreWriteProperties) *tsdb.S3Location {
	if m.MagneticStoreRejectedDataLocation == nil || m.MagneticStoreRejectedDataLocation.S3Configuration == nil {
		return nil
	}
	c := m.MagneticStoreRejectedDataLocation.S3Configuration
	return &tsdb.S3Location{Bucket: c.BucketName, Prefix: c.ObjectKeyPrefix, Encryption: c.EncryptionOption, KmsKey: c.KmsKeyId}
}
