package main

import (
	"context"
	"fmt"
	"time"

	"tidemark/sql"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// fleetCatalog serves one table of DevOps data under any name.
type fleetCatalog struct{}

// Table returns the columns (interface analyzer.Catalog).
func (fleetCatalog) Table(_ context.Context, database, table string) (*plan.Table, error) {
	varchar, double := types.Of(types.Varchar), types.Of(types.Double)
	t := &plan.Table{Database: database, Name: table}
	for _, name := range []string{"region", "az", "cluster", "host", "service"} {
		t.Columns = append(t.Columns, plan.Column{Name: name, Type: varchar, Role: plan.Dimension})
	}
	t.Columns = append(t.Columns, plan.Column{Name: "measure_name", Type: varchar, Role: plan.MeasureName},
		plan.Column{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time})
	for _, name := range []string{"cpu_user", "cpu_system", "cpu_steal", "memory_used", "memory_free", "disk_io"} {
		t.Columns = append(t.Columns, plan.Column{Name: name, Type: double, Role: plan.Multi})
	}
	return t, nil
}

// dashboardQuery is a query of 2 KB as a dashboard has them: relations built on each
// other, a join, windows, conditional sums.
const dashboardQuery = `-- hosts whose load stands out within their cluster
WITH recent AS (
  SELECT region, az, cluster, host, service, time, cpu_user, cpu_system, cpu_steal, memory_used, memory_free, disk_io
  FROM "ops"."fleet"
  WHERE time BETWEEN from_milliseconds(1767261600000) AND from_milliseconds(1767265200000)
    AND measure_name = 'metrics' AND region IN ('eu-central-1', 'eu-west-1', 'us-east-1') AND service <> 'batch'
), binned AS (
  SELECT region, cluster, host, bin(time, 5m) AS slot,
    round(avg(cpu_user + cpu_system), 2) AS busy, round(max(cpu_steal), 2) AS steal,
    round(approx_percentile(cpu_user, 0.9), 2) AS p90, round(approx_percentile(cpu_user, 0.99), 2) AS p99,
    avg(memory_used / (memory_used + memory_free)) * 100 AS memory, sum(disk_io) AS io,
    count_if(cpu_user > 95) AS hot, count(*) AS samples
  FROM recent GROUP BY region, cluster, host, bin(time, 5m)
), ranked AS (
  SELECT region, cluster, host, slot, busy, steal, p90, p99, memory, io, hot, samples,
    rank() OVER (PARTITION BY cluster, slot ORDER BY busy DESC) AS place,
    busy - lag(busy, 1) OVER (PARTITION BY host ORDER BY slot) AS change,
    avg(busy) OVER (PARTITION BY host ORDER BY slot ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS smooth
  FROM binned WHERE samples >= 10
), cluster_load AS (
  SELECT cluster, slot, avg(busy) AS mean, stddev(busy) AS deviation, max(io) AS io FROM binned GROUP BY cluster, slot
)
SELECT r.region, r.cluster, r.host, r.slot AS time, r.busy, r.p90, r.p99, r.change, r.smooth,
  CASE WHEN c.deviation = 0 THEN 0 ELSE (r.busy - c.mean) / c.deviation END AS score,
  IF(r.memory > 90, 'full', IF(r.memory > 70, 'high', 'fine')) AS memory_state,
  coalesce(cast(r.steal AS varchar), 'none') || '%' AS steal, r.io / nullif(c.io, 0) AS share, r.hot
FROM ranked r JOIN cluster_load c ON r.cluster = c.cluster AND r.slot = c.slot
WHERE r.place <= 5 AND (r.busy > c.mean + 2 * c.deviation OR r.p99 > 95)
ORDER BY score DESC, r.host, r.slot LIMIT 200`

// benchCompile measures the compiler alone: from the text to DuckDB's.
func benchCompile(ctx context.Context, o options, r *report) error {
	var took []time.Duration
	for began := time.Now(); time.Since(began) < o.seconds; {
		start := time.Now()
		p, err := sql.Compile(ctx, dashboardQuery, fleetCatalog{}, sql.Options{Now: time.Unix(1767265200, 0)})
		if err != nil {
			return err
		}
		if _, err := p.SQL(func(i int, _ plan.Access) (string, error) { return fmt.Sprint("s", i), nil }); err != nil {
			return err
		}
		took = append(took, time.Since(start))
	}
	r.add(figure{
		what: fmt.Sprintf("compile a query of %d bytes (median)", len(dashboardQuery)), value: quantile(took, 0.5), unit: "ms", floor: 1, below: true,
		note: fmt.Sprintf("p95 %.2f in %d runs", quantile(took, 0.95), len(took)),
	})
	return nil
}
