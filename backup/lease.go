package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"

	"tidemark/fault"
)

// A bucket has no locks that end with their process. So a writer makes an object, which it
// renews while it works; one that has run out, as when its process was killed, may be
// replaced. The clocks of the machines must agree to within the time that is left of it
// when it is renewed.
type lease struct {
	long  time.Duration // how long it is good for
	renew time.Duration // how often it is renewed
	pause time.Duration // before who replaced one looks whether another did the same
}

var standardLease = lease{long: 5 * time.Minute, renew: time.Minute, pause: 3 * time.Second}

// holder is what the object says.
type holder struct {
	ID      string    `json:"id"`
	Host    string    `json:"host"`
	Process string    `json:"process,omitempty"` // machine and number
	Until   time.Time `json:"until"`
}

// thisProcess names a process so that others on the machine can tell whether it has ended;
// empty where that is not known.
func thisProcess(number int) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + space + " " + strconv.Itoa(number)
}

// ended reports whether the holder's process was on this machine, and is not there any more.
func (h *holder) ended() bool {
	number, err := strconv.Atoi(h.Process[strings.LastIndexByte(h.Process, ' ')+1:])
	return err == nil && number > 0 && h.Process == thisProcess(number) && errors.Is(syscall.Kill(number, 0), syscall.ESRCH)
}

// errLost says that another writer holds the lease.
var errLost = fault.New(fault.Conflict, "another process writes to the same backups: this one was held up for too long")

// take takes the lease, and renews it until the release.
func (l lease) take(ctx context.Context, b *bucket) (held context.Context, release func(), err error) {
	h := holder{ID: uuid.NewString(), Process: thisProcess(os.Getpid())}
	h.Host, _ = os.Hostname()
	if err := l.claim(ctx, b, h); err != nil {
		return nil, nil, err
	}
	held, lose := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.keep(held, b, h, lose)
	}()
	return held, func() {
		lose(nil)
		<-ended
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.pause+10*time.Second)
		defer cancel()
		if now, err := b.holder(end); err == nil && now.ID == h.ID {
			_ = b.remove(end, lockFile) // it runs out otherwise
		}
	}, nil
}

// claim makes the object, or replaces one that has run out.
func (l lease) claim(ctx context.Context, b *bucket, h holder) error {
	err := b.hold(ctx, l, h, true)
	if fault.KindOf(err) != fault.Conflict && err != nil {
		return err
	}
	now, read := b.holder(ctx)
	switch {
	case read != nil:
		return read
	case now.ID == h.ID:
		return nil
	case time.Now().Before(now.Until) && !now.ended():
		return fault.New(fault.Conflict, "Another process, on %s, writes to the backups in %s; if it was killed, wait until %s.", now.Host, b.url(""), now.Until.Format(time.RFC3339))
	}
	if err := b.hold(ctx, l, h, false); err != nil {
		return err
	}
	select {
	case <-time.After(l.pause):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if now, err = b.holder(ctx); err == nil && now.ID != h.ID {
		err = errLost
	}
	return err
}

// keep renews the lease, and ends the work when that fails for as long as it is good for,
// or when another has it.
func (l lease) keep(ctx context.Context, b *bucket, h holder, lose context.CancelCauseFunc) {
	tick := time.NewTicker(l.renew)
	defer tick.Stop()
	good := time.Now().Add(l.long)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := b.holder(ctx)
		if err == nil && now.ID != h.ID {
			lose(errLost)
			return
		}
		until := time.Now().Add(l.long)
		if err == nil {
			err = b.hold(ctx, l, h, false)
		}
		if err == nil {
			good = until
		} else if time.Now().Add(l.renew).After(good) {
			lose(errors.Join(errLost, err))
			return
		}
	}
}

// hold writes the object.
func (b *bucket) hold(ctx context.Context, l lease, h holder, fresh bool) error {
	h.Until = time.Now().Add(l.long).UTC()
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	t := b.target(lockFile)
	t.New = fresh
	o, err := b.objects.Create(ctx, t)
	if err != nil {
		return err
	}
	if _, err = io.Copy(o, bytes.NewReader(text)); err == nil {
		err = o.Commit(ctx)
	}
	return errors.Join(err, o.Abort())
}

// holder reads the object. What cannot be read has run out.
func (b *bucket) holder(ctx context.Context) (h holder, err error) {
	in, err := b.open(ctx, lockFile)
	if err != nil {
		return h, err
	}
	text, err := io.ReadAll(io.LimitReader(in, 1<<16))
	if err := errors.Join(err, in.Close()); err != nil {
		return h, err
	}
	_ = json.Unmarshal(text, &h)
	return h, nil
}
