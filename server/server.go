// Package server builds everything from a configuration and owns the order of start
// and stop: from the store outwards to the listeners, and back again.
//
//	s, err := server.Open(ctx, &cfg, server.Options{Logger: log, Version: "1.0"})
//	defer s.Close()
//	err = s.Run(ctx) // until ctx is done; then everything accepted is finished
//
// Open acquires: the lock on the data directory, the stores, the listeners. What it
// finds wrong, it names: a directory that another process holds, a port in use.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/config"
	"tidemark/console"
)

// Options is what a server needs beside its configuration.
type Options struct {
	Logger  *slog.Logger // nil discards
	Version string
}

// Server is everything, wired.
type Server struct {
	cfg       *config.Config
	log       *slog.Logger
	version   string
	registry  *prometheus.Registry
	addresses Addresses
	stages    []stage
	ready     atomic.Bool
	page      *console.Console

	close   sync.Once
	closers []io.Closer // in the order in which they were opened
}

// stage is one part that runs.
type stage struct {
	name string
	run  func(ctx context.Context) error // until ctx is done, then it finishes what it accepted
}

// Open acquires everything a server needs, or releases it again and says why not.
func Open(ctx context.Context, cfg *config.Config, opt Options) (*Server, error) {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, log: opt.Logger, version: opt.Version, registry: newRegistry(opt.Version)}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Addresses are the addresses that the listeners were given.
func (s *Server) Addresses() Addresses { return s.addresses }

// ConsoleLink opens the console with a fresh session; empty without HTTP and HTTPS.
func (s *Server) ConsoleLink() string {
	if base := s.consoleBase(); base != "" {
		return s.page.Link(base)
	}
	return ""
}

// ballast is memory that is never touched, and so takes none of the machine's. Go's
// collector begins when there is as much garbage as memory in use: with it, not for every
// few megabytes that writers leave behind while little is in use.
const ballast = 16 << 20

// Run starts the stages from the store outwards to the listeners and, when ctx is done
// or one of them fails, stops them in the opposite order.
func (s *Server) Run(ctx context.Context) (err error) {
	defer runtime.KeepAlive(make([]byte, ballast))
	failed := make(chan error, len(s.stages))
	for _, st := range s.stages {
		stop := start(st, failed)
		defer func() { err = errors.Join(err, stop()) }()
	}
	s.ready.Store(true)
	defer s.ready.Store(false)
	s.log.Info("ready", "version", s.version, "path", s.cfg.Data)
	if link := s.ConsoleLink(); link != "" {
		s.log.Info("console", "url", link)
	}
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
		return nil
	case err := <-failed:
		return err
	}
}

// start runs a stage and returns what stops it and waits for it. A stage that ends
// by itself is reported once, to failed.
func start(st stage, failed chan<- error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := st.run(ctx)
		if ctx.Err() == nil {
			failed <- fmt.Errorf("%s ended: %w", st.name, errOr(err, errors.New("without a reason")))
			err = nil
		}
		ended <- err
	}()
	return func() error {
		cancel()
		if err := <-ended; err != nil {
			return fmt.Errorf("stop %s: %w", st.name, err)
		}
		return nil
	}
}

// errOr is err, or other when err is nil.
func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Close releases everything, the last opened first. It may be called twice.
func (s *Server) Close() error {
	var err error
	s.close.Do(func() {
		for _, c := range slices.Backward(s.closers) {
			err = errors.Join(err, c.Close())
		}
	})
	return err
}

// owns makes Close release c.
func (s *Server) owns(c io.Closer) { s.closers = append(s.closers, c) }

// runs adds a stage; stages start in the order in which they were added.
func (s *Server) runs(name string, run func(context.Context) error) {
	s.stages = append(s.stages, stage{name, run})
}
