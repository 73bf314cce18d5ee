package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tidemark/action"
	"tidemark/api"
	"tidemark/api/deadletters"
	"tidemark/api/imports"
	"tidemark/api/iot"
	"tidemark/api/iotdata"
	"tidemark/api/storage"
	"tidemark/api/timestream"
	"tidemark/backup"
	"tidemark/broker"
	"tidemark/config"
	"tidemark/deadletter"
	"tidemark/fault"
	"tidemark/identity"
	"tidemark/importer"
	"tidemark/internal/authority"
	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/objects"
	"tidemark/query"
	"tidemark/query/cursor"
	"tidemark/query/export"
	"tidemark/rules"
	"tidemark/rules/rulestore"
	"tidemark/tsdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// parts are the keepers and movers that doors are made of.
type parts struct {
	verifier *identity.Verifier
	meta     *meta.DB
	duck     *duckdb.Engine
	store    *tsdb.DB
	queries  *query.Engine
	letters  *deadletter.Letters
	imports  *importer.Importer
	rules    *rules.Engine
	broker   *broker.Server
	devices  *deviceAuth
}

// build opens everything, from the directory outwards to the listeners.
func (s *Server) build(ctx context.Context) error {
	if err := s.takeDirectory(); err != nil {
		return err
	}
	l, err := s.listen() // early: a port in use is found before a store is opened
	if err != nil {
		return err
	}
	var p parts
	for _, step := range []func(context.Context, *parts) error{s.openIdentity, s.openStore, s.openImports, s.openQueries, s.openLetters, s.openRules, s.openBroker} {
		if err := step(ctx, &p); err != nil {
			return err
		}
	}
	return s.openDoors(l, &p)
}

// takeDirectory makes the data directory and locks it.
func (s *Server) takeDirectory() error {
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return fault.New(fault.Invalid, "data: %w", err)
	}
	lock, err := meta.LockDir(s.cfg.Data)
	if err != nil {
		return err
	}
	s.owns(lock)
	return backup.CheckRestored(s.cfg.Data)
}

// tablesDir is the directory of the Iceberg tables, which other engines read in place.
const tablesDir = "iceberg"

// importsDir is the directory of files that are being imported; the next start empties it.
const importsDir = "imports"

func (s *Server) path(name string) string { return filepath.Join(s.cfg.Data, name) }

func (s *Server) openIdentity(_ context.Context, p *parts) error {
	preset := identity.Key{ID: s.cfg.RootAccessKeyID, Secret: s.cfg.RootSecretAccessKey}
	key, created, err := identity.EnsureRootKey(s.path(RootKeyFile), preset)
	if err != nil {
		return err
	}
	if created {
		s.log.Info("root access key written", "path", s.path(RootKeyFile))
	}
	p.verifier, err = identity.NewVerifier(identity.Options{Keys: identity.NewKeyring(key), Region: s.cfg.Region, Account: s.cfg.Account})
	return err
}

func (s *Server) openStore(ctx context.Context, p *parts) (err error) {
	if p.meta, err = meta.Open(ctx, s.path("meta.db")); err != nil {
		return err
	}
	s.owns(p.meta)
	sizes, err := sizesOf(s.cfg.StoreMemory, s.cfg.QuerySpill, s.cfg.StoreReserve, s.cfg.StoreSeries)
	if err != nil {
		return err
	}
	p.duck, err = duckdb.Open(ctx, duckdb.Options{
		Path: s.path("hot.duckdb"), MemoryLimit: sizes[0], Threads: s.cfg.StoreThreads, TempDir: s.path("spill"), TempLimit: sizes[1],
		AllowedDirs: []string{s.path(importsDir), s.path(tablesDir), s.path(backup.Staging)},
	})
	if err != nil {
		return err
	}
	s.owns(p.duck)
	bucket, err := s.openTables(ctx)
	if err != nil {
		return err
	}
	p.store, err = tsdb.Open(ctx, tsdb.Options{
		Engine: p.duck, Meta: p.meta, Tables: s.path(tablesDir), Bucket: bucket, Keep: s.cfg.StoreKeep, Logger: s.log, Registerer: s.registry,
		Hot: hot.Options{FreeBytes: uint64(sizes[2]), SegmentAge: s.cfg.StoreMove, SeriesBytes: sizes[3]},
	})
	if err != nil {
		return err
	}
	s.owns(p.store)
	s.runs("store", p.store.Run)
	return nil
}

