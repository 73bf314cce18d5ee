//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
)

// backupRecord is the seq-th row of a sequence.
func backupRecord(base int64, seq int) writetypes.Record {
	return writetypes.Record{
		Dimensions:  []writetypes.Dimension{{Name: aws.String("host"), Value: aws.String("h" + strconv.Itoa(seq%7))}},
		MeasureName: aws.String("seq"), MeasureValue: aws.String(strconv.Itoa(seq)), MeasureValueType: writetypes.MeasureValueTypeBigint,
		Time: aws.String(strconv.Itoa(int(base) + seq)), TimeUnit: writetypes.TimeUnitMilliseconds,
	}
}

// TestBackup backs a server up while it writes, kills it during a backup, and restores:
// what was acknowledged before a backup is in it, the rows in it are the first ones
// that were written, and the restored server works.
func TestBackup(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "plant", "sensors")
	base, to := time.Now().Add(-time.Hour).UnixMilli(), t.TempDir()
	var acked atomic.Int64
	var longest atomic.Int64 // nanoseconds that a write took
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		client := n.writer()
		for seq := 0; ctx.Err() == nil; seq++ {
			began := time.Now()
			if _, err := client.WriteRecords(ctx, &timestreamwrite.WriteRecordsInput{
				DatabaseName: aws.String("plant"), TableName: aws.String("sensors"), Records: []writetypes.Record{backupRecord(base, seq)},
			}); err != nil {
				return
			}
			acked.Store(int64(seq + 1))
			longest.Store(max(longest.Load(), int64(time.Since(began))))
		}
	}()
	await := func(count int64) {
		for acked.Load() < count && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		out, errs, code := command(t, "", args...)
		if code != want {
			t.Fatalf("tidemark %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
		}
		return out + errs
	}
	await(100)
	run(0, "flush", "--data", n.dir, "plant.sensors")
	least := map[string]int64{}
	for _, name := range []string{"first", "second"} {
		await(acked.Load() + 100)
		least[name] = acked.Load()
		longest.Store(0)
		run(0, "backup", "--data", n.dir, "--to", to, "--name", name, "--keys")
		t.Logf("%s: longest write during the backup %v", name, time.Duration(longest.Load()))
	}
	if out := run(0, "check", "--online", "--deep", "--data", n.dir); !strings.Contains(out, "no faults") {
		t.Errorf("check of the running server: %s", out)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		command(t, "", "backup", "--data", n.dir, "--to", to, "--name", "cut")
	}()
	for !exists(filepath.Join(n.dir, "backup.staging")) && ctx.Err() == nil {
		select {
		case <-done:
			t.Log("the backup was over before the server was killed")
		default:
			continue
		}
		break
	}
	n.kill()
	<-ended
	<-done
	if out := run(0, "backup", "verify", "--from", to); !strings.Contains(out, "backups verified") {
		t.Errorf("verify after a kill: %s", out)
	}
	run(0, "backup", "--data", n.dir, "--to", to, "--name", "stopped")
	least["stopped"] = acked.Load()
	run(0, "check", "--data", n.dir, "--deep", "--backups", to)
	run(1, "restore", "--from", to, "--data", n.dir)
	run(1, "restore", "--from", to, "--data", filepath.Join(to, "x"), "--at", "2020-01-01T00:00:00Z")
	run(0, "backup", "remove", "--from", to, "second")
	delete(least, "second")
	for name, count := range least {
		restored := &node{t: t, dir: filepath.Join(t.TempDir(), "data")}
		run(0, "restore", "--from", to, "--data", restored.dir, name)
		run(0, "check", "--data", restored.dir, "--deep")
		restored.start()
		t.Cleanup(restored.kill)
		restored.checkBackup(name, count)
		restored.stop()
	}
	list, err := filepath.Glob(filepath.Join(n.dir, "iceberg/plant/*/data/*/*.parquet"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no Parquet files: %v", err)
	}
	text, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/3] ^= 1
	os.WriteFile(list[0], text, 0o644)
	if out := run(1, "check", "--data", n.dir, "--deep"); !strings.Contains(out, filepath.Base(list[0])) {
		t.Errorf("a flipped bit in %s: %s", list[0], out)
	}
}

