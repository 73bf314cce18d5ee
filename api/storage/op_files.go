package storage

import (
	"context"
	"time"

	"tidemark/tsdb"
)

// TableInput names a table.
type TableInput struct {
	Database string `bind:"path,database"`
	Table    string `bind:"path,table"`
}

func (in *TableInput) ref() tsdb.TableRef {
	return tsdb.TableRef{Database: in.Database, Table: in.Table}
}

// FilesOutput sums up the files of a table, and lists them where they were asked for.
type FilesOutput struct {
	Count int    `json:"count"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	Files []File `json:"files,omitempty"`
}

// File is a Parquet file of one day.
type File struct {
	Path  string `json:"path"`
	Day   string `json:"day"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	From  string `json:"from"` // the first time in it
	To    string `json:"to"`   // the last
}

// FlushTable moves all rows of a table into files, and returns when queries read them there.
func (s *Service) FlushTable(ctx context.Context, in *TableInput) (*FilesOutput, error) {
	return s.after(ctx, in, s.opt.Store.Flush)
}

// CompactTable merges the files of a table and removes from them what was deleted or has expired.
func (s *Service) CompactTable(ctx context.Context, in *TableInput) (*FilesOutput, error) {
	return s.after(ctx, in, s.opt.Store.Compact)
}

func (s *Service) after(ctx context.Context, in *TableInput, work func(context.Context, tsdb.TableRef) error) (*FilesOutput, error) {
	if err := work(ctx, in.ref()); err != nil {
		return nil, err
	}
	out, err := s.ListFiles(ctx, in)
	if err == nil {
		out.Files = nil
	}
	return out, err
}

// ListFiles lists the files of a table by day.
func (s *Service) ListFiles(_ context.Context, in *TableInput) (*FilesOutput, error) {
	files, err := s.opt.Store.Files(in.ref())
	if err != nil {
		return nil, err
	}
	out := &FilesOutput{Count: len(files), Files: make([]File, len(files))}
	for i, f := range files {
		out.Rows, out.Bytes = out.Rows+f.Rows, out.Bytes+f.Bytes
		day := time.Unix(int64(f.Day)*24*3600, 0).UTC().Format(time.DateOnly)
		from, to := time.Unix(0, f.MinTime), time.Unix(0, f.MaxTime)
		out.Files[i] = File{f.Path, day, f.Rows, f.Bytes, wireTime(&from), wireTime(&to)}
	}
	return out, nil
}
