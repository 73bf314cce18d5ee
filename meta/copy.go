package meta

import "context"

// Copy writes all documents, as they are at one moment, to a new file. It does not sync it.
func (d *DB) Copy(ctx context.Context, path string) error {
	if err := touch(path); err != nil {
		return err
	}
	_, err := d.writer.ExecContext(ctx, `VACUUM INTO $1`, path)
	return classify(err)
}
