package rules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"tidemark/sql/iotsql"
	"tidemark/topic"
)

// ruleStore keeps the rules' definitions; rules/rulestore has one over package
// meta. What Put and Delete did is durable when they return.
type ruleStore interface {
	Put(ctx context.Context, name string, r Rule) error
	Delete(ctx context.Context, name string) error
	All(ctx context.Context) ([]Rule, error)
}

// Options say how an Engine works. Store and Builders are required.
type Options struct {
	Store    ruleStore
	Builders map[string]Builder // by the kind of action

	Account    string // what accountid() returns; default 000000000000
	MaxRules   int    // default 1000 (AWS quota)
	MaxMemory  int64  // bytes that messages accepted and not done may take, by a worst-case estimate; Accept blocks above it; default 256 MB
	MaxRetries int    // failed attempts that wait to be tried again; above it failures are final; default 10000

	Now      func() time.Time // default time.Now
	NewUUID  func() string    // for newuuid(); default random
	Random   func() float64   // for rand() and the jitter of retries; default math/rand
	External iotsql.External  // nil: external functions fail by name

	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil: metrics are kept but not registered
}

// Validate reports what is missing or impossible.
func (o *Options) Validate() error {
	switch {
	case o.Store == nil:
		return errors.New("rules: Store is required")
	case o.Builders == nil:
		return errors.New("rules: Builders is required")
	case o.MaxRules < 0 || o.MaxMemory < 0 || o.MaxRetries < 0:
		return errors.New("rules: limits cannot be negative")
	default:
		return nil
	}
}

// withDefaults fills what was left out.
func (o Options) withDefaults() Options {
	fill(&o.Account, "000000000000")
	fill(&o.MaxRules, 1000)
	fill(&o.MaxMemory, 256<<20)
	fill(&o.MaxRetries, 10_000)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewUUID == nil {
		o.NewUUID = uuid.NewString
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = o.Logger.With("component", "rules")
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	return o
}

func fill[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

// Engine keeps topic rules and runs them. It is a broker.Sink.
type Engine struct {
	opt     Options
	env     iotsql.Env
	metrics *metrics
	current atomic.Pointer[snapshot]
	writing sync.Mutex // held by whoever changes rules

	ctx     context.Context // of actions: it ends with Close, not with the sender's connection
	cancel  context.CancelFunc
	memory  *semaphore.Weighted // what messages in flight take
	flying  atomic.Int64        // messages in flight
	stopped context.Context     // ended when Run is told to end
	stop    context.CancelFunc
	retries *retryQueue
}

// Open loads the rules. One that no longer compiles is kept and listed, but not
// run; the log names it.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	e := &Engine{
		opt:    opt,
		env:    iotsql.Env{NewUUID: opt.NewUUID, Random: opt.Random, External: opt.External},
		memory: semaphore.NewWeighted(opt.MaxMemory),
	}
	e.ctx, e.cancel = context.WithCancel(context.WithoutCancel(ctx))
	e.stopped, e.stop = context.WithCancel(e.ctx)
	e.metrics = newMetrics(opt.Registerer, func() float64 { return float64(e.flying.Load()) })
	e.retries = newRetryQueue(opt.MaxRetries, e.metrics.waiting)
	rules, err := e.load(ctx)
	if err != nil {
		e.cancel()
		return nil, fmt.Errorf("load topic rules: %w", err)
	}
	e.current.Store(newSnapshot(rules))
	return e, nil
}

func (e *Engine) load(ctx context.Context) (map[string]*compiled, error) {
	stored, err := e.opt.Store.All(ctx)
	if err != nil {
		return nil, err
	}
	rules := make(map[string]*compiled, len(stored))
	for _, r := range stored {
		c, err := e.compile(r)
		if err != nil {
			e.opt.Logger.Error("topic rule does not compile and is not run", "rule", r.Name, "err", err)
			c = &compiled{rule: r}
		}
		rules[r.Name] = c.count(e.metrics)
	}
	return rules, nil
}

// Run tries failed actions again until ctx is done. Then it refuses new messages,
// gives waiting attempts their last try at once, and returns when every accepted
// message is done.
func (e *Engine) Run(ctx context.Context) error {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		e.retries.run(e.ctx)
	}()
	select {
	case <-ctx.Done():
	case <-e.ctx.Done():
	}
	e.stop()
	e.retries.hurry()
	err := e.memory.Acquire(e.ctx, e.opt.MaxMemory) // all of it is free when every message is done
	e.retries.close()
	<-finished
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("run topic rules: %w", err) // closed under its feet
	}
	return nil
}

// Close ends whatever Run left over: actions under way see their context end. It
// may be called twice.
func (e *Engine) Close() error {
	e.cancel()
	return nil
}

// snapshot is an immutable set of rules.
type snapshot struct {
	byName map[string]*compiled
	index  topic.Index[*compiled] // of the enabled rules
}

func newSnapshot(rules map[string]*compiled) *snapshot {
	s := &snapshot{byName: rules}
	for _, c := range rules {
		if c.stmt != nil && !c.rule.Disabled && c.stmt.TopicFilter() != "" {
			s.index.Add(c.stmt.TopicFilter(), c)
		}
	}
	return s
}
