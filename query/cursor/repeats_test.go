package cursor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/fault"
)

// ask runs a request that answers the number of its run, and returns it.
func ask(t *testing.T, r *Repeats[int], principal, token, request string, runs *int) int {
	t.Helper()
	got, err := r.Do(t.Context(), principal, token, request, func() (int, int, error) {
		*runs++
		return *runs, 10, nil
	})
	if err != nil {
		t.Fatalf("Do(%s, %s, %s): %v", principal, token, request, err)
	}
	return got
}

func TestRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, runs := NewRepeats[int](5*time.Minute, 25), 0
		for i, c := range []struct {
			principal, token, request string
			want                      int
		}{
			{"me", "t1", "a", 1},
			{"me", "t1", "a", 1},
			{"you", "t1", "a", 2},
			{"me", "t2", "a", 3}, // the first answer has no room any more
			{"me", "t2", "a", 3},
			{"me", "t1", "a", 4},
			{"me", "t1", "a", 4},
		} {
			if got := ask(t, r, c.principal, c.token, c.request, &runs); got != c.want {
				t.Errorf("request %d is answered by run %d, want %d", i, got, c.want)
			}
		}
		_, err := r.Do(t.Context(), "me", "t1", "b", func() (int, int, error) { return 0, 0, nil })
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("same token with another request = %v, want Invalid", err)
		}
		time.Sleep(5 * time.Minute)
		if got := ask(t, r, "me", "t1", "b", &runs); got != 5 {
			t.Errorf("same token five minutes later is answered by run %d, want 5", got)
		}
	})
}

func TestRepeatsShareARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, go1, answers := NewRepeats[int](time.Minute, 100), make(chan error), make(chan int)
		ran := 0
		run := func() (int, int, error) {
			ran++
			return 7, 1, <-go1
		}
		for range 3 {
			go func() {
				got, _ := r.Do(context.Background(), "me", "t", "a", run)
				answers <- got
			}()
		}
		synctest.Wait()
		go1 <- errors.New("the first caller left")
		<-answers
		synctest.Wait()
		go1 <- nil
		if a, b := <-answers, <-answers; a != 7 || b != 7 || ran != 2 {
			t.Errorf("answers %d and %d after %d runs, want 7 and 7 after 2", a, b, ran)
		}
	})
}

// A run that panics leaves nothing behind: who waits for it, and who comes later, runs anew.
func TestRepeatsAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, runs := NewRepeats[int](5*time.Minute, 100), 0
		waited := make(chan int)
		func() {
			defer func() {
				if p := recover(); p != "broken" {
					t.Errorf("recovered %v, want the panic of the run", p)
				}
			}()
			r.Do(t.Context(), "me", "t", "a", func() (int, int, error) {
				go func() { waited <- ask(t, r, "me", "t", "a", &runs) }()
				synctest.Wait()
				panic("broken")
			})
		}()
		if got := <-waited; got != 1 {
			t.Errorf("who waited is answered by run %d, want 1", got)
		}
		if got := ask(t, r, "me", "t", "a", &runs); got != 1 {
			t.Errorf("who came later is answered by run %d, want 1", got)
		}
	})
}
