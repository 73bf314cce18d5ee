package objects

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidemark/fault"
)

// stand is a store under test and how to look at what it keeps.
type stand struct {
	Store
	read func(bucket, key string) ([]byte, bool)
	left func() int // unfinished objects that take room
}

func openDir(t *testing.T, opt Options) (stand, string) {
	t.Helper()
	dir := t.TempDir()
	store, err := Open(t.Context(), Location{Dir: dir}, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	read := func(bucket, key string) ([]byte, bool) {
		data, err := os.ReadFile(filepath.Join(dir, bucket, filepath.FromSlash(key)))
		return data, err == nil
	}
	left := func() int {
		entries, _ := os.ReadDir(filepath.Join(dir, uploads))
		return len(entries)
	}
	return stand{store, read, left}, dir
}

func openFake(t *testing.T) (stand, *fakeS3) {
	t.Helper()
	f, server := newFakeS3(t)
	store, err := Open(t.Context(), Location{S3: &Service{Endpoint: server.URL, PathStyle: true}}, Options{Region: "us-east-1", TempDir: filepath.Join(t.TempDir(), "new")})
	if err != nil {
		t.Fatal(err)
	}
	read := func(bucket, key string) ([]byte, bool) {
		f.mu.Lock()
		defer f.mu.Unlock()
		data, ok := f.objects[bucket+"/"+key]
		return data, ok
	}
	return stand{store, read, func() int { return len(f.uploads) }}, f
}

// Every store keeps this contract.
func TestStores(t *testing.T) {
	stores := map[string]func(t *testing.T) stand{
		"directory": func(t *testing.T) stand { s, _ := openDir(t, Options{}); return s },
		"service":   func(t *testing.T) stand { s, _ := openFake(t); return s },
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Run("commit", func(t *testing.T) { checkCommit(t, open(t)) })
			t.Run("abort", func(t *testing.T) { checkAbort(t, open(t)) })
			t.Run("cancel", func(t *testing.T) { checkCancel(t, open(t)) })
			t.Run("names", func(t *testing.T) { checkBadNames(t, open(t)) })
		})
	}
}

// sizes are of objects of no part, of one, of exactly two and of more.
var sizes = []int{0, 5, partSize, 2 * partSize, 2*partSize + 7}

func checkCommit(t *testing.T, s stand) {
	target := Target{Bucket: "there", Key: "a b/c=1/ü.csv", ContentType: "text/csv"}
	for _, size := range sizes {
		data := bytes.Repeat([]byte("0123456789abcde"), size/15+1)[:size]
		o := begin(t, s, target)
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 1<<20+3)
			if _, err := o.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := errors.Join(o.Commit(t.Context()), o.Abort(), o.Abort()); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got, ok := s.read(target.Bucket, target.Key); !ok || !bytes.Equal(got, data) {
			t.Errorf("an object of %d bytes has %d bytes (%v) or others", size, len(got), ok)
		}
	}
	if n := s.left(); n != 0 {
		t.Errorf("%d unfinished objects remain", n)
	}
	if err := errors.Join(s.Remove(t.Context(), target), s.Remove(t.Context(), target)); err != nil {
		t.Errorf("Remove twice = %v, want nil", err)
	}
	if _, ok := s.read(target.Bucket, target.Key); ok {
		t.Error("a removed object is still there")
	}
}

