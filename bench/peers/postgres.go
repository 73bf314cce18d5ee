package peers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tidemark/bench/tsbs"
)

// postgres is PostgreSQL with a table of hosts and a table of rows with an index on host
// and time, asked through psql on a pipe.
var postgres = System{
	Name: "PostgreSQL",
	Sync: "synced once at the end, by COPY's commit",
	Wire: "CSV file through COPY in, SQL through psql out",
	Open: openPostgres,
}

type postgresNode struct {
	server string // directory of the programs
	dir    string
	port   int
	as     *syscall.SysProcAttr
	cmd    *exec.Cmd
	psql   *psql
}

// postgresSettings are the usual ones for a machine of 24 GB that loads in bulk.
var postgresSettings = []string{
	"shared_buffers=2GB", "work_mem=128MB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "effective_cache_size=8GB",
	"jit=off", "listen_addresses=127.0.0.1", "timezone=UTC",
}

func openPostgres(ctx context.Context, e Env) (Instance, error) {
	server, err := postgresPrograms(e.Tools)
	if err != nil {
		return nil, err
	}
	n := &postgresNode{server: server, dir: filepath.Join(e.Dir, "data")}
	if n.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := n.own(e.Dir); err != nil {
		return nil, err
	}
	init := exec.CommandContext(ctx, filepath.Join(server, "initdb"), "-D", n.dir, "-U", "bench", "-A", "trust", "--locale=C", "-E", "UTF8")
	init.SysProcAttr, init.Dir = n.as, e.Dir
	if text, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, text)
	}
	return n, n.start(ctx)
}

// postgresPrograms finds the server's directory: the newest that is installed.
func postgresPrograms(tools string) (string, error) {
	for _, pattern := range []string{filepath.Join(tools, "root/usr/lib/postgresql/*/bin/postgres"), "/usr/lib/postgresql/*/bin/postgres"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return filepath.Abs(filepath.Dir(found[len(found)-1]))
		}
	}
	return "", &Missing{Program: "postgres", Reason: "neither in " + tools + " nor below /usr/lib/postgresql; bench/peers/install.sh installs it"}
}

// own makes the directory the server's: it refuses to run as root, so that root lends it
// the account that Debian makes for it, or nobody's.
func (n *postgresNode) own(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return err
	}
	n.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return os.Chown(dir, uid, gid)
}

func (n *postgresNode) start(ctx context.Context) error {
	args := []string{"-D", n.dir, "-p", strconv.Itoa(n.port), "-k", filepath.Dir(n.dir)}
	for _, s := range postgresSettings {
		args = append(args, "-c", s)
	}
	log, err := os.OpenFile(n.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	n.cmd = exec.CommandContext(ctx, filepath.Join(n.server, "postgres"), args...)
	n.cmd.SysProcAttr, n.cmd.Dir, n.cmd.Stdout, n.cmd.Stderr = n.as, filepath.Dir(n.dir), log, log
	if err := n.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if n.psql, err = openPsql(ctx, n.server, n.port); err == nil {
			return nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return errors.Join(err, n.Close())
		}
	}
}

// Load is part of Loader: COPY of a file into an indexed table.
func (n *postgresNode) Load(ctx context.Context, s Shape) (time.Duration, error) {
	for _, text := range postgresTables(s) {
		if _, err := n.psql.run(text, nil); err != nil {
			return 0, err
		}
	}
	file := n.dir + ".csv"
	defer os.Remove(file)
	if err := n.write(ctx, s, file); err != nil {
		return 0, err
	}
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	began := time.Now()
	_, err = n.psql.run("COPY cpu FROM STDIN (FORMAT csv)", f)
	return time.Since(began), err
}

// write makes the file of rows, each with the number of its host.
func (n *postgresNode) write(ctx context.Context, s Shape, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = s.WriteText(ctx, f, nil, func(b []byte, h *tsbs.Host, at time.Time, v *[10]float64) []byte {
		b = at.UTC().AppendFormat(b, timeText)
		b = append(append(b, ','), h.Tags[0].Value[len("host_"):]...)
		for m := range s.Metrics {
			b = s.AppendValue(append(b, ','), v[m])
		}
		return append(b, '\n')
	})
	return errors.Join(err, f.Sync())
}

