package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// benchNode is a server in this process, so that a profile shows both sides.
type benchNode struct {
	b     *testing.B
	s     *Server
	creds aws.Credentials
}

func startBench(b *testing.B) *benchNode {
	b.Helper()
	cfg := local(b)
	s, err := Open(b.Context(), cfg, Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		s.Close()
	})
	text, err := os.ReadFile(s.path(RootKeyFile))
	if err != nil {
		b.Fatal(err)
	}
	var key struct{ AccessKeyID, SecretAccessKey string }
	if err := json.Unmarshal(text, &key); err != nil {
		b.Fatal(err)
	}
	return &benchNode{b: b, s: s, creds: aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}}
}

func (n *benchNode) call(client *http.Client, operation string, body []byte) {
	req, err := http.NewRequest(http.MethodPost, "http://"+n.s.Addresses().HTTP+"/", bytes.NewReader(body))
	if err != nil {
		n.b.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "Timestream_20181101."+operation)
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(context.Background(), n.creds, req, hex.EncodeToString(sum[:]), "timestream", "us-east-1", time.Now()); err != nil {
		n.b.Error(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		n.b.Error(err)
		return
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		n.b.Errorf("%s: %s: %s", operation, resp.Status, answer)
	}
}

// BenchmarkWriteRecords is the write path from the socket to the disk and back: four
// connections, 100 records of ten dimensions and ten measures each.
func BenchmarkWriteRecords(b *testing.B) {
	n := startBench(b)
	n.call(http.DefaultClient, "CreateDatabase", []byte(`{"DatabaseName":"bench"}`))
	n.call(http.DefaultClient, "CreateTable", []byte(`{"DatabaseName":"bench","TableName":"cpu","RetentionProperties":{"MemoryStoreRetentionPeriodInHours":8766,"MagneticStoreRetentionPeriodInDays":365}}`))
	start := time.Now().Add(-24 * time.Hour).UnixMilli()
	var connection, bodySize atomic.Int64
	b.SetParallelism(2) // times GOMAXPROCS, which is two where this is measured
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c := connection.Add(1)
		client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
		var body []byte
		for step := int64(0); pb.Next(); step++ {
			body = appendRecords(body[:0], c, start+step*1000)
			bodySize.Store(int64(len(body)))
			n.call(client, "WriteRecords", body)
		}
	})
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "rows/s")
	b.SetBytes(bodySize.Load())
}

func appendRecords(b []byte, connection, at int64) []byte {
	b = fmt.Appendf(b, `{"DatabaseName":"bench","TableName":"cpu","CommonAttributes":{"MeasureName":"cpu","MeasureValueType":"MULTI","Time":"%d"},"Records":[`, at)
	for i := range 100 {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"Dimensions":[{"Name":"hostname","Value":"host_%d_%d"}`, connection, i)
		for d := range 9 {
			b = append(append(b, `,{"Name":"tag`...), byte('0'+d))
			b = append(b, `","Value":"some value"}`...)
		}
		b = append(b, `],"MeasureValues":[`...)
		for m := range 10 {
			if m > 0 {
				b = append(b, ',')
			}
			b = append(append(b, `{"Name":"usage_`...), byte('0'+m))
			b = append(b, `","Value":"`...)
			b = strconv.AppendInt(b, (at/1000+int64(m*i))%100, 10)
			b = append(b, `","Type":"BIGINT"}`...)
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...)
}
