package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// caller makes signed calls over one connection, without the cost of an SDK.
type caller struct {
	n      *node
	client *http.Client
	signer *v4.Signer
	creds  aws.Credentials
}

func (n *node) caller() *caller {
	return &caller{
		n: n, signer: v4.NewSigner(),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1, DisableCompression: true}},
		creds:  aws.Credentials{AccessKeyID: n.key.ID, SecretAccessKey: n.key.Secret},
	}
}

// call sends a JSON body to an operation and returns the answer's body.
func (c *caller) call(ctx context.Context, operation string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.n.addrs.HTTP+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "Timestream_20181101."+operation)
	return c.send(ctx, req, body, "timestream")
}

func (c *caller) send(ctx context.Context, req *http.Request, body []byte, service string) ([]byte, error) {
	sum := sha256.Sum256(body)
	if err := c.signer.SignHTTP(ctx, c.creds, req, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return answer, nil
}

// createTable makes a table whose memory store holds a year.
func (c *caller) createTable(ctx context.Context, database, table string) error {
	if _, err := c.call(ctx, "CreateDatabase", fmt.Appendf(nil, `{"DatabaseName":%q}`, database)); err != nil {
		return err
	}
	_, err := c.call(ctx, "CreateTable", fmt.Appendf(nil, `{"DatabaseName":%q,"TableName":%q,"RetentionProperties":{"MemoryStoreRetentionPeriodInHours":8766,"MagneticStoreRetentionPeriodInDays":365}}`, database, table))
	return err
}

// createRule makes a topic rule that writes into a table, by device.
func (c *caller) createRule(ctx context.Context, name, sql, database, table string) error {
	// The instant comes from the payload: a device that sends more than one message in a
	// millisecond would otherwise write two rows of one identity.
	body := fmt.Appendf(nil, `{"sql":%q,"awsIotSqlVersion":"2016-03-23","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/bench","databaseName":%q,"tableName":%q,"dimensions":[{"name":"device","value":"${device}"}],"timestamp":{"value":"${ts}","unit":"NANOSECONDS"}}}]}`, sql, database, table)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.n.addrs.HTTP+"/rules/"+name, bytes.NewReader(body))
	if err != nil {
		return err
	}
	_, err = c.send(ctx, req, body, "iot")
	return err
}

// page is what a bench needs of a Query answer.
type page struct {
	Rows []struct {
		Data []struct{ ScalarValue string }
	}
	NextToken string
}

// query runs a statement to its last page and returns the scalar texts.
func (c *caller) query(ctx context.Context, text string) ([][]string, error) {
	var rows [][]string
	in := map[string]string{"QueryString": text}
	for {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		answer, err := c.call(ctx, "Query", body)
		if err != nil {
			return nil, err
		}
		var p page
		if err := json.Unmarshal(answer, &p); err != nil {
			return nil, err
		}
		for _, r := range p.Rows {
			row := make([]string, len(r.Data))
			for i, d := range r.Data {
				row[i] = d.ScalarValue
			}
			rows = append(rows, row)
		}
		if p.NextToken == "" {
			return rows, nil
		}
		in["NextToken"] = p.NextToken
	}
}