// TestBackupToABucket does the same with an S3 service.
func TestBackupToABucket(t *testing.T) {
	endpoint := serveS3(t)
	keysAtHome(t)
	makeBucket(t, endpoint+"/safe")
	to := "s3://safe/of/plant?endpoint=" + url.QueryEscape(endpoint)
	n := serve(t)
	n.createTable(t.Context(), "plant", "sensors")
	base, next := time.Now().Add(-time.Hour).UnixMilli(), 0
	write := func(count int) {
		t.Helper()
		records := make([]writetypes.Record, count)
		for i := range records {
			records[i] = backupRecord(base, next+i)
		}
		next += count
		if _, err := n.writer().WriteRecords(t.Context(), &timestreamwrite.WriteRecordsInput{
			DatabaseName: aws.String("plant"), TableName: aws.String("sensors"), Records: records,
		}); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		out, errs, code := command(t, "", args...)
		if code != want {
			t.Fatalf("tidemark %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
		}
		return out + errs
	}
	run(1, "backup", "list", "--from", to)
	run(1, "backup", "--data", n.dir, "--to", strings.Replace(to, "safe", "nowhere", 1))
	write(60)
	run(0, "flush", "--data", n.dir, "plant.sensors")
	run(0, "backup", "--data", n.dir, "--to", to, "--name", "first", "--keys")
	write(40)
	n.kill()
	killedBackup(t, n.dir, to, endpoint+"/safe/of/plant/LOCK")
	run(0, "backup", "--data", n.dir, "--to", to, "--name", "second")
	command(t, "", "backup", "remove", "--from", to, "cut") // which may have been ready
	if out := run(0, "backup", "list", "--from", to); strings.Count(out, "\n") != 3 || !strings.Contains(out, "first") {
		t.Errorf("list: %s, want a heading and two backups", out)
	}
	run(0, "check", "--data", n.dir, "--deep", "--backups", to)
	for name, count := range map[string]int64{"first": 60, "second": 100} {
		restored := &node{t: t, dir: filepath.Join(t.TempDir(), "data")}
		run(0, "restore", "--from", to, "--data", restored.dir, name)
		run(0, "check", "--data", restored.dir, "--deep")
		restored.start()
		t.Cleanup(restored.kill)
		restored.checkBackup(name, count)
		restored.stop()
	}
	run(0, "backup", "remove", "--from", to, "first")
	if out := run(0, "backup", "verify", "--from", to); !strings.Contains(out, "backups verified: 1") {
		t.Errorf("verify: %s", out)
	}
}

// killedBackup begins a backup to a bucket, and kills it once it holds the lock.
func killedBackup(t *testing.T, data, to, lock string) {
	t.Helper()
	cmd := exec.Command(binary(t), "backup", "--data", data, "--to", to, "--name", "cut")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case <-ended:
			t.Log("the backup was over before it was killed")
			return
		default:
		}
		resp, err := http.Get(lock)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			cmd.Process.Kill()
			<-ended
			return
		}
	}
}

// checkBackup compares a restored server's rows with the sequence that was written.
func (n *node) checkBackup(name string, least int64) {
	n.t.Helper()
	got := n.rows(n.t.Context(), `SELECT count(*), count(DISTINCT "measure_value::bigint"), min("measure_value::bigint"), max("measure_value::bigint") + 1 FROM plant.sensors`)[0]
	if count, err := strconv.ParseInt(got[0], 10, 64); err != nil || got[0] != got[1] || got[0] != got[3] || got[2] != "0" || count < least {
		n.t.Errorf("backup %s: rows, distinct, first, last + 1 = %v, want a gapless sequence of at least %d from 0", name, slices.Clone(got), least)
	}
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }
