package objects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"tidemark/fault"
)

// service keeps objects in an S3 service.
type service struct {
	client  *s3.Client
	own     bool   // AWS itself, which takes every header
	tempDir string // of parts
}

func openService(ctx context.Context, at Service, opt Options) (*service, error) {
	region := at.Region
	if region == "" {
		region = opt.Region
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return nil, fmt.Errorf("find the settings of AWS clients: %w", err)
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = at.PathStyle
		if at.Endpoint == "" {
			return
		}
		o.BaseEndpoint = aws.String(at.Endpoint)
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired // others know no newer ones
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return &service{client: client, own: at.Endpoint == "", tempDir: cmp.Or(opt.TempDir, os.TempDir())}, nil
}

// Check looks whether the bucket is there. Who may write it but not ask for it passes.
func (s *service) Check(ctx context.Context, t Target) error {
	if err := checkNames(t); err != nil {
		return err
	}
	_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &t.Bucket})
	if fault.KindOf(serviceFault(t, err)) == fault.Denied {
		return nil
	}
	return serviceFault(t, err)
}

// Create begins an object, of which the service knows nothing before its first part.
func (s *service) Create(ctx context.Context, t Target) (Object, error) {
	if err := checkNames(t); err != nil {
		return nil, err
	}
	return newUpload(ctx, s, t)
}

// Remove deletes an object.
func (s *service) Remove(ctx context.Context, t Target) error {
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &t.Bucket, Key: &t.Key})
	return serviceFault(t, err)
}

// Close does nothing: the client holds only idle connections.
func (s *service) Close() error { return nil }

// encryption are the headers that ask for it. Other services than AWS encrypt with their own
// keys or do not, as they are set up: many refuse a request that says AES256.
func (s *service) encryption(t Target) (types.ServerSideEncryption, *string) {
	switch {
	case t.KMS && t.KMSKey != "":
		return types.ServerSideEncryptionAwsKms, &t.KMSKey
	case t.KMS:
		return types.ServerSideEncryptionAwsKms, nil
	case s.own:
		return types.ServerSideEncryptionAes256, nil
	}
	return "", nil
}

// serviceFault classifies what a service says; nil stays nil.
func serviceFault(t Target, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	text := err.Error()
	if said, ok := errors.AsType[smithy.APIError](err); ok {
		text = said.ErrorCode() + ": " + said.ErrorMessage()
	}
	status := 0
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status = answer.HTTPStatusCode()
	}
	switch {
	case status == http.StatusNotFound:
		return fault.New(fault.NotFound, "the bucket %q does not exist", t.Bucket)
	case status == http.StatusPreconditionFailed || status == http.StatusConflict && t.New:
		return fault.New(fault.Conflict, "%s is there already: %s", clip(t.URL()), clip(text))
	case status == http.StatusMovedPermanently || status == http.StatusTemporaryRedirect:
		return fault.New(fault.Invalid, "the bucket %q is in another region", t.Bucket)
	case status == http.StatusForbidden:
		return fault.New(fault.Denied, "the bucket %q may not be written: %s", t.Bucket, clip(text))
	case status >= 400 && status < 500:
		return fault.New(fault.Invalid, "%s is refused: %s", clip(t.URL()), clip(text))
	}
	return fault.Wrap(fault.Unavailable, fmt.Errorf("write %s: %w", clip(t.URL()), err))
}

// giveUpIn is how long an Abort tries to reach the service.
const giveUpIn = 30 * time.Second
