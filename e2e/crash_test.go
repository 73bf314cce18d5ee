//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const crashRounds = 50

// ledger is what was acknowledged: sequence numbers by writer.
type ledger struct {
	mu    sync.Mutex
	acked map[string]map[int]bool
}

func (l *ledger) add(writer string, from, to int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.acked[writer] == nil {
		l.acked[writer] = map[int]bool{}
	}
	for i := from; i < to; i++ {
		l.acked[writer][i] = true
	}
}

// has reports whether anything was acknowledged for a table, whose writers carry its name.
func (l *ledger) has(table string) bool {
	for writer := range l.acked {
		if strings.HasPrefix(writer, table) {
			return true
		}
	}
	return false
}

// TestKillKeepsAcknowledged kills the server under mixed load, again and again: what
// was acknowledged is there after every restart, and nothing is there twice.
func TestKillKeepsAcknowledged(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	n := serve(t)
	n.createTable(t.Context(), "crash", "written")
	n.createTable(t.Context(), "crash", "published")
	rule := `{"sql":"SELECT seq FROM 'crash/+'","awsIotSqlVersion":"2016-03-23","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"crash","tableName":"published","dimensions":[{"name":"writer","value":"${topic(2)}"}],"timestamp":{"value":"${seq + base}","unit":"MILLISECONDS"}}}]}`
	n.must(tool(t, "venv/bin/aws"), "iot", "create-topic-rule", "--rule-name", "crash", "--topic-rule-payload", rule)

	base := time.Now().Add(-time.Hour).UnixMilli()
	l := &ledger{acked: map[string]map[int]bool{}}
	next := map[string]int{}
	var total, round int
	for ; round < crashRounds || total < crashRounds*100 && round < 5*crashRounds; round++ { // more where a round brings little because the machine is slow
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var mu sync.Mutex
		run := func(name string, write func(context.Context, string, int) int) {
			start := next[name]
			wg.Go(func() {
				end := write(ctx, name, start)
				mu.Lock()
				next[name] = end
				mu.Unlock()
			})
		}
		for i := range 3 {
			run(fmt.Sprintf("written-%d", i), func(ctx context.Context, name string, from int) int { return n.writeUntilCut(ctx, l, name, base, from) })
			run(fmt.Sprintf("published-%d", i), func(ctx context.Context, name string, from int) int {
				return n.publishUntilCut(ctx, l, name, base, from)
			})
		}
		time.Sleep(time.Duration(50+rng.IntN(250)) * time.Millisecond)
		n.kill()
		cancel()
		wg.Wait()
		n.start()
		total = n.verify(l, base, round)
	}
	if total < crashRounds*100 {
		t.Errorf("only %d acknowledged in %d rounds: the load was too thin to prove anything", total, round)
	}
	t.Logf("%d rounds of kill -9, %d acknowledged, none lost, none twice", round, total)
}

// writeUntilCut writes batches of records until the server is gone.
func (n *node) writeUntilCut(ctx context.Context, l *ledger, name string, base int64, seq int) int {
	const batch = 20
	w := timestreamwrite.NewFromConfig(n.awsConfig(), func(o *timestreamwrite.Options) { o.RetryMaxAttempts = 1 })
	for ; ctx.Err() == nil; seq += batch {
		records := make([]writetypes.Record, batch)
		for i := range records {
			records[i] = writetypes.Record{MeasureValue: aws.String(strconv.Itoa(seq + i)), Time: aws.String(strconv.FormatInt(base+int64(seq+i), 10))}
		}
		_, err := w.WriteRecords(ctx, &timestreamwrite.WriteRecordsInput{
			DatabaseName: aws.String("crash"), TableName: aws.String("written"), Records: records,
			CommonAttributes: &writetypes.Record{
				Dimensions:  []writetypes.Dimension{{Name: aws.String("writer"), Value: &name}},
				MeasureName: aws.String("seq"), MeasureValueType: writetypes.MeasureValueTypeBigint,
			},
		})
		if err != nil {
			return seq + batch // unknown: it may be stored, so it is not written again
		}
		l.add(name, seq, seq+batch)
	}
	return seq
}

// publishUntilCut publishes at QoS 1, many in flight, until the server is gone.
func (n *node) publishUntilCut(ctx context.Context, l *ledger, name string, base int64, seq int) int {
	opts := mqtt.NewClientOptions().AddBroker("tcp://" + n.addrs.MQTT).SetClientID(name).SetAutoReconnect(false).SetConnectRetry(false)
	opts.SetDialer(&net.Dialer{Timeout: 2 * time.Second}).SetMaxReconnectInterval(time.Second)
	client := mqtt.NewClient(opts)
	if token := client.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		return seq
	}
	defer client.Disconnect(0)
	type sent struct {
		seq   int
		token mqtt.Token
	}
	window := make(chan sent, 50)
	var wg sync.WaitGroup
	wg.Go(func() {
		for s := range window {
			select {
			case <-s.token.Done():
				if s.token.Error() == nil {
					l.add(name, s.seq, s.seq+1)
				}
			case <-ctx.Done():
			}
		}
	})
	for ; ctx.Err() == nil && client.IsConnectionOpen(); seq++ {
		payload := fmt.Sprintf(`{"seq":%d,"base":%d}`, seq, base)
		select {
		case window <- sent{seq, client.Publish("crash/"+name, 1, false, payload)}:
		case <-ctx.Done():
		}
	}
	close(window)
	wg.Wait()
	return seq + 1
}

// verify compares what is stored with what was acknowledged and returns how much was.
func (n *node) verify(l *ledger, base int64, round int) int {
	n.t.Helper()
	total := 0
	for _, table := range []string{"written", "published"} {
		stored := map[string]map[int]bool{}
		count := 0
		if !l.has(table) {
			continue // a table without rows has no columns to select
		}
		for _, r := range n.rows(n.t.Context(), `SELECT writer, "measure_value::bigint" FROM crash.`+table) {
			seq, err := strconv.Atoi(r[1])
			if err != nil {
				n.t.Fatal(err)
			}
			if stored[r[0]] == nil {
				stored[r[0]] = map[int]bool{}
			}
			if stored[r[0]][seq] {
				n.t.Fatalf("round %d: %s of %s is stored twice", round, r[1], r[0])
			}
			stored[r[0]][seq] = true
			count++
		}
		for writer, seqs := range l.acked {
			if !strings.HasPrefix(writer, table) {
				continue
			}
			total += len(seqs)
			for seq := range seqs {
				if !stored[writer][seq] {
					n.t.Fatalf("round %d: %d of %s was acknowledged and is lost (%d rows stored)\n%s", round, seq, writer, count, n.log)
				}
			}
		}
	}
	return total
}
