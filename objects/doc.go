// Package objects keeps objects by name in buckets: in a directory, or in a service
// that speaks S3.
//
//	loc, err := objects.Parse("s3://?endpoint=http://127.0.0.1:9000")
//	store, err := objects.Open(ctx, loc, objects.Options{Region: "us-east-1"})
//	o, err := store.Create(ctx, objects.Target{Bucket: "exports", Key: "day/1.csv"})
//	o.Write(data)
//	err = o.Commit(ctx)
//
// An object appears whole with Commit, or not at all. In a directory a bucket is made
// when its first object is; a service must have it already. All methods of a Store are
// safe to call at once; an Object has one owner.
package objects
