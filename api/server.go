// Package api speaks AWS-shaped HTTP: it finds the operation of a request, verifies
// its signature, decodes and validates its input, and gives back an output or a fault
// in the codes and the shape of the service's protocol.
//
//	server, err := api.New(api.Options{Services: []api.Service{ts.Service()}, Verifier: v, Next: pages})
//	http.Serve(listener, server)
//
// A door declares a Service with its Operations (Op, Route); doors stand in packages
// below this one, a wire namespace each. What is not AWS-shaped goes to Options.Next.
// A Server must see paths as they were sent: do not put it behind http.ServeMux, which
// cleans them. It owns no goroutine; stopping the http.Server drains it. Server is safe
// to call at once. docs/compatibility.md lists the operations.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/identity"
)

// Options configure a Server.
type Options struct {
	Services []Service
	// Verifier checks signatures; required.
	Verifier *identity.Verifier
	// Next answers what is not AWS-shaped; 404 when nil.
	Next http.Handler
	// Timeout bounds an operation, so that it ends before clients give up; 65 s when
	// zero: Query may take 60.
	Timeout time.Duration
	// BodyTimeout bounds the reading of a request's body; 30 s when zero.
	BodyTimeout time.Duration
	// MaxInFlight bounds the requests that are read and answered at once; further
	// ones wait, and are answered Unavailable after Timeout. 512 when zero.
	MaxInFlight int
	Logger      *slog.Logger
	Registerer  prometheus.Registerer
}

// Validate reports the first setting that cannot work.
func (o Options) Validate() error {
	switch {
	case o.Verifier == nil:
		return errors.New("api: Verifier is required")
	case o.Timeout < 0 || o.BodyTimeout < 0 || o.MaxInFlight < 0:
		return errors.New("api: Timeout, BodyTimeout and MaxInFlight may not be negative")
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Next == nil {
		o.Next = http.NotFoundHandler()
	}
	if o.Timeout == 0 {
		o.Timeout = 65 * time.Second
	}
	if o.BodyTimeout == 0 {
		o.BodyTimeout = 30 * time.Second
	}
	if o.MaxInFlight == 0 {
		o.MaxInFlight = 512
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	return o
}

// Server answers AWS-shaped requests.
type Server struct {
	opt     Options
	router  *router
	metrics *metrics
	slots   chan struct{}
	buffers buffers
	outage  atomic.Int64 // the second of the last failure by an outage that was logged
	log     *slog.Logger
}

// New returns a server, or says which option or service is wrong.
func New(opt Options) (*Server, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	rt, err := newRouter(opt.Services)
	if err != nil {
		return nil, err
	}
	return &Server{
		opt: opt, router: rt, metrics: newMetrics(opt.Registerer),
		slots: make(chan struct{}, opt.MaxInFlight),
		log:   opt.Logger.With("component", "api"),
	}, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") && r.Header.Get("Upgrade") == ""
	found, none, svc := s.router.route(r, signed, identity.ScopeService(r))
	switch {
	case found.handler != nil:
		s.answer(w, r, found)
	case none != nil:
		s.refuse(w, svc, *none)
	default:
		s.opt.Next.ServeHTTP(w, r)
	}
}

// refuse answers a request that is AWS-shaped and has no operation. Svc may be nil.
func (s *Server) refuse(w http.ResponseWriter, svc *Service, wire WireError) {
	if svc == nil {
		svc = &Service{Name: "unknown", Protocol: JSON10}
	}
	s.metrics.requests.WithLabelValues(svc.Name, "unknown", wire.Code).Inc()
	writeError(w, svc, svc.newID(), wire)
}

func (svc *Service) newID() string {
	if svc.RequestID != nil {
		return svc.RequestID()
	}
	return UUID()
}

// answer runs one operation and counts it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, m match) {
	began := time.Now()
	svc, op := m.handler.svc, &m.handler.op
	req := &Request{ID: svc.newID(), Host: r.Host, TLS: r.TLS != nil, UserAgent: r.UserAgent(), RemoteIP: remoteIP(r), Received: began, HTTP: r}
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()

	ctx, cancel := context.WithTimeout(WithRequest(r.Context(), req), cmp.Or(op.timeout, s.opt.Timeout))
	defer cancel()
	in, out := s.buffers.get(), s.buffers.get()
	defer s.buffers.put(in)
	defer s.buffers.put(out)

	codeName := ""
	if err := s.run(ctx, w, r, m, req, in, out); err != nil {
		wire := translate(err, svc, op, req.ID)
		s.report(ctx, svc, op, req.ID, wire, err)
		codeName = wire.Code
		writeError(w, svc, req.ID, wire)
	} else {
		writeAnswer(w, svc.Protocol, req.ID, *out)
	}
	s.metrics.requests.WithLabelValues(svc.Name, op.Name, codeName).Inc()
	s.metrics.seconds.WithLabelValues(svc.Name, op.Name).Observe(time.Since(began).Seconds())
}

// run takes a request from its signature to the bytes of its answer in out.
func (s *Server) run(ctx context.Context, w http.ResponseWriter, r *http.Request, m match, req *Request, in, out *[]byte) (err error) {
	defer s.recovered(&err)
	release, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer release()
	svc := m.handler.svc
	claim, err := s.opt.Verifier.Examine(ctx, r, svc.Signing...)
	if err != nil {
		return err
	}
	if *in, err = readBody(w, r, *in, svc, s.opt.BodyTimeout); err != nil {
		return err
	}
	if req.Principal, err = claim.Verify(*in); err != nil {
		return err
	}
	result, err := m.handler.op.call(ctx, decoder{r, m.params, *in})
	if err != nil {
		return err
	}
	*out, err = appendOutput(*out, result)
	return err
}

func (svc *Service) maxBody() int64 {
	if svc.MaxBody > 0 {
		return svc.MaxBody
	}
	return 1 << 20
}

// enter waits for a free slot.
func (s *Server) enter(ctx context.Context) (release func(), err error) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "The server is busy; try again.")
	}
}

// recovered turns a panic of an operation into an internal error.
func (s *Server) recovered(err *error) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	s.metrics.panics.Inc()
	*err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
}

// report logs what is ours to fix; what a client did wrong is counted only.
func (s *Server) report(ctx context.Context, svc *Service, op *Operation, id string, wire WireError, err error) {
	gone := errors.Is(err, context.Canceled) && ctx.Err() != nil
	if wire.Status < 500 || gone || fault.KindOf(err) == fault.Unavailable && !s.firstThisSecond() {
		return
	}
	s.log.ErrorContext(ctx, "request failed", "request_id", id, "operation", svc.Name+"."+op.Name, "err", err)
}

// firstThisSecond is true once a second: an outage, a full disk for one, fails every
// request, and the metrics count them.
func (s *Server) firstThisSecond() bool {
	now := time.Now().Unix()
	return s.outage.Swap(now) != now
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