// postgresTables are the statements that make the tables and fill that of the hosts.
func postgresTables(s Shape) []string {
	kind := "bigint"
	if s.Float {
		kind = "double precision"
	}
	hosts := tsbs.HostRange(0, s.Hosts, s.Seed)
	names := []string{"id int PRIMARY KEY"}
	for _, t := range hosts[0].Tags {
		names = append(names, t.Name+" text NOT NULL")
	}
	texts := []string{
		"CREATE TABLE hosts (" + strings.Join(names, ", ") + ")",
		"CREATE TABLE cpu (time timestamptz NOT NULL, host int NOT NULL, " + strings.Join(s.Names(), " "+kind+", ") + " " + kind + ")",
		"CREATE INDEX ON cpu (host, time)",
	}
	const batch = 1000
	for from := 0; from < len(hosts); from += batch {
		var values []string
		for i, h := range hosts[from:min(from+batch, len(hosts))] {
			row := strconv.Itoa(from + i)
			for _, t := range h.Tags {
				row += ", '" + t.Value + "'"
			}
			values = append(values, "("+row+")")
		}
		texts = append(texts, "INSERT INTO hosts VALUES "+strings.Join(values, ", "))
	}
	return append(texts, "CREATE INDEX ON hosts (hostname)")
}

// Settle is part of Loader.
func (n *postgresNode) Settle(context.Context) error {
	for _, text := range []string{"VACUUM (FREEZE, ANALYZE)", "CHECKPOINT"} {
		if _, err := n.psql.run(text, nil); err != nil {
			return err
		}
	}
	return nil
}

// Ask is part of Loader.
func (n *postgresNode) Ask(_ context.Context, q Question) (Answer, error) {
	text, err := n.psql.run(postgresText(q), nil)
	return func() ([]Row, error) { return parseTabs(text, q) }, err
}

func postgresText(q Question) string {
	where := sqlWhere(q)
	if q.Kind == Latest {
		return fmt.Sprintf("SELECT %s, extract(epoch FROM time)::bigint, %s FROM hosts CROSS JOIN LATERAL (SELECT * FROM cpu WHERE host = id ORDER BY time DESC LIMIT 1) AS l%s", q.By, strings.Join(q.Metrics, ", "), sqlClause(where))
	}
	where = append(where, fmt.Sprintf("time >= to_timestamp(%d) AND time < to_timestamp(%d)", q.From.Unix(), q.To.Unix()))
	bin := fmt.Sprintf("extract(epoch FROM date_bin('%d seconds', time, to_timestamp(0)))::bigint AS slot", int(q.Bin.Seconds()))
	return sqlBins(q, "cpu JOIN hosts ON id = host", bin, map[Aggregate]string{Max: "max", Mean: "avg"}[q.Kind], where)
}

// Usage is part of Process: the disk space is that of the database, without the log of
// changes, which a checkpoint leaves for reuse. The memory is that of many processes.
func (n *postgresNode) Usage(context.Context) (Usage, error) {
	text, err := n.psql.run("SELECT pg_database_size(current_database())", nil)
	if err != nil {
		return Usage{}, err
	}
	disk, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return Usage{Disk: disk}, err
}

// Restart is part of Process.
func (n *postgresNode) Restart(ctx context.Context) error {
	if err := n.Close(); err != nil {
		return err
	}
	return n.start(ctx)
}

// Close is part of Process: a fast shutdown, which ends the connections.
func (n *postgresNode) Close() error {
	err := n.psql.close()
	n.psql = nil
	if n.cmd == nil {
		return err
	}
	err = errors.Join(err, n.cmd.Process.Signal(syscall.SIGINT), n.cmd.Wait())
	n.cmd = nil
	return err
}

// psql is the client on a pipe.
type psql struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	failed *strings.Builder
}

// psqlEnd is printed after every answer.
const psqlEnd = "--- end of the answer ---"

func openPsql(ctx context.Context, server string, port int) (*psql, error) {
	p := &psql{failed: &strings.Builder{}}
	p.cmd = exec.CommandContext(ctx, filepath.Join(server, "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
		"-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "bench", "postgres")
	p.cmd.Stderr = p.failed
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := p.run("SELECT 1", nil); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// run executes a statement, with data for a COPY, and returns its answer.
func (p *psql) run(text string, data io.Reader) (string, error) {
	if _, err := io.WriteString(p.in, text+";\n"); err != nil {
		return "", fmt.Errorf("%w: %s", err, p.failed)
	}
	if data != nil {
		if _, err := io.Copy(p.in, data); err != nil {
			return "", fmt.Errorf("%w: %s", err, p.failed)
		}
		if _, err := io.WriteString(p.in, "\\.\n"); err != nil {
			return "", err
		}
	}
	if _, err := io.WriteString(p.in, "\\echo "+psqlEnd+"\n"); err != nil {
		return "", err
	}
	var answer strings.Builder
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			return "", errors.Join(fmt.Errorf("psql ended: %w", err), p.cmd.Wait(), errors.New(p.failed.String()))
		}
		if strings.TrimSuffix(line, "\n") == psqlEnd {
			return answer.String(), nil
		}
		answer.WriteString(line)
	}
}

// close ends the client by ending its input; that it may have ended before is no error.
func (p *psql) close() error {
	if p == nil {
		return nil
	}
	p.in.Close()
	if err := p.cmd.Wait(); err != nil && p.cmd.ProcessState == nil {
		return err
	}
	return nil
}
