package deadletter

import (
	"context"

	"tidemark/fault"
	"tidemark/tsdb"
)

// maxDatabase is the longest name of a database, in bytes.
const maxDatabase = 256

// home is the table for the letters of a database, which it makes when there is none.
func (s *Letters) home(ctx context.Context, database string) (tsdb.TableRef, error) {
	ref := tsdb.TableRef{Database: database, Table: tsdb.DeadLetters}
	if _, err := s.opt.Store.Table(ctx, ref); err == nil {
		return ref, nil
	}
	if database == "" || len(database) > maxDatabase {
		return s.fallback(ctx)
	}
	switch _, err := s.opt.Store.Database(ctx, database); fault.KindOf(err) {
	case fault.NotFound:
		return s.fallback(ctx)
	default:
		if err != nil {
			return ref, err
		}
	}
	return ref, s.ensure(ctx, ref)
}

// fallback is the table for the letters that have no database.
func (s *Letters) fallback(ctx context.Context) (tsdb.TableRef, error) {
	ref := tsdb.TableRef{Database: Fallback, Table: tsdb.DeadLetters}
	err := s.ensure(ctx, ref)
	if fault.KindOf(err) != fault.NotFound {
		return ref, err
	}
	if _, err := s.opt.Store.CreateDatabase(ctx, Fallback, "", nil); err != nil && fault.KindOf(err) != fault.Conflict {
		return ref, err
	}
	return ref, s.ensure(ctx, ref)
}

// ensure makes a table of letters unless it is there. Without its database it is
// fault.NotFound.
func (s *Letters) ensure(ctx context.Context, ref tsdb.TableRef) error {
	if _, err := s.opt.Store.Table(ctx, ref); err == nil {
		return nil
	}
	_, err := s.opt.Store.CreateTable(ctx, ref, tsdb.TableOptions{Retention: &s.opt.Retention, MagneticWrites: &tsdb.MagneticWrites{Enabled: true}})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	if err == nil {
		s.opt.Logger.Warn("table of dead letters made", "database", ref.Database, "table", ref.Table)
	}
	return err
}

// homes are the databases that have letters, by name.
func (s *Letters) homes(ctx context.Context) ([]string, error) {
	tables, err := s.opt.Store.Tables(ctx, "", tsdb.TableRef{}, 0)
	var names []string
	for _, t := range tables {
		if t.Ref.Table == tsdb.DeadLetters {
			names = append(names, t.Ref.Database)
		}
	}
	return names, err
}
