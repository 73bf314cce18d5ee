package demo

import (
	"context"
	"fmt"
	"time"
)

// question is something people ask of such data, as the article lists, and its SQL.
type question struct{ title, sql string }

// questions are asked about the tables of a book; silence is how long a device must
// have said nothing. The probe is no sensor.
func questions(b book, silence time.Duration) []question {
	sensors, measures, hosts := b.name(sensorsTable), b.name(measuresTable), b.name(hostsTable)
	return []question{
		{"The latest temperature of each device", fmt.Sprintf(`SELECT device_id, room, max_by(measure_value::double, time) AS temperature, max(time) AS at
FROM %s
WHERE measure_name = 'temperature' AND building <> 'probe' AND time > ago(10m)
GROUP BY device_id, room ORDER BY device_id LIMIT 5`, sensors)},
		{"The average per room, in bins of 5 seconds", fmt.Sprintf(`SELECT bin(time, 5s) AS at, building, room, round(avg(measure_value::double), 2) AS temperature, count(*) AS readings
FROM %s
WHERE measure_name = 'temperature' AND building <> 'probe' AND time > ago(10m)
GROUP BY bin(time, 5s), building, room ORDER BY at DESC, building, room LIMIT 6`, sensors)},
		{"Devices that went silent", fmt.Sprintf(`SELECT device_id, building, room, max(time) AS last_heard
FROM %s
WHERE building <> 'probe' AND time > ago(10m)
GROUP BY device_id, building, room HAVING max(time) < ago(%ds) ORDER BY device_id LIMIT 5`, sensors, int(silence.Seconds()))},
		{"Median, 95th percentile and standard deviation per building", fmt.Sprintf(`SELECT building, round(approx_percentile(measure_value::double, 0.5), 2) AS median, round(approx_percentile(measure_value::double, 0.95), 2) AS p95, round(stddev(measure_value::double), 3) AS deviation
FROM %s
WHERE measure_name = 'temperature' AND building <> 'probe' AND time > ago(10m)
GROUP BY building ORDER BY building`, sensors)},
		{"How many rows are stored, by measure, with the device's own time", fmt.Sprintf(`SELECT measure_name, count(*) AS stored, min(time) AS oldest, max(time) AS newest
FROM %s
WHERE time > ago(20m)
GROUP BY measure_name ORDER BY measure_name`, measures)},
		{"This host", fmt.Sprintf(`SELECT host, measure_name, round(avg(measure_value::double), 2) AS mean, max(measure_value::double) AS most
FROM %s
WHERE time > ago(10m)
GROUP BY host, measure_name ORDER BY host, measure_name`, hosts)},
	}
}

// askAll prints every question with its answer.
func (s *show) askAll(ctx context.Context) error {
	for _, q := range questions(s.book, s.options.silence()) {
		begin := time.Now()
		t, err := s.book.clients.ask(ctx, q.sql)
		if err != nil {
			return err
		}
		s.screen.answer(q, t, time.Since(begin))
	}
	s.screen.print("\n")
	return nil
}
