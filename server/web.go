package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10 // bytes
	drainTimeout  = 30 * time.Second
)

// newRegistry is a registry of one server: nothing of it is global.
func newRegistry(version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tidemark_server_build_info", Help: "Always 1; the version is a label.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// pages serves what is not AWS-shaped.
func (s *Server) pages(console, mqtt http.Handler, health func() error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.healthz(w, health) })
	mux.Handle("/mqtt", mqtt)
	mux.Handle("/", console)
	return mux
}

// healthz is 200 once everything accepts work, and 503 with the reason otherwise.
func (s *Server) healthz(w http.ResponseWriter, health func() error) {
	err := health()
	if !s.ready.Load() {
		err = errOr(err, errors.New("starting or stopping"))
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	io.WriteString(w, "ok\n")
}

// web runs an HTTP server on a listener, with TLS when conf is not nil. When its
// context is done it answers what it has read, for at most 30 seconds.
func (s *Server) web(ln net.Listener, handler http.Handler, conf *tls.Config) func(context.Context) error {
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog:     slog.NewLogLogger(s.log.With("component", "http").Handler(), slog.LevelDebug),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // HTTP/1.1, as AWS IoT's data plane
	}
	if conf != nil {
		ln = tls.NewListener(ln, conf)
	}
	return func(ctx context.Context) error {
		ended := make(chan error, 1)
		go func() { ended <- srv.Serve(ln) }()
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
		}
		drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		err := srv.Shutdown(drain)
		<-ended
		return errors.Join(err, srv.Close())
	}
}