func begin(t *testing.T, s Store, target Target) Object {
	t.Helper()
	if err := s.Check(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	o, err := s.Create(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func checkAbort(t *testing.T, s stand) {
	target := Target{Bucket: "there", Key: "x"}
	o := begin(t, s, target)
	if _, err := o.Write(make([]byte, partSize+1)); err != nil {
		t.Fatal(err)
	}
	if s.left() != 1 {
		t.Errorf("%d unfinished objects while one is written, want 1", s.left())
	}
	if err := errors.Join(o.Abort(), o.Abort()); err != nil {
		t.Errorf("Abort twice = %v, want nil", err)
	}
	if _, ok := s.read("there", "x"); ok || s.left() != 0 {
		t.Errorf("after Abort the object is there: %v, and %d unfinished; want neither", ok, s.left())
	}
}

// Who ends the context of Create ends the writes, and can give the object up after that.
func checkCancel(t *testing.T, s stand) {
	ctx, cancel := context.WithCancel(t.Context())
	o, err := s.Create(ctx, Target{Bucket: "there", Key: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Write(make([]byte, partSize+1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := o.Write(make([]byte, partSize+1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Write after the end of its context = %v, want %v", err, context.Canceled)
	}
	if err := o.Abort(); err != nil || s.left() != 0 {
		t.Errorf("Abort = %v, %d unfinished objects; want nil and none", err, s.left())
	}
}

func checkBadNames(t *testing.T, s stand) {
	for _, target := range []Target{
		{Bucket: "", Key: "k"}, {Bucket: "ab", Key: "k"}, {Bucket: "..", Key: "k"}, {Bucket: ".uploads", Key: "k"}, {Bucket: "a/b", Key: "k"},
		{Bucket: "Upper", Key: "k"}, {Bucket: "under_score", Key: "k"}, {Bucket: "a..b", Key: "k"}, {Bucket: "-ab", Key: "k"}, {Bucket: "ab-", Key: "k"},
		{Bucket: "10.0.0.1", Key: "k"}, {Bucket: strings.Repeat("b", 64), Key: "k"}, {Bucket: "nul\x00bucket", Key: "k"},
		{Bucket: "there", Key: ""}, {Bucket: "there", Key: strings.Repeat("k", 1025)}, {Bucket: "there", Key: "\xff"},
	} {
		if err := s.Check(t.Context(), target); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Check(%q) = %v, want a fault of the kind invalid", target.URL(), err)
		}
		if o, err := s.Create(t.Context(), target); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Create(%q) = %v, %v, want a fault of the kind invalid", target.URL(), o, err)
		}
	}
}

func TestDirectoryRefusesPaths(t *testing.T) {
	s, dir := openDir(t, Options{})
	for _, key := range []string{"/abs", "a//b", "a/", ".", "..", "../x", "a/../../x", "a/./b", "nul\x00", strings.Repeat("s", 256), "a/" + strings.Repeat("é", 128)} {
		if err := s.Check(t.Context(), Target{Bucket: "there", Key: key}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Check(%q) = %v, want a fault of the kind invalid", key, err)
		}
	}
	if err := s.Check(t.Context(), Target{Bucket: "there", Key: "k", KMS: true}); err == nil || !strings.Contains(err.Error(), "SSE_KMS") {
		t.Errorf("a directory takes SSE_KMS: %v", err)
	}
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	o := begin(t, s, Target{Bucket: "linked", Key: "a/b"})
	if err := o.Commit(t.Context()); err == nil {
		t.Error("a symbolic link leads out of the directory")
	}
	o.Abort()
	if entries, _ := os.ReadDir(outside); len(entries) != 0 || s.left() != 0 {
		t.Errorf("%v was written outside, %d left", entries, s.left())
	}
}

func TestDirectoryConflict(t *testing.T) {
	s, _ := openDir(t, Options{})
	for _, c := range []struct{ first, second string }{{"a", "a/b"}, {"c/d", "c"}} {
		if err := begin(t, s, Target{Bucket: "there", Key: c.first}).Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		o := begin(t, s, Target{Bucket: "there", Key: c.second})
		if err := o.Commit(t.Context()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s after %s: %v, want a fault of the kind conflict", c.second, c.first, err)
		}
		if err := o.Abort(); err != nil {
			t.Error(err)
		}
	}
}

// What a killed process left is removed: at once from a directory of one's own, after a
// day from another.
func TestDirectoryClears(t *testing.T) {
	for _, c := range []struct {
		name      string
		exclusive bool
		age       time.Duration
		want      int
	}{{"own", true, 0, 0}, {"shared, young", false, 0, 1}, {"shared, old", false, 25 * time.Hour, 0}} {
		s, dir := openDir(t, Options{})
		if _, err := s.Create(t.Context(), Target{Bucket: "there", Key: "x"}); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, uploads, "*"))
		if err := os.Chtimes(files[0], time.Time{}, time.Now().Add(-c.age)); err != nil {
			t.Fatal(err)
		}
		again, err := Open(t.Context(), Location{Dir: dir}, Options{Exclusive: c.exclusive})
		if err != nil || s.left() != c.want {
			t.Errorf("%s: %d unfinished objects remain (%v), want %d", c.name, s.left(), err, c.want)
		}
		again.Close()
	}
}

func TestServiceFaults(t *testing.T) {
	s, f := openFake(t)
	if err := s.Check(t.Context(), Target{Bucket: "nowhere", Key: "k"}); fault.KindOf(err) != fault.NotFound || err.Error() != `the bucket "nowhere" does not exist` {
		t.Errorf("Check of a bucket that is not there = %v", err)
	}
	denied := Target{Bucket: "denied", Key: "k"} // may pass: to ask for a bucket is another permission than to write
	if err := s.Check(t.Context(), denied); err != nil {
		t.Errorf("Check(denied) = %v, want nil", err)
	}
	if err := begin(t, s, denied).Commit(t.Context()); fault.KindOf(err) != fault.Denied {
		t.Errorf("Commit to a bucket that may not be written = %v, want denied", err)
	}
	f.fail = func(r *http.Request) int {
		if r.URL.Query().Get("partNumber") == "2" {
			return 500
		}
		return 0
	}
	o := begin(t, s, Target{Bucket: "there", Key: "k"})
	if _, err := o.Write(make([]byte, partSize+1)); err != nil {
		t.Fatal(err)
	}
	if err := o.Commit(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Commit with a part that fails = %v, want unavailable", err)
	}
	if err := o.Abort(); err != nil || s.left() != 0 {
		t.Errorf("Abort = %v, %d open uploads, want none", err, s.left())
	}
}

func TestEncryptionHeaders(t *testing.T) {
	s, f := openFake(t)
	for _, c := range []struct {
		target    Target
		algorithm string
		key       string
	}{
		{Target{Bucket: "there", Key: "plain"}, "", ""},
		{Target{Bucket: "there", Key: "kms", KMS: true}, "aws:kms", ""},
		{Target{Bucket: "there", Key: "own", KMS: true, KMSKey: "arn:k"}, "aws:kms", "arn:k"},
	} {
		for _, size := range []int{1, partSize + 1} {
			o := begin(t, s, c.target)
			o.Write(make([]byte, size))
			if err := o.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			h := f.headers["there/"+c.target.Key]
			algorithm, key := h.Get("X-Amz-Server-Side-Encryption"), h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")
			if algorithm != c.algorithm || key != c.key {
				t.Errorf("%s, %d bytes: encryption %q with key %q, want %q with %q", c.target.Key, size, algorithm, key, c.algorithm, c.key)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Location
	}{
		{"off", Location{}},
		{"/var/exports", Location{Dir: "/var/exports"}},
		{"s3dir", Location{Dir: "s3dir"}},
		{"s3://", Location{S3: &Service{}}},
		{"s3://?region=eu-west-1", Location{S3: &Service{Region: "eu-west-1"}}},
		{"s3://?endpoint=http://127.0.0.1:9000", Location{S3: &Service{Endpoint: "http://127.0.0.1:9000", PathStyle: true}}},
		{"s3://?endpoint=https://s3.example&path-style=false", Location{S3: &Service{Endpoint: "https://s3.example"}}},
	} {
		got, err := Parse(c.text)
		same := got.Dir == c.want.Dir && (got.S3 == nil) == (c.want.S3 == nil) && (got.S3 == nil || *got.S3 == *c.want.S3)
		if err != nil || !same {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"", "s3:x", "s3://bucket", "s3://?bucket=x", "s3://?endpoint=host:1", "s3://?path-style=maybe", "s3://?region=a&region=b", "s3://u:p@/"} {
		if got, err := Parse(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Parse(%q) = %+v, %v, want a fault of the kind invalid", text, got, err)
		}
	}
	if _, err := Open(t.Context(), Location{}, Options{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Open of nothing = %v, want a fault of the kind invalid", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(t.Context(), Location{Dir: file}, Options{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Open of a file = %v, want a fault of the kind invalid", err)
	}
}

func TestDiskFaults(t *testing.T) {
	for _, c := range []struct {
		err  error
		want fault.Kind
	}{
		{&fs.PathError{Op: "write", Path: "secret", Err: syscall.ENOSPC}, fault.Unavailable},
		{&fs.PathError{Op: "open", Path: "secret", Err: fs.ErrPermission}, fault.Denied},
		{errors.New("odd"), fault.Internal},
	} {
		err := diskFault(Target{Bucket: "b", Key: "k"}, c.err)
		if fault.KindOf(err) != c.want || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "s3://b/k") {
			t.Errorf("%v becomes %v of the kind %v, want %v with the object's name and no path", c.err, err, fault.KindOf(err), c.want)
		}
	}
}

// A directory leaves the reserve of its disk alone.
func TestReserve(t *testing.T) {
	for _, c := range []struct {
		reserve uint64
		want    error
	}{{1, nil}, {math.MaxUint64, fault.New(fault.Unavailable, "")}} {
		s, _ := openDir(t, Options{Reserve: c.reserve})
		o, err := s.Create(t.Context(), Target{Bucket: "bucket", Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Write([]byte("x"))
		if (err == nil) != (c.want == nil) || err != nil && (fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "reserve")) {
			t.Errorf("with a reserve of %d: Write = %v, want %v", c.reserve, err, c.want)
		}
		if err := o.Abort(); err != nil || s.left() != 0 {
			t.Errorf("Abort = %v, %d files left", err, s.left())
		}
	}
}

func TestParseFolder(t *testing.T) {
	for _, c := range []struct{ text, bucket, prefix string }{
		{"s3://tables", "tables", ""}, {"s3://tables/", "tables", ""}, {"s3://tables/a/b?endpoint=http://x:1", "tables", "a/b"},
		{"s3://tables/a/?region=eu-west-1", "tables", "a"},
	} {
		loc, bucket, prefix, err := ParseFolder(c.text)
		if err != nil || loc.S3 == nil || bucket != c.bucket || prefix != c.prefix {
			t.Errorf("ParseFolder(%q) = %+v, %q, %q, %v; want %q and %q", c.text, loc, bucket, prefix, err, c.bucket, c.prefix)
		}
	}
	if loc, _, _, _ := ParseFolder("s3://tables/a?endpoint=http://x:1"); loc.S3 == nil || loc.S3.Endpoint != "http://x:1" || !loc.S3.PathStyle {
		t.Errorf("ParseFolder lost the endpoint: %+v", loc.S3)
	}
	for _, text := range []string{"", "tables", "/dir", "s3://", "s3://?endpoint=http://x:1", "s3:///a", "s3://Tables/a", "s3://tables//a", "s3://tables/a//", "s3://tables?x=1"} {
		if _, _, _, err := ParseFolder(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ParseFolder(%q) = %v, want an Invalid", text, err)
		}
	}
}
