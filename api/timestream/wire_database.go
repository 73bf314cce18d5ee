package timestream

import (
	"strings"

	"tidemark/api"
	"tidemark/arn"
	"tidemark/tsdb"
)

// Database is the wire form of a database.
type Database struct {
	Arn             string
	DatabaseName    string
	TableCount      int64
	KmsKeyId        string
	CreationTime    *api.Epoch `json:",omitempty"`
	LastUpdatedTime *api.Epoch `json:",omitempty"`
}

// DatabaseOutput is the output of all operations that answer one database.
type DatabaseOutput struct{ Database Database }

func (s *Service) wireDatabase(db tsdb.Database) Database {
	return Database{
		Arn: s.databaseARN(db.Name), DatabaseName: db.Name, TableCount: int64(db.Tables), KmsKeyId: s.keyARN(db.KmsKey),
		CreationTime: api.EpochOf(db.Created), LastUpdatedTime: api.EpochOf(db.Updated),
	}
}

// keyARN completes what names a key: an ARN, alias/name or a key's ID. A database
// without one has the service's own key.
func (s *Service) keyARN(key string) string {
	switch {
	case strings.HasPrefix(key, "arn:"):
		return key
	case key == "":
		key = "alias/aws/timestream"
	case !strings.HasPrefix(key, "alias/"):
		key = "key/" + key
	}
	return arn.New("kms", s.opt.Region, s.opt.Account, key).String()
}
