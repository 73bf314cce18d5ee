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
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/spf13/cobra"

	"tidemark/api/imports"
)

const (
	partBytes  = 8 << 20 // sent at once
	dryBytes   = 1 << 20 // of a file that a dry run sends, but of Parquet all
	partTries  = 100     // of a part that the server has no room for yet
	pollEvery  = 100 * time.Millisecond
	shownLines = 5 // samples of a reason that are printed
)

// upload sends one file.
type upload struct {
	cmd     *cobra.Command
	running *running
	client  *http.Client
	table   string // path
	name    string
	report  *refusedReport

	began time.Time
	shown time.Time
}

// send returns when all records are on disk.
func (u *upload) send() (*imports.GetImportOutput, error) {
	ctx := u.cmd.Context()
	body, err := importRequest(u.cmd, u.name)
	if err != nil {
		return nil, err
	}
	in, size, done, err := openInput(u.cmd, u.name)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := u.dial(); err != nil {
		return nil, err
	}
	defer u.client.CloseIdleConnections()
	u.began = time.Now()
	var begun imports.BeginImportOutput
	if err := u.running.call(ctx, http.MethodPost, u.table+"/imports", body, &begun); err != nil {
		return nil, err
	}
	path := "/tidemark/v1/imports/" + url.PathEscape(begun.ID)
	if body["dryRun"] == true && body["format"] != "parquet" {
		if in, err = beginning(in); err != nil {
			return nil, err
		}
	}
	out, err := u.transfer(ctx, path, in, size)
	if err != nil {
		ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = u.running.call(ended, http.MethodDelete, path, nil, &imports.GetImportOutput{}) // the server ends it by itself otherwise
		return nil, err
	}
	u.finish(out)
	if out.Error != "" {
		return nil, errors.New(out.Error)
	}
	return out, nil
}

// beginning is the first lines of a file.
func beginning(in io.Reader) (io.Reader, error) {
	text, err := io.ReadAll(io.LimitReader(in, dryBytes))
	if end := bytes.LastIndexByte(text, '\n'); len(text) == dryBytes && end >= 0 {
		text = text[:end+1]
	}
	return bytes.NewReader(text), err
}

func (u *upload) dial() error {
	trust, err := u.running.trust()
	u.client = &http.Client{Transport: &http.Transport{TLSClientConfig: trust}}
	return err
}

// transfer sends the parts and waits for the end.
func (u *upload) transfer(ctx context.Context, path string, in io.Reader, size int64) (*imports.GetImportOutput, error) {
	buf := make([]byte, partBytes)
	for offset := int64(0); ; {
		n, err := io.ReadFull(in, buf)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
		if n > 0 {
			if err := u.part(ctx, path, offset, buf[:n]); err != nil {
				return u.ended(ctx, path, err)
			}
			offset += int64(n)
			u.progress(ctx, path, offset, size)
		}
		if err != nil {
			return u.wait(ctx, path, offset)
		}
	}
}

// ended prefers the reason why an import failed over that a part of it was refused.
func (u *upload) ended(ctx context.Context, path string, err error) (*imports.GetImportOutput, error) {
	var out imports.GetImportOutput
	if asked := u.running.call(ctx, http.MethodGet, path, nil, &out); asked == nil && out.Error != "" {
		return &out, nil
	}
	return nil, err
}

// part sends a part until the server takes it.
func (u *upload) part(ctx context.Context, path string, offset int64, part []byte) error {
	sum := sha256.Sum256(part)
	for try := 1; ; try++ {
		busy, err := u.try(ctx, path+"/parts?offset="+strconv.FormatInt(offset, 10), part, hex.EncodeToString(sum[:]))
		if err == nil || !busy || try == partTries || ctx.Err() != nil {
			return err
		}
	}
}

// try sends a part once. Busy says that it may be taken later.
func (u *upload) try(ctx context.Context, path string, part []byte, sum string) (busy bool, err error) {
	endpoint, err := u.running.endpoint()
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, endpoint+path, bytes.NewReader(part))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	creds := aws.Credentials{AccessKeyID: u.running.key.ID, SecretAccessKey: u.running.key.Secret}
	if err := v4.NewSigner().SignHTTP(ctx, creds, req, sum, "tidemark", u.running.region, time.Now()); err != nil {
		return false, err
	}
	resp, err := u.client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil || resp.StatusCode == http.StatusOK {
		return false, err
	}
	return resp.StatusCode == http.StatusTooManyRequests || bytes.Contains(answer, []byte("send this part again")), answerError(resp, answer)
}

