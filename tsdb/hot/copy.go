package hot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/internal/duckdb"
)

// copied is the name under which a copy is attached.
const copied = "copied"

// Copy writes the engine's file as it is at one moment to a new file, in one of the
// engine's AllowedDirs. The moment is between two batches: everything acknowledged
// before is in it, nothing of what comes later. The committer calls at then, and waits
// for it; next is called soon after, and writing the copy holds up nobody. Until Copy
// returns no segment and no file that was there at the moment is removed. One copy at a
// time.
func (s *Store) Copy(ctx context.Context, path string, at, next func() error) (err error) {
	snapshot := s.Snapshot()
	defer snapshot.Close()
	s.copies.Add(1) // what it reads stays where it is
	defer s.copies.Add(-1)
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return fmt.Errorf("copy hot store: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Exec(ctx, "ATTACH "+duckdb.Quote(path)+" AS "+copied); err != nil {
		return fmt.Errorf("copy hot store: %w", err)
	}
	err = s.copyTo(ctx, conn, at, next)
	if err != nil {
		err = errors.Join(err, conn.Rollback(context.WithoutCancel(ctx)))
	}
	if _, done := conn.Exec(context.WithoutCancel(ctx), "DETACH "+copied); done != nil {
		err = errors.Join(err, done)
	}
	if err != nil {
		return fmt.Errorf("copy hot store: %w", err)
	}
	return nil
}

// copyTo reads in one transaction, which sees the moment of its first read. Tables are
// copied by statements of their own, so that checkpoints pass between them.
func (s *Store) copyTo(ctx context.Context, conn *duckdb.Conn, at, next func() error) error {
	if err := s.ask(ctx, func() error { return begin(ctx, conn, at) }); err != nil {
		return err
	}
	if err := next(); err != nil {
		return err
	}
	names, err := collect(ctx, conn, `SELECT table_name, current_database() FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY 1`)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("there are no tables")
	}
	from := duckdb.Ident(names[0][1].(string))
	statements := []string{"COPY FROM DATABASE " + from + " TO " + copied + " (SCHEMA)"}
	for _, row := range names {
		if name := row[0].(string); !strings.Contains(name, "_b") && !strings.HasPrefix(name, "bulk_") { // loads in progress
			statements = append(statements, fmt.Sprintf("INSERT INTO %s.main.%s SELECT * FROM %s.main.%[2]s", copied, duckdb.Ident(name), from))
		}
	}
	for _, text := range append(statements, "COMMIT", "CHECKPOINT "+copied) {
		if _, err := conn.Exec(ctx, text); err != nil {
			return fmt.Errorf("%.60s: %w", text, err)
		}
	}
	return nil
}

// begin runs on the committer.
func begin(ctx context.Context, conn *duckdb.Conn, at func() error) error {
	if _, err := conn.Exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	if _, err := collect(ctx, conn, "SELECT version FROM hot_format"); err != nil {
		return err
	}
	return at()
}

// FormatVersion is the newest layout of the engine's file that this program reads.
const FormatVersion = formatVersion
