package cursor

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/fault"
)

// rows is a source of n rows (0), (1), … in batches; before each it takes a while.
type rows struct {
	n, batch int
	takes    time.Duration
	fail     error // instead of io.EOF
	at       int
	closed   atomic.Int32
}

func (r *rows) Next(ctx context.Context) ([][]any, error) {
	select {
	case <-time.After(r.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.at == r.n {
		if r.fail != nil {
			return nil, r.fail
		}
		return nil, io.EOF
	}
	var batch [][]any
	for range min(r.batch, r.n-r.at) {
		batch = append(batch, []any{int64(r.at)})
		r.at++
	}
	return batch, nil
}

func (r *rows) Close() error { r.closed.Add(1); return nil }

// each row of these tests has ten bytes.
func tenBytes([]any) int { return 10 }

func anyWant(*rows) Want { return want(10, 1000) }

func want(maxRows, maxBytes int) Want { return Want{maxRows, maxBytes, tenBytes} }

// openSet returns a set that runs until the test ends.
func openSet(t *testing.T, opt Options) *Set[*rows] {
	t.Helper()
	set, err := Open[*rows](opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error)
	go func() { ran <- set.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if err := errors.Join(set.Close(), set.Close()); err != nil {
			t.Errorf("Close twice = %v, want nil", err)
		}
		if kept := set.parked.Load(); kept != 0 {
			t.Errorf("%d bytes parked after Close, want 0", kept)
		}
		if kept := set.memory.Load(); kept != 0 {
			t.Errorf("%d bytes in memory after Close, want 0", kept)
		}
	})
	return set
}

func start(set *Set[*rows], src *rows, w Want) (Cut[*rows], error) {
	return set.Start(context.Background(), Query[*rows]{ID: "Q1", Text: "SELECT", Principal: "me", Source: src}, w)
}

func resume(set *Set[*rows], token string, w Want) (Cut[*rows], error) {
	return set.Resume(context.Background(), token, "SELECT", "me", func(*rows) Want { return w })
}

// numbers returns the first column.
func numbers(rows [][]any) []int64 {
	var all []int64
	for _, row := range rows {
		all = append(all, row[0].(int64))
	}
	return all
}

// to returns from, …, until-1.
func to(from, until int64) []int64 {
	var all []int64
	for i := from; i < until; i++ {
		all = append(all, i)
	}
	return all
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		name  string
		rows  int
		batch int
		want  Want
		pages []int // rows of each page
	}{
		{"no row", 0, 5, want(0, 100), []int{0}},
		{"one page", 7, 5, want(0, 100), []int{7}},
		{"a full page by bytes is the last", 10, 5, want(0, 100), []int{10}},
		{"a full page by rows is the last", 10, 5, want(10, 1000), []int{10}},
		{"fifty rows, four at a time", 50, 8, want(4, 1000), []int{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2}},
		{"five rows, three at a time", 5, 100, want(3, 1000), []int{3, 2}},
		{"bytes bind before rows", 25, 7, want(20, 105), []int{10, 10, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set, src := openSet(t, Options{}), &rows{n: c.rows, batch: c.batch}
				cut, err := start(set, src, c.want)
				var next int64
				for i, n := range c.pages {
					if err != nil {
						t.Fatalf("page %d: %v", i, err)
					}
					if got, wanted := numbers(cut.Rows), to(next, next+int64(n)); !slices.Equal(got, wanted) {
						t.Fatalf("page %d = %v, want %v", i, got, wanted)
					}
					next += int64(n)
					if last := i == len(c.pages)-1; last != (cut.NextToken == "") {
						t.Fatalf("page %d has the token %q; is it the last: %v", i, cut.NextToken, last)
					}
					if cut.NextToken != "" {
						cut, err = resume(set, cut.NextToken, c.want)
					}
				}
				if n := src.closed.Load(); n != 1 {
					t.Errorf("source closed %d times, want once", n)
				}
			})
		})
	}
}

func TestSinglePageIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := openSet(t, Options{})
		if _, err := start(set, &rows{n: 3, batch: 5}, want(0, 100)); err != nil || set.Len() != 0 {
			t.Errorf("%d queries open after a whole answer (%v), want 0", set.Len(), err)
		}
	})
}

func TestRowTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := start(openSet(t, Options{}), &rows{n: 3, batch: 5}, want(0, 9))
		const text = "Query aborted as max page response size has been exceeded by the output result row"
		if err == nil || err.Error() != text || fault.KindOf(err) != fault.Invalid {
			t.Errorf("Start = %v, want %q", err, text)
		}
	})
}