// wait asks until the import has ended.
func (u *upload) wait(ctx context.Context, path string, size int64) (*imports.GetImportOutput, error) {
	var out imports.GetImportOutput
	for try := 1; ; try++ {
		err := u.running.call(ctx, http.MethodPost, path+"/finish", nil, &out)
		if err == nil {
			break
		}
		if try == partTries || ctx.Err() != nil || !bytes.Contains([]byte(err.Error()), []byte("send this part again")) {
			return nil, err
		}
	}
	for out.Ended == "" {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pollEvery):
		}
		out = imports.GetImportOutput{}
		if err := u.running.call(ctx, http.MethodGet, path, nil, &out); err != nil {
			return nil, err
		}
		u.print(&out, size, size)
	}
	return &out, nil
}

// progress asks how far the import is, now and then.
func (u *upload) progress(ctx context.Context, path string, sent, size int64) {
	if quiet, _ := u.cmd.Flags().GetBool("quiet"); quiet || time.Since(u.shown) < time.Second {
		return
	}
	var out imports.GetImportOutput
	if err := u.running.call(ctx, http.MethodGet, path, nil, &out); err == nil {
		u.print(&out, sent, size)
	}
}

// print rewrites the line of progress.
func (u *upload) print(out *imports.GetImportOutput, sent, size int64) {
	if quiet, _ := u.cmd.Flags().GetBool("quiet"); quiet || time.Since(u.shown) < time.Second {
		return
	}
	u.shown = time.Now()
	share := ""
	if size > 0 {
		share = fmt.Sprintf(" of %d", size>>20)
	}
	fmt.Fprintf(u.cmd.ErrOrStderr(), "\r%s: %d%s MiB sent, %d rows, %.0f rows/s ", u.name, sent>>20, share, out.Read, float64(out.Read)/time.Since(u.began).Seconds())
}

// finish prints the outcome.
func (u *upload) finish(out *imports.GetImportOutput) {
	if !u.shown.IsZero() {
		fmt.Fprintln(u.cmd.ErrOrStderr())
	}
	w, took := u.cmd.OutOrStdout(), time.Since(u.began)
	if dry, _ := u.cmd.Flags().GetBool("dry-run"); dry {
		printMapping(w, out.Mapping)
		printPreview(w, out.Preview)
		printRefusals(w, out.Refusals)
		return
	}
	fmt.Fprintf(w, "%s: %d rows read, %d records stored (%d of them replaced others), %d refused, in %v (%.0f rows/s)\n",
		u.name, out.Read, out.Stored, out.Replaced, out.Refused, took.Round(time.Millisecond), float64(out.Read)/took.Seconds())
	printRefusals(w, out.Refusals)
	u.report.add(u.name, out.Refusals)
}

// printRefusals prints what was not stored by reason.
func printRefusals(w io.Writer, list []imports.Refusal) {
	for _, r := range list {
		fmt.Fprintf(w, "  %d refused: %s\n", r.Count, r.Reason)
		for i, s := range r.Samples {
			if i == shownLines {
				fmt.Fprintf(w, "    …\n")
				break
			}
			fmt.Fprintf(w, "    line %d: %s\n", s.Line, s.Text)
		}
	}
}

// printMapping says what the columns of a file are.
func printMapping(w io.Writer, m *imports.Mapping) {
	if m == nil {
		return
	}
	fmt.Fprintf(w, "time         %s %s%s\n", m.Time, m.Unit, m.TimeFormat)
	for _, d := range m.Dimensions {
		fmt.Fprintf(w, "dimension    %s\n", columnText(d))
	}
	for _, r := range m.Records {
		name := r.Measure
		if name == "" {
			name = "named by the column " + m.MeasureColumn
		}
		fmt.Fprintf(w, "record       %s\n", name)
		for _, v := range r.Values {
			fmt.Fprintf(w, "  measure    %s\n", columnText(v))
		}
	}
	for _, name := range m.Unused {
		fmt.Fprintf(w, "unused       %s\n", name)
	}
}

func columnText(c imports.Column) string {
	text := c.Source
	if c.Name != c.Source && c.Name != "" {
		text += " as " + c.Name
	}
	if c.Type != "" {
		text += " " + c.Type
	}
	return text
}

// printPreview prints the first records, one name and value a line.
func printPreview(w io.Writer, table [][]string) {
	for n := 1; n < len(table); n++ {
		row := table[n]
		fmt.Fprintf(w, "record %d\n", n)
		for i, value := range row {
			if value != "" {
				fmt.Fprintf(w, "  %s: %s\n", table[0][i], value)
			}
		}
	}
}

// encodeRefused writes refusals as lines of JSON.
func encodeRefused(w io.Writer, file string, list []imports.Refusal) error {
	enc := json.NewEncoder(w)
	for _, r := range list {
		for _, s := range r.Samples {
			if err := enc.Encode(map[string]any{"file": file, "line": s.Line, "reason": r.Reason, "text": s.Text}); err != nil {
				return err
			}
		}
	}
	return nil
}
