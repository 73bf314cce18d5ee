package timestream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/identity"
	"tidemark/tsdb"
)

// BenchmarkWriteRecords is the whole door without the network and the store: route,
// signature, body, decoding, answer.
func BenchmarkWriteRecords(b *testing.B) {
	m := newMemory()
	m.tables[tsdb.TableRef{Database: "benchmark", Table: "cpu"}] = tsdb.Table{}
	s, err := New(Options{Store: discard{m}, Queries: m, Region: "us-east-1", Account: "000000000000"})
	if err != nil {
		b.Fatal(err)
	}
	v, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring(apitest.Key()), Region: "us-east-1"})
	if err != nil {
		b.Fatal(err)
	}
	server, err := api.New(api.Options{Services: []api.Service{s.Service()}, Verifier: v})
	if err != nil {
		b.Fatal(err)
	}
	body := benchBody(100, 10)
	header := signedHeader(b, body)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "http://localhost:7420/", strings.NewReader(body))
		r.Header = header
		w := httptest.NewRecorder()
		if server.ServeHTTP(w, r); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func signedHeader(b *testing.B, body string) http.Header {
	r := httptest.NewRequest("POST", "http://localhost:7420/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Timestream_20181101.WriteRecords")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: apitest.Key().ID, SecretAccessKey: apitest.Key().Secret}
	if err := v4.NewSigner().SignHTTP(b.Context(), creds, r, hex.EncodeToString(sum[:]), "timestream", "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	return r.Header
}

// discard is a store that keeps nothing of what is written.
type discard struct{ *memory }

func (discard) Write(_ context.Context, _ tsdb.TableRef, recs []tsdb.Record) (tsdb.Ingested, error) {
	return tsdb.Ingested{Total: len(recs), Memory: len(recs)}, nil
}
