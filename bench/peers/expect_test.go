package peers

import (
	"testing"
	"time"

	"tidemark/bench/tsbs"
)

// TestTally adds values up whose answers are computed by hand.
func TestTally(t *testing.T) {
	start := time.Unix(1767225600, 0)
	hosts := tsbs.HostRange(0, 2, 1)
	add := func(q Question) []Row {
		tl := newTally(q, hosts)
		for i, v := range [][2]float64{{5, 50}, {3, 70}, {10, 20}} { // at minute 0, 30 and 60, of two hosts
			for h := range hosts {
				tl.add(h, start.Add(time.Duration(i)*30*time.Minute), &[10]float64{v[h], 100 + v[h]})
			}
		}
		return tl.rows()
	}
	two := []string{"usage_user", "usage_system"}
	for _, c := range []struct {
		name string
		q    Question
		want []Row
	}{
		{"mean per host and hour", Question{Kind: Mean, By: "hostname", Metrics: two, From: start, To: start.Add(2 * time.Hour), Bin: time.Hour}, []Row{
			{"host_0", 1767225600, []float64{4, 104}}, {"host_0", 1767229200, []float64{10, 110}},
			{"host_1", 1767225600, []float64{60, 160}}, {"host_1", 1767229200, []float64{20, 120}},
		}},
		{"the end is excluded", Question{Kind: Mean, By: "hostname", Metrics: two[:1], From: start, To: start.Add(time.Hour), Bin: time.Hour}, []Row{
			{"host_0", 1767225600, []float64{4}}, {"host_1", 1767225600, []float64{60}},
		}},
		{"maximum of one host, bins without rows are left out", Question{Kind: Max, Where: hosts[1].Tags[:1], Metrics: two[:1], From: start, To: start.Add(time.Hour), Bin: 20 * time.Minute}, []Row{
			{"", 1767225600, []float64{50}}, {"", 1767226800, []float64{70}},
		}},
		{"latest row, not largest", Question{Kind: Latest, By: "hostname", Metrics: two[1:], From: start, To: start.Add(2 * time.Hour)}, []Row{
			{"host_0", 1767229200, []float64{110}}, {"host_1", 1767229200, []float64{120}},
		}},
	} {
		if err := Differ(add(c.q), c.want); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestDiffer(t *testing.T) {
	rows := func() []Row { return []Row{{"a", 10, []float64{1, 2}}, {"b", 10, []float64{3, 4}}} }
	for _, c := range []struct {
		name string
		got  []Row
		ok   bool
	}{
		{"the same", rows(), true},
		{"another order", []Row{rows()[1], rows()[0]}, true},
		{"another order of additions", []Row{{"a", 10, []float64{1 + 1e-12, 2}}, rows()[1]}, true},
		{"a row too few", rows()[:1], false},
		{"another time", []Row{{"a", 11, []float64{1, 2}}, rows()[1]}, false},
		{"another group", []Row{{"c", 10, []float64{1, 2}}, rows()[1]}, false},
		{"another value", []Row{{"a", 10, []float64{1, 2.000001}}, rows()[1]}, false},
		{"a value too few", []Row{{"a", 10, []float64{1}}, rows()[1]}, false},
	} {
		if err := Differ(c.got, rows()); (err == nil) != c.ok {
			t.Errorf("%s: Differ gives %v", c.name, err)
		}
	}
}

// TestQuestionsFitTheShape checks that a shape's questions have the answers they should.
func TestQuestionsFitTheShape(t *testing.T) {
	s := Shape{Hosts: 5, Start: time.Unix(1767225600, 0), Step: time.Minute, Instants: 13 * 60, Metrics: 10, Seed: 1}
	questions := Questions(s)
	answers := Expect(s, questions)
	for i, want := range []int{60, 5 * 12, 5 * 12, 5} {
		if len(answers[i]) != want {
			t.Errorf("%s: %d rows, want %d", questions[i].Name, len(answers[i]), want)
		}
	}
	for _, r := range answers[3] {
		if r.Time != s.End().Add(-s.Step).Unix() || len(r.Values) != 10 {
			t.Errorf("the latest row of %s is at %d with %d values", r.Group, r.Time, len(r.Values))
		}
	}
	s.Hosts, s.Step, s.Instants, s.Metrics = few+1, time.Hour, 2, 1
	if n := len(Questions(s)); n != 3 {
		t.Errorf("%d questions of many hosts with one metric, want 3", n)
	}
}