// refused fails the test unless err is the answer to a bad token.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || err.Error() != "Invalid pagination token" || fault.KindOf(err) != fault.Invalid {
		t.Errorf("%s: %v, want Invalid pagination token", what, err)
	}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, ctx := openSet(t, Options{}), t.Context()
		first, err := start(set, &rows{n: 50, batch: 8}, want(10, 1000))
		if err != nil {
			t.Fatal(err)
		}
		_, err = set.Resume(ctx, first.NextToken, "SELECT 2", "me", anyWant)
		refused(t, "other text", err)
		_, err = set.Resume(ctx, first.NextToken, "SELECT", "you", anyWant)
		refused(t, "other principal", err)
		_, err = resume(set, first.NextToken+"A", want(10, 1000))
		refused(t, "longer token", err)
		_, err = resume(set, strings.Repeat("A", 3000), want(10, 1000))
		refused(t, "endless token", err)
		_, err = resume(set, newTokens().print("Q1", 1), want(10, 1000))
		refused(t, "token of another process", err)

		second, err := resume(set, first.NextToken, want(10, 1000))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			again, err := resume(set, first.NextToken, want(10, 1000))
			if err != nil || !slices.Equal(numbers(again.Rows), to(10, 20)) || again.NextToken != second.NextToken {
				t.Fatalf("call %d with a token = %v, %v, want rows 10 to 19 and the same next token", i+2, numbers(again.Rows), err)
			}
		}
		_, err = resume(set, first.NextToken, want(10, 1000))
		refused(t, "sixth call", err)

		third, err := resume(set, second.NextToken, want(10, 1000))
		if err != nil || !slices.Equal(numbers(third.Rows), to(20, 30)) {
			t.Fatalf("third page = %v, %v", numbers(third.Rows), err)
		}
		_, err = resume(set, first.NextToken, want(10, 1000))
		refused(t, "token after the next", err)

		time.Sleep(time.Hour + time.Minute)
		_, err = resume(set, third.NextToken, want(10, 1000))
		refused(t, "token after an hour", err)
		if set.Len() != 0 {
			t.Errorf("%d queries open after an hour, want 0", set.Len())
		}
	})
}

func TestSmallerPageOnRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := openSet(t, Options{})
		first, _ := start(set, &rows{n: 20, batch: 8}, want(5, 1000))
		second, err := resume(set, first.NextToken, want(15, 1000))
		if err != nil || len(second.Rows) != 15 || second.NextToken != "" {
			t.Fatalf("second page: %d rows, token %q, %v; want the last 15", len(second.Rows), second.NextToken, err)
		}
		again, err := resume(set, first.NextToken, want(4, 1000))
		if err != nil || !slices.Equal(numbers(again.Rows), to(5, 9)) || again.NextToken == "" {
			t.Fatalf("smaller second page = %v, token %q, %v; want 5 to 8 and a token", numbers(again.Rows), again.NextToken, err)
		}
		third, err := resume(set, again.NextToken, want(100, 1000))
		if err != nil || !slices.Equal(numbers(third.Rows), to(9, 20)) || third.NextToken != "" {
			t.Errorf("third page = %v, token %q, %v; want 9 to 19 and none", numbers(third.Rows), third.NextToken, err)
		}
	})
}

func TestSlowQueryAnswersEmptyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := openSet(t, Options{})
		cut, err := start(set, &rows{n: 3, batch: 5, takes: 70 * time.Second}, want(10, 1000))
		if err != nil || len(cut.Rows) != 0 || cut.NextToken == "" {
			t.Fatalf("first page: %d rows, token %q, %v; want an empty page with a token", len(cut.Rows), cut.NextToken, err)
		}
		begin := time.Now()
		cut, err = resume(set, cut.NextToken, want(10, 1000)) // rows after 20 s, the end after 90 s
		if err != nil || !slices.Equal(numbers(cut.Rows), to(0, 3)) || cut.NextToken == "" || time.Since(begin) != 50*time.Second {
			t.Fatalf("second page = %v after %v, token %q, %v; want all rows after 50 s", numbers(cut.Rows), time.Since(begin), cut.NextToken, err)
		}
		cut, err = resume(set, cut.NextToken, want(10, 1000))
		if err != nil || len(cut.Rows) != 0 || cut.NextToken != "" {
			t.Errorf("third page: %d rows, token %q, %v; want the empty end", len(cut.Rows), cut.NextToken, err)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{}), &rows{n: 3, batch: 5, takes: time.Minute}
		answer := make(chan error)
		go func() {
			_, err := start(set, src, want(10, 1000))
			answer <- err
		}()
		synctest.Wait()
		if message, err := set.Cancel("Q1"); message != "" || err != nil {
			t.Errorf("Cancel = %q, %v, want no message", message, err)
		}
		if err := <-answer; fault.KindOf(err) != fault.Conflict {
			t.Errorf("cancelled query = %v, want a Conflict", err)
		}
		synctest.Wait()
		if n := src.closed.Load(); n != 1 {
			t.Errorf("source closed %d times, want once", n)
		}
		if message, err := set.Cancel("Q1"); message != "The query has already been cancelled" || err != nil {
			t.Errorf("second Cancel = %q, %v", message, err)
		}
		if _, err := set.Cancel("Q2"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Cancel of an unknown query = %v, want Invalid", err)
		}
	})
}

