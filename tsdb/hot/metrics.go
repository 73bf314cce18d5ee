package hot

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the store's counters and histograms.
type metrics struct {
	rows        *prometheus.CounterVec // by outcome
	commits     prometheus.Histogram   // seconds
	batches     prometheus.Histogram   // rows
	checkpoints prometheus.Histogram   // seconds
	postponed   prometheus.Counter
	lookUps     prometheus.Counter
	failures    prometheus.Counter
	full        prometheus.Counter
	isolated    prometheus.Counter
	starved     prometheus.Counter
	summed      prometheus.Counter
	summedRows  prometheus.Counter
	unsummed    prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, s *Store) *metrics {
	m := &metrics{
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_hot_rows_total", Help: "Rows by what became of them."}, []string{"outcome"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_hot_commit_seconds", Help: "Time from taking a batch to its commit on disk.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_hot_batch_rows", Help: "Rows of a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 9)}),
		checkpoints: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_hot_checkpoint_seconds", Help: "Time that writes waited for a checkpoint.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		postponed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_checkpoints_postponed_total", Help: "Checkpoints that queries in progress put off."}),
		lookUps: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_lookups_total", Help: "Rows that had to be looked up because they were not the newest of their series."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_failures_total", Help: "Batches that could not be committed."}),
		isolated: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_isolated_batches_total", Help: "Failed batches whose requests were written one by one."}),
		starved: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_starved_batches_total", Help: "Times that a batch waited for memory that queries held."}),
		summed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_summed_files_total", Help: "Files that were summed up straight from their columns."}),
		summedRows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_summed_rows_total", Help: "Rows of the row groups that were summed up so."}),
		unsummed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_unsummed_files_total", Help: "Files that were left to DuckDB because others were being summed up in all the memory for that."}),
		full: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_hot_disk_refusals_total", Help: "Batches that were refused because the disk has less free than the reserve."}),
	}
	reg.MustRegister(m.rows, m.commits, m.batches, m.checkpoints, m.postponed, m.lookUps, m.failures, m.full, m.isolated, m.starved, m.summed, m.summedRows, m.unsummed,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_queue_submissions", Help: "Submissions that wait for the committer."},
			func() float64 { return float64(len(s.queue.waiting)) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_free_bytes", Help: "Room on the disk of the store."},
			func() float64 { return float64(s.freeBytes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_reserve_bytes", Help: "Room below which writes are refused."},
			func() float64 { return float64(s.opts.FreeBytes) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_log_bytes", Help: "Size of the log that a restart would have to read."},
			func() float64 { return float64(s.logBytes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_summing_bytes", Help: "Memory that sums of files have taken for columns."},
			func() float64 { return float64(s.sums.memory.used.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_replaced_bytes", Help: "Memory of the identities of rows that stand instead of rows of files."},
			func() float64 { return float64(s.sums.keys.used.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_series", Help: "Series of all tables."}, func() float64 { return float64(s.series()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_hot_series_bytes", Help: "Memory that the series of all tables take."},
			func() float64 { return float64(s.seriesBytes.Load()) }))
	return m
}

func (m *metrics) committed(tx *transaction, took time.Duration) {
	var rows, inserted, replaced, refused int
	for _, p := range tx.parts {
		inserted += len(p.inserts)
		for _, list := range p.replaced {
			replaced += len(list)
		}
		for _, sub := range p.submissions {
			rows += len(sub.rows)
			refused += len(sub.refused)
		}
	}
	m.rows.WithLabelValues("inserted").Add(float64(inserted))
	m.rows.WithLabelValues("replaced").Add(float64(replaced))
	m.rows.WithLabelValues("refused").Add(float64(refused))
	m.rows.WithLabelValues("unchanged").Add(float64(rows - refused - inserted - replaced))
	m.batches.Observe(float64(rows))
	m.commits.Observe(took.Seconds())
}

// series counts the series of all tables.
func (s *Store) series() int {
	n := 0
	for _, id := range s.numbers() {
		t := s.Table(id)
		t.mu.RLock()
		n += t.mu.series.len()
		t.mu.RUnlock()
	}
	return n
}
