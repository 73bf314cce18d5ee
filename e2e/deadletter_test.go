//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// deadRounds is how often the server is killed while it writes rows and letters.
const deadRounds = 8

// deadKinds are messages that are stored or refused, each for another reason. Seq is
// the message's own number, and its value where it has one.
var deadKinds = []func(base int64, seq int) map[string]any{
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "sensors", base+int64(seq), seq, seq)
	},
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "sensors", base+int64(seq)-1, seq, seq) // conflicts with the one before
	},
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "sensors", base+int64(seq), seq, "")
	},
	func(base int64, seq int) map[string]any { return deadMessage("plant", "sensors", 1000, seq, seq) },
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "nosuch", base+int64(seq), seq, seq)
	},
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "sensors", base+int64(seq), seq, json.RawMessage("1E400"))
	},
	func(base int64, seq int) map[string]any {
		return deadMessage("nowhere", "sensors", base+int64(seq), seq, seq)
	},
	func(base int64, seq int) map[string]any {
		return deadMessage("plant", "sensors", base+int64(seq), seq, nil)
	},
}

func deadMessage(database, table string, at int64, seq int, v any) map[string]any {
	return map[string]any{"db": database, "table": table, "at": at, "seq": seq, "v": v}
}

// TestDeadLetters publishes what is stored and what is refused while the server is
// killed again and again: every acknowledged message is a row or a letter. What fits
// later is replayed.
func TestDeadLetters(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	n := serve(t)
	n.createTable(t.Context(), "plant", "sensors")
	n.rule("dead", `{"sql":"SELECT v FROM 'dead/+'","awsIotSqlVersion":"2016-03-23","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"${db}","tableName":"${table}","dimensions":[{"name":"writer","value":"${topic(2)}"}],"timestamp":{"value":"${at}","unit":"MILLISECONDS"}}}]}`)
	base := time.Now().Add(-24 * time.Hour).UnixMilli()
	acked := map[int]bool{}
	next := 0
	round := 0
	for ; round < deadRounds || len(acked) < deadRounds*50 && round < 10*deadRounds; round++ { // more where a round brings little because the machine is slow
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { next = n.publishDead(ctx, acked, base, next) })
		time.Sleep(time.Duration(100+rng.IntN(300)) * time.Millisecond)
		n.kill()
		cancel()
		wg.Wait()
		n.start()
		n.verifyDead(acked)
	}
	if len(acked) < deadRounds*50 {
		t.Errorf("only %d acknowledged in %d rounds: the load was too thin to prove anything", len(acked), round)
	}
	t.Logf("%d rounds of kill -9, %d acknowledged, each a row or a letter", round, len(acked))
	n.replayDead()
}

// publishDead publishes every kind at QoS 1 until the server is gone.
func (n *node) publishDead(ctx context.Context, acked map[int]bool, base int64, seq int) int {
	opts := mqtt.NewClientOptions().AddBroker("tcp://" + n.addrs.MQTT).SetClientID("dead").SetAutoReconnect(false).SetConnectRetry(false)
	client := mqtt.NewClient(opts.SetDialer(&net.Dialer{Timeout: 2 * time.Second}))
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
					acked[s.seq] = true
				}
			case <-ctx.Done():
			}
		}
	})
	for ; ctx.Err() == nil && client.IsConnectionOpen(); seq++ {
		payload, err := json.Marshal(deadKinds[seq%len(deadKinds)](base, seq))
		if err != nil {
			n.t.Error(err)
			break
		}
		select {
		case window <- sent{seq, client.Publish("dead/w", 1, false, payload)}:
		case <-ctx.Done():
		}
	}
	close(window)
	wg.Wait()
	return seq + 1
}