// deaf is a source that does not notice that its query ended until it is let go.
type deaf struct {
	rows
	letGo chan struct{}
}

func (d *deaf) Next(context.Context) ([][]any, error) {
	<-d.letGo
	return nil, io.EOF
}

// Who waits for a page hears of a cancellation at once, whatever the source does.
func TestCancelOfDeafSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, err := Open[*deaf](Options{CloseWait: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		src, answered := &deaf{letGo: make(chan struct{})}, make(chan error)
		go func() {
			_, err := set.Start(t.Context(), Query[*deaf]{ID: "Q1", Text: "SELECT", Source: src}, want(10, 1000))
			answered <- err
		}()
		synctest.Wait()
		begin := time.Now()
		if _, err := set.Cancel("Q1"); err != nil {
			t.Fatal(err)
		}
		if err := <-answered; fault.KindOf(err) != fault.Conflict || time.Since(begin) > 0 {
			t.Errorf("Start = %v after %v, want Conflict at once", err, time.Since(begin))
		}
		if err := set.Close(); fault.KindOf(err) != fault.Unavailable || time.Since(begin) != 3*time.Second {
			t.Errorf("Close = %v after %v, want Unavailable after 3s", err, time.Since(begin))
		}
		close(src.letGo)
		synctest.Wait()
		if err := set.Close(); err != nil || src.closed.Load() != 1 {
			t.Errorf("Close = %v, source closed %d times, want once", err, src.closed.Load())
		}
	})
}

func TestCancelBetweenPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{}), &rows{n: 50, batch: 5}
		cut, _ := start(set, src, want(10, 1000))
		if _, err := set.Cancel("Q1"); err != nil {
			t.Fatal(err)
		}
		if n := src.closed.Load(); n != 1 {
			t.Errorf("source closed %d times, want once", n)
		}
		if _, err := resume(set, cut.NextToken, want(10, 1000)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("page of a cancelled query = %v, want a Conflict", err)
		}
	})
}

func TestCancelFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := openSet(t, Options{})
		cut, _ := start(set, &rows{n: 15, batch: 5}, want(10, 1000))
		if _, err := resume(set, cut.NextToken, want(10, 1000)); err != nil {
			t.Fatal(err)
		}
		if _, err := set.Cancel("Q1"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Cancel of a finished query = %v, want Invalid", err)
		}
	})
}

func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{}), &rows{n: 3, batch: 5, takes: time.Minute}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := set.Start(ctx, Query[*rows]{ID: "Q1", Source: src}, want(10, 1000))
		synctest.Wait()
		if !errors.Is(err, context.DeadlineExceeded) || src.closed.Load() != 1 || set.Len() != 0 {
			t.Errorf("Start = %v, closed %d times, %d open; want the deadline, once, 0", err, src.closed.Load(), set.Len())
		}
	})
}

func TestFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, broken := openSet(t, Options{}), errors.New("broken")
		cut, err := start(set, &rows{n: 12, batch: 5, fail: broken}, want(10, 1000))
		if err != nil || len(cut.Rows) != 10 {
			t.Fatalf("page before the failure: %d rows, %v; want 10", len(cut.Rows), err)
		}
		for range 2 {
			if _, err = resume(set, cut.NextToken, want(10, 1000)); err != broken {
				t.Errorf("page with the failure = %v, want %v", err, broken)
			}
		}
	})
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		limit string
		opt   Options
		src   *rows
	}{
		{"RunTime", Options{RunTime: 30 * time.Second}, &rows{n: 3, batch: 1, takes: 11 * time.Second}},
		{"ResultBytes", Options{ResultBytes: 99}, &rows{n: 10, batch: 5}},
	} {
		t.Run(c.limit, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := start(openSet(t, c.opt), c.src, want(0, 1000))
				limit, ok := errors.AsType[*LimitError](err)
				if !ok || limit.Limit != c.limit || fault.KindOf(err) != fault.Exceeded {
					t.Errorf("Start = %v, want the limit %s", err, c.limit)
				}
			})
		})
	}
}
