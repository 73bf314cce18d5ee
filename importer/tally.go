package importer

import "slices"

// Refusal is records that were not stored, for one reason.
type Refusal struct {
	Reason  string
	Count   int64
	Samples []Sample // the first of them
}

// Sample is a record that was not stored.
type Sample struct {
	Line int64  // in the file, of CSV counting its header; of Parquet the row, from 1; 0: unknown
	Text string // what stands there, cut where it is long
}

const (
	maxSamples  = 100 // of one reason
	maxReasons  = 200
	maxSampled  = 500 // bytes of a sample
	otherReason = "Other reasons."
)

// tally is what became of some rows.
type tally struct {
	read, stored, replaced, refused int64
	refusals                        []Refusal
}

func (t *tally) refuse(r Refusal) {
	t.refused += r.Count
	t.refusals = merged(t.refusals, r)
}

func (t *tally) merge(other tally) {
	t.read += other.read
	t.stored += other.stored
	t.replaced += other.replaced
	for _, r := range other.refusals {
		t.refuse(r)
	}
}

// merged adds a refusal to the others, within bounds.
func merged(list []Refusal, r Refusal) []Refusal {
	i := slices.IndexFunc(list, func(o Refusal) bool { return o.Reason == r.Reason })
	if i < 0 && len(list) >= maxReasons && r.Reason != otherReason {
		r.Reason = otherReason
		return merged(list, r)
	}
	if i < 0 {
		list = append(list, Refusal{Reason: r.Reason})
		i = len(list) - 1
	}
	list[i].Count += r.Count
	list[i].Samples = append(list[i].Samples, r.Samples[:min(len(r.Samples), maxSamples-len(list[i].Samples))]...)
	return list
}

func cloneRefusals(list []Refusal) []Refusal {
	list = slices.Clone(list)
	for i := range list {
		list[i].Samples = slices.Clone(list[i].Samples)
	}
	return list
}

// note adds to the status of the import.
func (j *job) note(t tally, m *Mapping) {
	j.owner.metrics.add(&t)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.Read += t.read
	j.mu.Stored += t.stored
	j.mu.Replaced += t.replaced
	j.mu.Refused += t.refused
	for _, r := range t.refusals {
		j.mu.Refusals = merged(j.mu.Refusals, r)
	}
	j.mu.Mapping = m
}

// show keeps the first records of a dry run.
func (j *job) show(table [][]string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.mu.Preview == nil {
		j.mu.Preview = table
	}
}
