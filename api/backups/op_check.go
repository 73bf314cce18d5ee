package backups

import (
	"context"
	"strings"

	"tidemark/backup"
	"tidemark/backup/check"
)

// checkMemory is what the engine of a check may use beside the server's own.
const checkMemory = 1 << 30

// CheckStoreInput says how closely to look.
type CheckStoreInput struct {
	Deep bool `json:"deep"` // read every value
}

// CheckStoreOutput is what was found; without faults all is well.
type CheckStoreOutput struct {
	Faults  []Fault `json:"faults"`
	Tables  int     `json:"tables"`
	Files   int     `json:"files"`
	Rows    int64   `json:"rows"`
	HotRows int64   `json:"hotRows"`
	Orphans int     `json:"orphans"`
}

// Fault is something that is wrong.
type Fault struct {
	Path string `json:"path"`
	What string `json:"what"`
	Do   string `json:"do"`
}

// CheckStore checks a copy of the store as it is at one moment. The files of older rows
// are links in it, the others are what a backup would have.
func (s *Service) CheckStore(ctx context.Context, in *CheckStoreInput) (*CheckStoreOutput, error) {
	out := &CheckStoreOutput{Faults: []Fault{}}
	err := s.opt.Live.Use(ctx, backup.Contents{}, func(dir string) error {
		r, err := check.Run(ctx, dir, check.Options{Deep: in.Deep, Memory: checkMemory})
		if err != nil {
			return err
		}
		out.Tables, out.Files, out.Rows, out.HotRows, out.Orphans = r.Tables, r.Files, r.Rows, r.Hot, r.Orphans
		inside := strings.NewReplacer("/"+backup.Staging+"/", "/")
		for _, f := range r.Faults {
			out.Faults = append(out.Faults, Fault{inside.Replace(f.Path), inside.Replace(f.What), f.Do})
		}
		return nil
	})
	return out, err
}