// openTables opens the bucket that older rows are kept in; nil when it is a directory.
func (s *Server) openTables(ctx context.Context) (*cold.Bucket, error) {
	if s.cfg.StoreTables == "" {
		return nil, nil
	}
	loc, name, prefix, err := objects.ParseFolder(s.cfg.StoreTables)
	if err != nil {
		return nil, err
	}
	sizes, err := sizesOf(s.cfg.StoreCache)
	if err != nil {
		return nil, err
	}
	store, err := objects.Open(ctx, loc, objects.Options{Region: s.cfg.Region, TempDir: s.path("spill"), Logger: s.log})
	if err != nil {
		return nil, err
	}
	s.owns(store)
	kept, ok := store.(cold.Objects)
	if !ok {
		return nil, fault.New(fault.Internal, "the service of %s cannot be read", s.cfg.StoreTables)
	}
	if err := kept.Check(ctx, objects.Target{Bucket: name, Key: "x"}); err != nil {
		return nil, fmt.Errorf("store.tables: %w", err)
	}
	return &cold.Bucket{Objects: kept, Name: name, Prefix: prefix, CacheBytes: sizes[0]}, nil
}

func (s *Server) openImports(_ context.Context, p *parts) (err error) {
	sizes, err := sizesOf(s.cfg.StoreReserve)
	if err != nil {
		return err
	}
	p.imports, err = importer.Open(importer.Options{
		Engine: p.duck, Store: p.store, Dir: s.path(importsDir), FreeBytes: 2 * uint64(sizes[0]), // so that an import stops before writing does
		Logger: s.log, Registerer: s.registry,
	})
	if err != nil {
		return err
	}
	s.owns(p.imports)
	s.runs("imports", p.imports.Run)
	return nil
}

