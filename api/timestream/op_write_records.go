package timestream

import (
	"context"
	"strconv"

	"tidemark/tsdb"
)

// WriteRecordsInput is the input of WriteRecords: the body as sent. The operation reads
// it itself, straight into the store's records (BenchmarkDecodeRecords).
type WriteRecordsInput struct{ body []byte }

// DecodeJSON takes the body, which stays package api's and is valid until the
// operation is answered.
func (in *WriteRecordsInput) DecodeJSON(body []byte) error {
	in.body = body
	return nil
}

// WriteRecordsOutput is the output of WriteRecords.
type WriteRecordsOutput struct{ Ingested tsdb.Ingested }

// AppendJSON appends the wire form.
func (out *WriteRecordsOutput) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"RecordsIngested":{"MagneticStore":`...)
	b = strconv.AppendInt(b, int64(out.Ingested.Magnetic), 10)
	b = append(b, `,"MemoryStore":`...)
	b = strconv.AppendInt(b, int64(out.Ingested.Memory), 10)
	b = append(b, `,"Total":`...)
	b = strconv.AppendInt(b, int64(out.Ingested.Total), 10)
	return append(b, "}}"...), nil
}

// WriteRecords stores up to 100 records, durably when it answers. A request that is
// wrong as a whole stores nothing; of one with rejected records the others are stored.
func (s *Service) WriteRecords(ctx context.Context, in *WriteRecordsInput) (*WriteRecordsOutput, error) {
	ref, records, err := s.decodeRecords(in.body)
	if err != nil {
		return nil, err
	}
	ingested, err := s.opt.Store.Write(ctx, ref, records)
	if err != nil {
		return nil, err
	}
	return &WriteRecordsOutput{ingested}, nil
}

func (s *Service) decodeRecords(body []byte) (ref tsdb.TableRef, records []tsdb.Record, err error) {
	d := s.decoders.Get().(*decoder)
	defer s.decoders.Put(d)
	if err := d.parse(body); err != nil {
		return ref, nil, err
	}
	ref = tsdb.TableRef{Database: string(d.database), Table: string(d.table)}
	records, err = d.resolve()
	return ref, records, err
}

// rejectedMembers lists what was not stored, and why.
func rejectedMembers(e *tsdb.RejectedRecords) (string, map[string]any) {
	rejected := make([]RejectedRecord, len(e.Rejections))
	for i, r := range e.Rejections {
		rejected[i] = RejectedRecord{RecordIndex: r.Index, Reason: r.Reason, ExistingVersion: r.ExistingVersion}
	}
	return "One or more records have been rejected. See RejectedRecords for details.", map[string]any{"RejectedRecords": rejected}
}

// RejectedRecord is one record that was not stored; ExistingVersion is there for
// version conflicts only.
type RejectedRecord struct {
	RecordIndex     int
	Reason          string
	ExistingVersion int64 `json:",omitempty"`
}
