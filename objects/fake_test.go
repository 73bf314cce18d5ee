package objects

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeS3 is a service with path-style addresses and the operations that uploads need
// (S3 API reference). Its buckets are "there" and "denied", which may not be written.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte         // by bucket/key
	headers map[string]http.Header    // of what made them
	uploads map[string]map[int][]byte // open, by id
	begun   map[string]http.Header    // headers of open uploads
	fail    func(r *http.Request) int // a status instead of an answer, or 0
}

func newFakeS3(t *testing.T) (*fakeS3, *httptest.Server) {
	f := &fakeS3{objects: map[string][]byte{}, headers: map[string]http.Header{}, uploads: map[string]map[int][]byte{}, begun: map[string]http.Header{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	return f, server
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	bucket, _, _ := strings.Cut(name, "/")
	q := r.URL.Query()
	if f.fail != nil {
		if status := f.fail(r); status != 0 {
			refuse(w, status, "Broken")
			return
		}
	}
	switch {
	case bucket == "denied":
		refuse(w, http.StatusForbidden, "AccessDenied")
	case bucket != "there":
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodHead:
	case r.Method == http.MethodPost && q.Has("uploads"):
		id := rand.Text()
		f.uploads[id], f.begun[id] = map[int][]byte{}, r.Header
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case r.Method == http.MethodPut && q.Has("uploadId"):
		n, _ := strconv.Atoi(q.Get("partNumber"))
		f.uploads[q.Get("uploadId")][n] = body
		w.Header().Set("ETag", fmt.Sprintf("%q", "part"+strconv.Itoa(n)))
	case r.Method == http.MethodPost && q.Has("uploadId"):
		f.complete(w, name, q.Get("uploadId"), body)
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		delete(f.uploads, q.Get("uploadId"))
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPut && r.Header.Get("If-None-Match") == "*" && f.objects[name] != nil:
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
	case r.Method == http.MethodGet && q.Has("list-type"):
		f.list(w, bucket, q)
	case r.Method == http.MethodGet && f.objects[name] == nil:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	case r.Method == http.MethodGet:
		w.Write(f.objects[name])
	case r.Method == http.MethodPut:
		f.objects[name], f.headers[name] = body, r.Header
	case r.Method == http.MethodDelete:
		delete(f.objects, name)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

// complete puts the named parts together.
func (f *fakeS3) complete(w http.ResponseWriter, name, id string, body []byte) {
	var list struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if err := xml.Unmarshal(body, &list); err != nil || len(list.Part) != len(f.uploads[id]) {
		refuse(w, http.StatusBadRequest, "InvalidPart")
		return
	}
	var whole []byte
	for i, p := range list.Part {
		if p.PartNumber != i+1 || strings.Trim(p.ETag, `"`) != "part"+strconv.Itoa(i+1) {
			refuse(w, http.StatusBadRequest, "InvalidPart")
			return
		}
		whole = slices.Concat(whole, f.uploads[id][i+1])
	}
	f.objects[name], f.headers[name] = whole, f.begun[id]
	delete(f.uploads, id)
	fmt.Fprint(w, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")
}

// list answers ListObjectsV2 with two entries a page.
func (f *fakeS3) list(w http.ResponseWriter, bucket string, q url.Values) {
	prefix, after, folders := bucket+"/"+q.Get("prefix"), q.Get("continuation-token"), map[string]bool{}
	var keys []string
	for name := range f.objects {
		rest, ok := strings.CutPrefix(name, prefix)
		if at := strings.Index(rest, "/"); ok && at >= 0 && q.Get("delimiter") == "/" {
			rest = rest[:at+1]
			folders[rest] = true
		}
		if key := strings.TrimPrefix(prefix+rest, bucket+"/"); ok && key > after && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	more := len(keys) > 2
	keys = keys[:min(2, len(keys))]
	fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%v</IsTruncated>", more)
	for _, key := range keys {
		if folders[strings.TrimPrefix(bucket+"/"+key, prefix)] {
			fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", key)
		} else {
			fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>%d</Size></Contents>", key, len(f.objects[bucket+"/"+key]))
		}
	}
	if more {
		fmt.Fprintf(w, "<NextContinuationToken>%s</NextContinuationToken>", keys[1])
	}
	fmt.Fprint(w, "</ListBucketResult>")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}
