package peers

import (
	"fmt"
	"time"

	"tidemark/bench/tsbs"
)

// Aggregate is what a question computes.
type Aggregate string

// The aggregates.
const (
	Max    Aggregate = "max"    // of each metric per group and bin
	Mean   Aggregate = "mean"   // of each metric per group and bin
	Latest Aggregate = "latest" // row of each host in all the data, with its time
)

// Question is a query in no language.
type Question struct {
	Name    string
	Kind    Aggregate
	By      string     // tag that groups; empty: one group
	Where   []tsbs.Tag // tags that the hosts must have
	Metrics []string
	From    time.Time // inclusive; for Latest the beginning of the data
	To      time.Time // exclusive; for Latest the end of the data
	Bin     time.Duration
}

// few is the number of hosts up to which answers list every host.
const few = 20_000

// Questions are those of a shape: four, asked per host as long as the hosts are few;
// beyond, of regions and of the hosts of one rack, for an answer that a client can read.
func Questions(s Shape) []Question {
	day := min(12*time.Hour, s.Span())
	last, all := s.End(), s.Names()
	back := min(time.Hour, s.Span()-time.Hour)
	by, where, who := "hostname", []tsbs.Tag(nil), "host"
	if s.Hosts > few {
		by, who = "region", "region"
		tags := tsbs.HostRange(0, 1, s.Seed)[0].Tags
		where = []tsbs.Tag{tags[1], tags[3]}
	}
	hour := Question{
		Name: "one host, one metric, 1 h in 1-min bins", Kind: Max, Where: []tsbs.Tag{{Name: "hostname", Value: fmt.Sprintf("host_%d", s.Hosts/2)}},
		Metrics: all[:1], From: last.Add(-back - time.Hour), To: last.Add(-back), Bin: time.Minute,
	}
	mean := Question{Name: fmt.Sprintf("mean of one metric per %s and hour over %d h", who, int(day.Hours())), Kind: Mean, By: by, Metrics: all[:1], From: last.Add(-day), To: last, Bin: time.Hour}
	latest := Question{Name: "latest row per host", Kind: Latest, By: "hostname", Where: where, Metrics: all, From: s.Start, To: last}
	if len(where) > 0 {
		latest.Name += " of one rack"
	}
	if len(all) == 1 {
		return []Question{hour, mean, latest}
	}
	ten := mean
	ten.Name, ten.Metrics = fmt.Sprintf("mean of %d metrics per %s and hour over %d h", len(all), who, int(day.Hours())), all
	return []Question{hour, mean, ten, latest}
}

// Row is a row of an answer.
type Row struct {
	Group  string // value of the tag that groups
	Time   int64  // seconds since 1970: the beginning of the bin, or the row's own time
	Values []float64
}
