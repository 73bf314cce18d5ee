package objects

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// partSize is how much goes to the service at once. 10,000 parts, S3's most, hold the
// largest file of an UNLOAD twice.
const partSize = 16 << 20

// upload is an object on its way to a service. Its parts wait in a file without a name,
// so that a hundred of them at once take no memory and a part can be sent again.
type upload struct {
	s      *service
	target Target
	ctx    context.Context // of Create
	part   *os.File        // nil after the end
	size   int64           // of the part
	id     *string         // of the upload in parts; nil before the second part
	parts  []types.CompletedPart
}

func newUpload(ctx context.Context, s *service, t Target) (*upload, error) {
	if err := os.MkdirAll(s.tempDir, 0o700); err != nil {
		return nil, diskFault(t, err)
	}
	f, err := os.CreateTemp(s.tempDir, "part-*")
	if err != nil {
		return nil, diskFault(t, err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(diskFault(t, err), f.Close())
	}
	return &upload{s: s, target: t, ctx: ctx, part: f}, nil
}

// Write appends to the object and sends parts as they fill.
func (u *upload) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		if u.size == partSize {
			if err := u.send(u.ctx); err != nil {
				return written, err
			}
		}
		n, err := u.part.Write(p[:min(int64(len(p)), partSize-u.size)])
		written, u.size, p = written+n, u.size+int64(n), p[n:]
		if err != nil {
			return written, diskFault(u.target, err)
		}
	}
	return written, nil
}

// body reads the part from its beginning.
func (u *upload) body() io.ReadSeeker { return io.NewSectionReader(u.part, 0, u.size) }

// send sends what is there as one part and begins the next.
func (u *upload) send(ctx context.Context) error {
	if u.id == nil {
		if err := u.begin(ctx); err != nil {
			return err
		}
	}
	number := aws.Int32(int32(len(u.parts) + 1))
	out, err := u.s.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.target.Bucket, Key: &u.target.Key, UploadId: u.id, PartNumber: number, Body: u.body(), ContentLength: &u.size,
	})
	if err != nil {
		return serviceFault(u.target, err)
	}
	u.parts = append(u.parts, types.CompletedPart{PartNumber: number, ETag: out.ETag})
	u.size = 0
	if _, err := u.part.Seek(0, io.SeekStart); err != nil {
		return diskFault(u.target, err)
	}
	return nil
}

// begin tells the service of an object in parts.
func (u *upload) begin(ctx context.Context) error {
	in := &s3.CreateMultipartUploadInput{Bucket: &u.target.Bucket, Key: &u.target.Key, ContentType: &u.target.ContentType}
	in.ServerSideEncryption, in.SSEKMSKeyId = u.s.encryption(u.target)
	out, err := u.s.client.CreateMultipartUpload(ctx, in)
	if err != nil {
		return serviceFault(u.target, err)
	}
	u.id = out.UploadId
	return nil
}

// Commit sends the rest and makes the object whole.
func (u *upload) Commit(ctx context.Context) error {
	var err error
	if u.id == nil {
		err = u.put(ctx)
	} else if err = u.send(ctx); err == nil {
		_, err = u.s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &u.target.Bucket, Key: &u.target.Key, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts},
			IfNoneMatch: u.target.condition(),
		})
		err = serviceFault(u.target, err)
	}
	if err != nil {
		return err
	}
	u.id = nil
	return u.Abort() // of which only the file is left
}

// put sends an object that is a single part.
func (u *upload) put(ctx context.Context) error {
	in := &s3.PutObjectInput{
		Bucket: &u.target.Bucket, Key: &u.target.Key, Body: u.body(), ContentLength: &u.size, ContentType: &u.target.ContentType,
	}
	in.ServerSideEncryption, in.SSEKMSKeyId = u.s.encryption(u.target)
	in.IfNoneMatch = u.target.condition()
	_, err := u.s.client.PutObject(ctx, in)
	return serviceFault(u.target, err)
}

// condition is the header for Target.New.
func (t Target) condition() *string {
	if !t.New {
		return nil
	}
	return aws.String("*")
}

// Abort lets go of the part, and makes the service forget the others, also when the
// context of Create has ended.
func (u *upload) Abort() error {
	if u.part == nil {
		return nil
	}
	err := u.part.Close()
	u.part = nil
	if u.id == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), giveUpIn)
	defer cancel()
	_, sent := u.s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.target.Bucket, Key: &u.target.Key, UploadId: u.id})
	u.id = nil
	return errors.Join(err, serviceFault(u.target, sent))
}
