//go:build e2e

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// disk is a small file system that only the processes of its own name space see at its
// path; others reach it through the process that holds it.
type disk struct {
	holder *exec.Cmd
	dir    string
}

// smallDisk mounts a file system with the given options, the size first, which goes with
// the test. A user other than root makes it in a name space of users.
func smallDisk(t *testing.T, options string) *disk {
	t.Helper()
	d := &disk{dir: t.TempDir()}
	d.holder = exec.Command("sh", "-ec", `mount --make-rprivate /; mount -t tmpfs -o size="$1" tmpfs "$2"; echo mounted; exec cat`, "sh", options, d.dir)
	d.holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if uid := os.Geteuid(); uid != 0 {
		d.holder.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		d.holder.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		d.holder.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	in, err := d.holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.holder.Start(); err != nil {
		t.Fatalf("a small disk needs name spaces: %v", err)
	}
	t.Cleanup(func() {
		in.Close()
		d.holder.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "mounted\n" {
		t.Fatalf("no small disk: %q, %v", line, err)
	}
	return d
}

// command runs a program that sees the disk at its path.
func (d *disk) command(name string, args ...string) *exec.Cmd {
	enter := []string{"--mount", "--target", strconv.Itoa(d.holder.Process.Pid)}
	if os.Geteuid() != 0 {
		enter = append(enter, "--user", "--preserve-credentials")
	}
	return exec.Command("nsenter", slices.Concat(enter, []string{"--", name}, args)...)
}

// path is a path on the disk as this process reaches it.
func (d *disk) path(name string) string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", d.holder.Process.Pid), d.dir, name)
}

// fill writes a file until the disk has no byte left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for chunk := make([]byte, 1<<20); len(chunk) > 0; {
		if _, err := f.Write(chunk); errors.Is(err, syscall.ENOSPC) {
			chunk = chunk[:len(chunk)/2]
		} else if err != nil {
			t.Error(err)
			return
		}
	}
}

// writeLarge writes one batch of records of some kilobytes and returns the refusal.
func (n *node) writeLarge(from int) error {
	base := time.Now().Add(-time.Hour).UnixMilli()
	records := make([]writetypes.Record, 100)
	for i := range records {
		records[i] = writetypes.Record{
			Dimensions: []writetypes.Dimension{{Name: aws.String("seq"), Value: aws.String(strconv.Itoa(from + i))}},
			Time:       aws.String(strconv.FormatInt(base+int64(from+i), 10)), MeasureValue: aws.String(strconv.Itoa(from+i) + strings.Repeat("x", 1500)),
		}
	}
	w := timestreamwrite.NewFromConfig(n.awsConfig(), func(o *timestreamwrite.Options) { o.RetryMaxAttempts = 1 })
	_, err := w.WriteRecords(n.t.Context(), &timestreamwrite.WriteRecordsInput{
		DatabaseName: aws.String("plant"), TableName: aws.String("sensors"), Records: records,
		CommonAttributes: &writetypes.Record{MeasureName: aws.String("text"), MeasureValueType: writetypes.MeasureValueTypeVarchar},
	})
	return err
}

// serveOn starts a server whose data directory is on a disk of its own.
func serveOn(t *testing.T, d *disk) *node {
	t.Helper()
	n := &node{t: t, dir: d.path("data"), disk: d}
	n.start()
	t.Cleanup(n.kill)
	return n
}