// sizesOf reads several settings that are sizes.
func sizesOf(texts ...string) (sizes []int64, err error) {
	for _, text := range texts {
		n, err := config.Bytes(text)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

func (s *Server) openQueries(ctx context.Context, p *parts) error {
	sizes, err := sizesOf(s.cfg.QueryMemory, s.cfg.QueryResult)
	if err != nil {
		return err
	}
	buckets, err := s.openObjects(ctx)
	if err != nil {
		return err
	}
	p.queries, err = query.Open(ctx, query.Options{
		Store: p.store, DuckDB: p.duck, Objects: buckets, MaxRunning: s.cfg.QueryConcurrent, MaxWaiting: s.cfg.QueryWaiting, Memory: sizes[0],
		Paging: cursor.Options{RunTime: s.cfg.QueryTimeout, ResultBytes: sizes[1], ResultRows: int64(s.cfg.QueryRows), TempDir: s.path("spill"), Logger: s.log},
		Logger: s.log, Registerer: s.registry,
	})
	if err != nil {
		return err
	}
	s.owns(p.queries)
	s.runs("queries", p.queries.Run)
	return nil
}

// openObjects opens the buckets that UNLOAD writes to; nil when they are off.
func (s *Server) openObjects(ctx context.Context) (export.Store, error) {
	loc, err := s.cfg.ObjectsLocation()
	if err != nil || loc == (objects.Location{}) {
		return nil, err
	}
	opt := objects.Options{Region: s.cfg.Region, TempDir: s.path("spill"), Exclusive: s.cfg.Objects == "", Logger: s.log}
	if opt.Exclusive { // on the disk of the store
		reserve, err := config.Bytes(s.cfg.StoreReserve)
		if err != nil {
			return nil, err
		}
		opt.Reserve = uint64(reserve)
	}
	store, err := objects.Open(ctx, loc, opt)
	if err != nil {
		return nil, err
	}
	s.owns(store)
	return store, nil
}

func (s *Server) openLetters(_ context.Context, p *parts) (err error) {
	sizes, err := sizesOf(s.cfg.DeadLetterSize)
	if err != nil {
		return err
	}
	p.letters, err = deadletter.Open(deadletter.Options{
		Store: p.store, Queries: p.queries, Rate: s.cfg.DeadLetterRate, MaxBytes: sizes[0], Logger: s.log, Registerer: s.registry,
	})
	if err != nil {
		return err
	}
	p.letters.Rules(func() deadletter.Runner { return p.rules })
	s.runs("dead letters", p.letters.Run)
	return nil
}

func (s *Server) openRules(ctx context.Context, p *parts) (err error) {
	p.rules, err = rules.Open(ctx, rules.Options{
		Store: rulestore.New(p.meta), Account: s.cfg.Account, Logger: s.log, Registerer: s.registry,
		Builders: action.Builders(action.Deps{Store: p.store, Letters: p.letters, Broker: func() action.Publisher { return p.broker }}),
	})
	if err != nil {
		return err
	}
	s.owns(p.rules)
	s.runs("rules", p.rules.Run)
	return nil
}

func (s *Server) openBroker(ctx context.Context, p *parts) error {
	auth := &deviceAuth{verifier: p.verifier, loopback: s.cfg.MQTTAnonymous == "loopback", names: s.hostNames()}
	var err error
	if s.cfg.MQTTUsers != "" {
		if auth.passwords, err = identity.LoadPasswords(s.cfg.MQTTUsers); err != nil {
			return err
		}
	}
	p.devices = auth
	p.broker, err = broker.Open(ctx, broker.Options{Dir: s.path("mqtt"), Sink: p.rules, Auth: auth, Logger: s.log, Registerer: s.registry})
	if err != nil {
		return err
	}
	s.owns(p.broker)
	s.runs("broker", p.broker.Run)
	return nil
}

// openDoors puts the protocols in front of the parts and the listeners in front of them.
func (s *Server) openDoors(l *listeners, p *parts) error {
	page, err := s.newConsole(p.queries)
	if err != nil {
		return err
	}
	services, err := s.services(p)
	if err != nil {
		return err
	}
	handler, err := api.New(api.Options{
		Services: services, Verifier: p.verifier, Logger: s.log, Registerer: s.registry,
		Next: s.pages(page, p.devices.refuseForged(p.broker.WebSocket()), p.store.Health),
	})
	if err != nil {
		return err
	}
	s.page = page
	return s.openListeners(l, p, handler)
}

// openListeners adds a stage for every socket, the last to start and the first to stop.
func (s *Server) openListeners(l *listeners, p *parts, handler http.Handler) error {
	conf, err := s.tlsConfig()
	if err != nil {
		return err
	}
	serveMQTT := func(ln net.Listener) func(context.Context) error {
		return func(ctx context.Context) error { return p.broker.ServeListener(ctx, ln) }
	}
	if l.mqtt != nil {
		s.runs("mqtt", serveMQTT(l.mqtt))
	}
	if l.mqttTLS != nil {
		s.runs("mqtt-tls", serveMQTT(tls.NewListener(l.mqttTLS, conf)))
	}
	if l.http != nil {
		s.runs("http", s.web(l.http, handler, nil))
	}
	if l.https != nil {
		s.runs("https", s.web(l.https, handler, conf))
	}
	return s.writeAddresses()
}

// services are the AWS-shaped front ends, and those of our own.
func (s *Server) services(p *parts) ([]api.Service, error) {
	ts, err := timestream.New(timestream.Options{Store: p.store, Queries: p.queries, Region: s.cfg.Region, Account: s.cfg.Account, EndpointAddress: s.cfg.Advertise})
	if err != nil {
		return nil, err
	}
	control, err := iot.New(iot.Options{Rules: p.rules, Region: s.cfg.Region, Account: s.cfg.Account, DataEndpoint: s.dataEndpoint})
	if err != nil {
		return nil, err
	}
	data, err := iotdata.New(iotdata.Options{Broker: p.broker})
	if err != nil {
		return nil, err
	}
	letters, err := deadletters.New(deadletters.Options{Letters: p.letters})
	if err != nil {
		return nil, err
	}
	stored, err := storage.New(storage.Options{Store: p.store})
	if err != nil {
		return nil, err
	}
	files, err := imports.New(imports.Options{Importer: p.imports})
	if err != nil {
		return nil, err
	}
	copies, err := s.backups(p)
	if err != nil {
		return nil, err
	}
	return []api.Service{ts.Service(), control.Service(), data.Service(), letters.Service(), stored.Service(), files.Service(), copies.Service()}, nil
}

// dataEndpoint is what DescribeEndpoint answers: the advertised name, else the host the
// client used with the port of HTTPS, which callers put https:// in front of.
func (s *Server) dataEndpoint(r *http.Request, _ string) string {
	if s.cfg.Advertise != "" {
		return s.cfg.Advertise
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	_, port, err := net.SplitHostPort(s.addresses.HTTPS)
	if err != nil {
		return r.Host
	}
	return net.JoinHostPort(host, port)
}

// tlsConfig presents the built-in authority's certificate for every name we may be called by.
func (s *Server) tlsConfig() (*tls.Config, error) {
	ca, err := authority.Open(s.path(filepath.Dir(CAFile)), time.Now)
	if err != nil {
		return nil, err
	}
	pair, err := ca.Server(s.hostNames())
	if err != nil {
		return nil, fmt.Errorf("issue server certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// hostNames are the names and addresses of the server certificate.
func (s *Server) hostNames() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil {
		names = append(names, host)
	}
	for _, addr := range []string{s.addresses.HTTPS, s.addresses.MQTTTLS, s.cfg.Advertise} {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			host = addr
		}
		if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
			names = append(names, host)
		}
	}
	return append(names, s.cfg.Names...)
}

// consoleBase is the address of the console for a browser on this machine.
func (s *Server) consoleBase() string {
	switch {
	case s.addresses.HTTP != "":
		return "http://" + browsable(s.addresses.HTTP)
	case s.addresses.HTTPS != "":
		return "https://" + browsable(s.addresses.HTTPS)
	}
	return ""
}

// browsable turns an address that means every interface into this machine's own.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsUnspecified() {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}
