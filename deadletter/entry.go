package deadletter

import "tidemark/tsdb"

// Entry is a letter as its table has it. List leaves out Payload, Records and Message.
type Entry struct {
	Database string // that keeps the letter
	ID       string
	Time     int64 // when it came, nanoseconds since 1970; no two letters of a table share it
	Revision int64 // grows with every change of the row
	State    State
	Updated  int64 // when the state last changed, nanoseconds; 0 never

	Source, Rule, Kind, Reason string
	Target                     tsdb.TableRef
	Topic, ClientID            string
	RecordCount                int
	Attempts                   int    // replays so far
	Note                       string // what the last replay said
	Bytes                      int64

	Payload, Encoding string
	Records           string // a WriteRecords request in JSON
	Message           string // the rest of the message in JSON
}

// column is one value column of the table of letters: how it goes into a row and back.
type column struct {
	name string
	body bool // large: read only when it is needed
	put  func(e *Entry) (tsdb.Value, bool)
	get  func(e *Entry, v any)
}

func textColumn(name string, body bool, field func(*Entry) *string) column {
	return column{name: name, body: body,
		put: func(e *Entry) (tsdb.Value, bool) { return tsdb.VarcharValue(*field(e)), *field(e) != "" },
		get: func(e *Entry, v any) { *field(e), _ = v.(string) },
	}
}

func numberColumn[T int | int64](name string, field func(*Entry) *T) column {
	return column{name: name,
		put: func(e *Entry) (tsdb.Value, bool) { return tsdb.BigintValue(int64(*field(e))), true },
		get: func(e *Entry, v any) { n, _ := v.(int64); *field(e) = T(n) },
	}
}

// columns are the attributes of a letter's row, in the order in which SELECT * lists
// them. An empty text is NULL.
func columns() []column {
	return []column{
		textColumn("id", false, func(e *Entry) *string { return &e.ID }),
		textColumn("state", false, func(e *Entry) *string { return (*string)(&e.State) }),
		textColumn("reason", false, func(e *Entry) *string { return &e.Reason }),
		textColumn("database_name", false, func(e *Entry) *string { return &e.Target.Database }),
		textColumn("table_name", false, func(e *Entry) *string { return &e.Target.Table }),
		textColumn("topic", false, func(e *Entry) *string { return &e.Topic }),
		textColumn("client_id", false, func(e *Entry) *string { return &e.ClientID }),
		textColumn("payload", true, func(e *Entry) *string { return &e.Payload }),
		textColumn("payload_encoding", false, func(e *Entry) *string { return &e.Encoding }),
		numberColumn("record_count", func(e *Entry) *int { return &e.RecordCount }),
		textColumn("records", true, func(e *Entry) *string { return &e.Records }),
		textColumn("message", true, func(e *Entry) *string { return &e.Message }),
		numberColumn("bytes", func(e *Entry) *int64 { return &e.Bytes }),
		numberColumn("revision", func(e *Entry) *int64 { return &e.Revision }),
		numberColumn("attempts", func(e *Entry) *int { return &e.Attempts }),
		textColumn("note", false, func(e *Entry) *string { return &e.Note }),
		{name: "updated",
			put: func(e *Entry) (tsdb.Value, bool) { return tsdb.TimestampValue(e.Updated), e.Updated > 0 },
			get: func(e *Entry, v any) { e.Updated, _ = v.(int64) }},
	}
}

// keyColumns are the other columns of the table.
func keyColumns() []column {
	return []column{
		textColumn("source", false, func(e *Entry) *string { return &e.Source }),
		textColumn("rule", false, func(e *Entry) *string { return &e.Rule }),
		textColumn("measure_name", false, func(e *Entry) *string { return &e.Kind }),
		{name: "time", get: func(e *Entry, v any) { e.Time, _ = v.(int64) }},
	}
}

// record is the row of a letter. Only names that operators choose are dimensions: what
// a device can choose, topics or tables by templates, would make series without end.
func (e *Entry) record() tsdb.Record {
	r := tsdb.Record{MeasureName: e.Kind, Multi: true, Time: e.Time, Version: e.Revision, Dimensions: []tsdb.Dimension{{Name: "source", Value: e.Source}}}
	if e.Rule != "" {
		r.Dimensions = append(r.Dimensions, tsdb.Dimension{Name: "rule", Value: e.Rule})
	}
	for _, c := range columns() {
		if v, ok := c.put(e); ok {
			r.Measures = append(r.Measures, tsdb.Measure{Name: c.name, Value: v})
		}
	}
	return r
}