// verifyDead wants every acknowledged message among the rows or the letters.
func (n *node) verifyDead(acked map[int]bool) {
	n.t.Helper()
	found := map[int]bool{}
	for _, r := range n.rowsIfAny(`SELECT "measure_value::bigint" FROM plant.sensors`) {
		seq, err := strconv.Atoi(r[0])
		if err != nil {
			n.t.Fatal(err)
		}
		found[seq] = true
	}
	for _, database := range []string{"plant", "tidemark"} {
		for _, r := range n.rowsIfAny(fmt.Sprintf(`SELECT payload FROM %s.tidemark_dead_letter`, database)) {
			var m struct{ Seq int }
			if err := json.Unmarshal([]byte(r[0]), &m); err != nil {
				n.t.Fatalf("payload %s: %v", r[0], err)
			}
			found[m.Seq] = true
		}
	}
	for seq := range acked {
		if !found[seq] {
			n.t.Fatalf("message %d, kind %d, was acknowledged and is neither a row nor a letter\n%s", seq, seq%len(deadKinds), n.log)
		}
	}
}

// rowsIfAny is rows for a table that may not be there yet, or have no row and so no such
// column: the first kill may have come before.
func (n *node) rowsIfAny(text string) [][]string {
	n.t.Helper()
	_, err := n.reader().Query(n.t.Context(), &timestreamquery.QueryInput{QueryString: &text})
	var invalid *querytypes.ValidationException
	if errors.As(err, &invalid) && (strings.Contains(err.Error(), "does not exist") || strings.Contains(err.Error(), "not found")) {
		return nil
	}
	return n.rows(n.t.Context(), text)
}

// replayDead replays letters from the terminal once the table that they lack is there.
func (n *node) replayDead() {
	t := n.t
	t.Helper()
	letters := func(args ...string) (string, string, int) {
		return command(t, "", append([]string{"dead-letter"}, append(args, "--data", n.dir)...)...)
	}
	open, _ := strconv.Atoi(n.one(`SELECT count(*) FROM plant.tidemark_dead_letter WHERE table_name = 'nosuch'`))
	if open == 0 {
		t.Fatal("no letter of the missing table")
	}
	if out, errs, code := letters("replay", "--table", "nosuch"); code != 0 || !strings.Contains(out, fmt.Sprintf("%d cannot be replayed\nnothing was changed", open)) {
		t.Errorf("dry run without the table: exit code %d\n%s%s", code, out, errs)
	}
	n.createTable(t.Context(), "plant", "nosuch")
	if out, errs, code := letters("replay", "--table", "nosuch", "--apply"); code != 0 || !strings.Contains(out, fmt.Sprintf("%d replayed\n", open)) {
		t.Errorf("replay: exit code %d\n%s%s", code, out, errs)
	}
	if got := n.one(`SELECT count(*) FROM plant.nosuch`); got != strconv.Itoa(open) {
		t.Errorf("%s rows after the replay of %d letters", got, open)
	}
	if got := n.one(`SELECT count(*) FROM plant.tidemark_dead_letter WHERE table_name = 'nosuch' AND state = 'open'`); got != "0" {
		t.Errorf("%s letters are open after their replay", got)
	}
	out, errs, code := letters("replay", "--rule", "dead", "--kind", "rejected", "--database", "plant", "--through-rule", "--apply")
	if code != 1 || !strings.Contains(out, "refused again") || strings.Contains(out, " replayed") {
		t.Errorf("replay of what conflicts: exit code %d, want 1\n%.2000s%s", code, out, errs)
	}
	first, _, _ := strings.Cut(out, " ")
	if out, errs, code := letters("show", first); code != 0 || !strings.Contains(out, `"attempts": 1`) || !strings.Contains(out, `"payload": "{\"at\":`) {
		t.Errorf("show: exit code %d\n%s%s", code, out, errs)
	}
	if out, errs, code := letters("delete", first, "--apply"); code != 0 || !strings.Contains(out, "1 deleted") {
		t.Errorf("delete: exit code %d\n%s%s", code, out, errs)
	}
	if out, errs, code := letters("list", "--state", "discarded", "--format", "csv"); code != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, first) {
		t.Errorf("list: exit code %d\n%s%s", code, out, errs)
	}
	if _, errs, code := letters("list", "--database", "nowhere"); code != 1 || !strings.Contains(errs, "has no dead letters") {
		t.Errorf("list of no database: exit code %d, %s", code, errs)
	}
	if _, errs, code := letters("list", "--from", "yesterday"); code != 2 || !strings.Contains(errs, "--from") {
		t.Errorf("list from no time: exit code %d, %s", code, errs)
	}
}
