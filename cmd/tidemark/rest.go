package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxAnswer bounds the body of an answer.
const maxAnswer = 64 << 20

// call sends a signed request to an operation of Tidemark's own and decodes the answer
// into out. In is the body as JSON; nil sends none. An error of the server is its message.
func (r *running) call(ctx context.Context, method, path string, in, out any) error {
	req, err := r.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	trust, err := r.trust()
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("the server of %s does not answer (is `tidemark serve` running?): %w", r.dir, err)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return answerError(resp, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

// request is signed with the root key for the service name that is Tidemark's own.
func (r *running) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	endpoint, err := r.endpoint()
	if err != nil {
		return nil, err
	}
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: r.key.ID, SecretAccessKey: r.key.Secret}
	return req, v4.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), "tidemark", r.region, time.Now())
}

// answerError is what the server said, or its status where it said nothing.
func answerError(resp *http.Response, body []byte) error {
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said) == nil && said.Message != "" {
		return errors.New(said.Message)
	}
	return fmt.Errorf("the server answered %s", resp.Status)
}