// TestFullDisk fills the disk under load: writes are refused with the reason, reads go
// on, nothing acknowledged is lost, and room makes everything work again, without a
// restart and with one.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, "480m")
	junk := disk.path("junk")
	n := serveOn(t, disk)
	n.createTable(t.Context(), "plant", "sensors")
	n.rule("stored", `{"sql":"SELECT text FROM 'in/#'","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"plant","tableName":"sensors","dimensions":[{"name":"seq","value":"${topic(2)}"}]}}]}`)
	if out, err := n.mosquitto("mosquitto_sub", "-c", "-i", "offline", "-q", "1", "-t", "queue", "-E"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n.publish("queue", "kept")

	acknowledged, filled, err := 0, make(chan struct{}), error(nil)
	for ; acknowledged < 100_000; acknowledged += 100 {
		if acknowledged == 2000 {
			go func() { defer close(filled); fill(t, junk) }()
		}
		if err = n.writeLarge(acknowledged); err != nil {
			break
		}
	}
	n.expectFull("while the disk fills", err)
	<-filled
	n.expectFull("with no byte left", n.writeLarge(900_000))
	if code, text := n.get("/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "disk") {
		t.Errorf("healthz says %d %q, want 503 and the disk", code, text)
	}
	for what, args := range map[string][]string{
		"a queued message":   {"-t", "queue"},
		"a retained message": {"-t", "kept", "-r"},
		"a rule's row":       {"-t", "in/900000"},
	} {
		// Version 3.1.1 has no negative acknowledgement: the connection ends without any.
		if out, err := n.mosquitto("mosquitto_pub", append(args, "-q", "1", "-m", `{"text":"a"}`)...); err == nil {
			t.Errorf("%s was acknowledged on a full disk: %s", what, out)
		}
	}
	if out, err := n.run(tool(t, "venv/bin/aws"), "timestream-write", "create-table", "--database-name", "plant", "--table-name", "more"); err == nil || !strings.Contains(out, "full") {
		t.Errorf("a table on a full disk: %v, %s", err, out)
	}
	n.expectRows("on the full disk", acknowledged)

	if err := os.Remove(junk); err != nil {
		t.Fatal(err)
	}
	if code, text := n.get("/healthz"); code != http.StatusOK {
		t.Errorf("with room again healthz says %d %q", code, text)
	}
	if err := n.writeLarge(acknowledged); err != nil {
		t.Errorf("with room again: %v", err)
	}
	acknowledged += 100
	n.publish("queue", "after")
	n.expectRows("with room again", acknowledged)

	fill(t, junk)
	n.kill()
	cmd := disk.command(binary(t), "serve", "--data", disk.dir+"/data", "--http", "127.0.0.1:0", "--https", "off", "--mqtt", "off", "--mqtt-tls", "off")
	cmd.Env = cleanEnv()
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "bytes left") && !strings.Contains(string(out), "space") {
		t.Errorf("a start on a full disk: %v, %s; want a refusal that names the space", err, out)
	}
	if err := os.Remove(junk); err != nil {
		t.Fatal(err)
	}
	n.start()
	n.expectRows("killed on a full disk and started with room", acknowledged)
	if out, err := n.mosquitto("mosquitto_sub", "-c", "-i", "offline", "-q", "1", "-t", "queue", "-C", "2", "-W", "60"); err != nil || out != "kept\nafter\n" {
		t.Errorf("the queue delivers %q (%v), want what was acknowledged: kept, after", out, err)
	}
}

// expectFull wants a refusal by InternalServerException, status 503, that names the disk:
// SDKs try it again.
func (n *node) expectFull(when string, err error) {
	n.t.Helper()
	var answer *smithyhttp.ResponseError
	var internal *writetypes.InternalServerException
	if !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusServiceUnavailable || !errors.As(err, &internal) || !strings.Contains(err.Error(), "disk") {
		n.t.Fatalf("%s WriteRecords says %v, want 503 and the disk\n%s", when, err, n.log)
	}
}

// expectRows wants so many rows, each once.
func (n *node) expectRows(when string, want int) {
	n.t.Helper()
	got := n.rows(n.t.Context(), `SELECT count(*), count(DISTINCT seq) FROM plant.sensors`)[0]
	if got[0] != strconv.Itoa(want) || got[1] != got[0] {
		n.t.Fatalf("%s there are %s rows, %s different, want the %d acknowledged\n%s", when, got[0], got[1], want, n.log)
	}
}

// TestReadOnlyDirectory starts the server on a file system that it may only read.
func TestReadOnlyDirectory(t *testing.T) {
	disk := smallDisk(t, "1m,ro")
	for _, dir := range []string{disk.dir, filepath.Join(disk.dir, "new")} {
		cmd := disk.command(binary(t), "serve", "--data", dir, "--http", "127.0.0.1:0", "--https", "off", "--mqtt", "off", "--mqtt-tls", "off")
		cmd.Env = cleanEnv()
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); err == nil || code != 1 || !strings.Contains(string(out), dir) || !strings.Contains(string(out), "read-only file system") {
			t.Errorf("serve on %s: exit code %d, %s; want 1 with the directory and why", dir, code, out)
		}
	}
}
