// Package backups is the front end of backups of the running server. It is REST of
// Tidemark's own, signed as AWS's services are, for the service name tidemark.
//
//	door, err := backups.New(backups.Options{Live: live})
//	server, err := api.New(api.Options{Services: []api.Service{door.Service()}, …})
//
// testdata/operations.txt lists the operations. A Service is safe to call at once.
// docs/operating.md, "Backup", shows how to call it.
package backups

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"tidemark/api"
	"tidemark/backup"
)

//go:embed testdata/operations.txt
var operations string

// Live is what this door needs of *backup.Live.
type Live interface {
	Save(ctx context.Context, t *backup.Target, c backup.Contents) (*backup.Backup, error)
	Use(ctx context.Context, c backup.Contents, use func(dir string) error) error
	Progress() (backup.Progress, bool)
}

// Options configure a Service.
type Options struct {
	Live    Live // required
	Version string
}

// Service answers the operations.
type Service struct{ opt Options }

// New returns a service, or says which option is missing.
func New(opt Options) (*Service, error) {
	if opt.Live == nil {
		return nil, errors.New("backups: Live is required")
	}
	return &Service{opt}, nil
}

// Service declares the wire namespace to package api. Errors have the codes of Timestream.
func (s *Service) Service() api.Service {
	return api.Service{
		Name:     "backups",
		Protocol: api.RESTJSON,
		Signing:  []string{"tidemark"},
		Column:   api.Timestream,
		Operations: []api.Operation{
			api.Route("CheckStore", "POST", "/tidemark/v1/check", s.CheckStore),
			api.Route("CreateBackup", "POST", "/tidemark/v1/backups", s.CreateBackup),
			api.Route("GetBackupProgress", "GET", "/tidemark/v1/backups/progress", s.GetBackupProgress),
		},
		Surface: api.MustParseSurface(operations),
	}
}

// CreateBackupInput says where a backup goes and what is in it.
type CreateBackupInput struct {
	To      string `json:"to" must:"required"` // a directory on the server's machine, or s3://bucket/prefix
	Name    string `json:"name"`
	Keys    bool   `json:"keys"`
	Objects bool   `json:"objects"`
}

// CreateBackupOutput is the backup that was made.
type CreateBackupOutput struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Taken    string `json:"taken"`
	Finished string `json:"finished"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
}

// CreateBackup backs the server up and returns when the backup exists. A caller that
// goes away ends it.
func (s *Service) CreateBackup(ctx context.Context, in *CreateBackupInput) (*CreateBackupOutput, error) {
	target, err := backup.Open(ctx, in.To)
	if err != nil {
		return nil, err
	}
	b, err := s.opt.Live.Save(ctx, target, backup.Contents{Name: in.Name, Keys: in.Keys, Objects: in.Objects, Version: s.opt.Version})
	if err != nil {
		return nil, err
	}
	return &CreateBackupOutput{
		ID: b.ID, Name: b.Name, Taken: b.Taken.Format(time.RFC3339Nano), Finished: b.Finished.Format(time.RFC3339Nano),
		Files: len(b.Files), Bytes: b.Bytes(),
	}, nil
}

// GetBackupProgressInput is empty.
type GetBackupProgressInput struct{}

// GetBackupProgressOutput says how far the backup in progress is. While the stores copy
// themselves all figures are 0.
type GetBackupProgressOutput struct {
	Running  bool  `json:"running"`
	Files    int   `json:"files"`
	AllFiles int   `json:"allFiles"`
	Bytes    int64 `json:"bytes"`
	AllBytes int64 `json:"allBytes"`
	Copied   int64 `json:"copied"` // bytes that were not in the directory yet
}

// GetBackupProgress says how far the backup in progress is.
func (s *Service) GetBackupProgress(context.Context, *GetBackupProgressInput) (*GetBackupProgressOutput, error) {
	p, running := s.opt.Live.Progress()
	return &GetBackupProgressOutput{running, p.Files, p.AllFiles, p.Bytes, p.AllBytes, p.Copied}, nil
}
