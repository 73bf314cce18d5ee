// Package config turns one file, the environment and flags into one checked value.
//
// Every setting is a row of a table: its key is its name in the file (nested or
// dotted), with dots and dashes as underscores and the prefix TIDEMARK_ it is an
// environment variable, with dots as dashes it is a flag. Later sources win:
// default, file, environment, flag. An unknown key, in the file or the environment,
// is an error. docs/operating.md lists the settings.
package config

import (
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/objects"
)

// Off is the address that disables a listener.
const Off = "off"

// Config is everything that can be set. The zero value is not valid; see Default.
type Config struct {
	Data    string // directory that holds everything
	Region  string
	Account string // twelve digits

	HTTP    string // listen addresses: host:port, port 0 picks a free one, "off" disables
	HTTPS   string
	MQTT    string
	MQTTTLS string
	PG      string

	Names     []string // further host names and addresses for the server certificate
	Advertise string   // host[:port] that DescribeEndpoint(s) answer; empty: what the client used

	RootAccessKeyID     string // empty: created at the first start
	RootSecretAccessKey string

	MQTTUsers     string // file of user:bcrypt lines; empty: no users
	MQTTAnonymous string // who may connect without a password: "loopback" or "never"

	StoreMemory  string        // memory above which the embedded engine spills, as 4GB; empty: half of its own default
	StoreThreads int           // 0: one per core, at least 3
	StoreTables  string        // where older rows are: s3://bucket/prefix?endpoint=…; empty: iceberg in Data
	StoreCache   string        // size of the copies of what is in that bucket, as 10GB
	StoreMove    time.Duration // age after which rows move into files
	StoreKeep    time.Duration // how long files that were replaced are kept for other engines
	StoreSeries  string        // memory for the series of all tables, as 4GB; empty: a quarter of the machine's
	StoreReserve string        // free disk space below which writes are refused, as 256MiB

	QueryTimeout    time.Duration // longest run of one query
	QueryConcurrent int           // queries that run at once; more wait
	QueryWaiting    int           // queries that wait for that; more are refused
	QueryMemory     string        // what one query may hold that cannot be spilled, as 1GB; empty: half of the engine's
	QuerySpill      string        // disk space for intermediate results of all queries
	QueryResult     string        // size of one query's result
	QueryRows       int           // rows of one query's result; 0: no bound

	Objects string // where the buckets of UNLOAD are: a directory, s3://?endpoint=…, or "off"; empty: objects in Data

	DeadLetterRate int    // dead letters of one database a second
	DeadLetterSize string // of the dead letters of one database, as 1GB

	LogLevel  slog.Level
	LogFormat string // "text" or "json"
}

// Default returns the settings of a server on one's own machine.
func Default() Config {
	return Config{
		Data: "tidemark-data", Region: "us-east-1", Account: "000000000000",
		HTTP: "127.0.0.1:7420", HTTPS: "127.0.0.1:7443", MQTT: "127.0.0.1:1883", MQTTTLS: "127.0.0.1:8883", PG: Off,
		MQTTAnonymous: "loopback",
		QueryTimeout:  time.Hour, QueryConcurrent: 8, QueryWaiting: 1000,
		QuerySpill: "10GB", QueryResult: "5GB",
		StoreCache: "10GB", StoreMove: 24 * time.Hour, StoreKeep: 10 * time.Minute, StoreReserve: "256MiB", DeadLetterRate: 1000, DeadLetterSize: "1GB",
		LogLevel: slog.LevelInfo, LogFormat: "text",
	}
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
	keyIDForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{16,128}$`)
	memoryForm  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?(MB|GB|MiB|GiB)$`)
)

// Validate reports the first setting that cannot be used, by its key. The data
// directory becomes an absolute path.
func (c *Config) Validate() error {
	if c.Data == "" {
		return fault.New(fault.Invalid, "data: a directory is required")
	}
	abs, err := filepath.Abs(c.Data)
	if err != nil {
		return fmt.Errorf("find data directory: %w", err)
	}
	c.Data = abs
	for _, check := range []func() error{c.validateAddresses, c.validateIdentity, c.validateLimits} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) validateAddresses() error {
	for key, addr := range map[string]string{"http": c.HTTP, "https": c.HTTPS, "mqtt": c.MQTT, "mqtt-tls": c.MQTTTLS} {
		if addr == Off {
			continue
		}
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			return fault.New(fault.Invalid, "%s: %q is not an address: want host:port, or %q", key, addr, Off)
		}
	}
	if c.PG != Off {
		return fault.New(fault.Invalid, "pg: this version does not serve the PostgreSQL protocol: only %q is accepted", Off)
	}
	return nil
}

func (c *Config) validateIdentity() error {
	switch {
	case !accountForm.MatchString(c.Account):
		return fault.New(fault.Invalid, "account: %q is not twelve digits", c.Account)
	case !regionForm.MatchString(c.Region):
		return fault.New(fault.Invalid, "region: %q is not of the form us-east-1", c.Region)
	case (c.RootAccessKeyID == "") != (c.RootSecretAccessKey == ""):
		return fault.New(fault.Invalid, "root-access-key-id and root-secret-access-key go together")
	case c.RootAccessKeyID != "" && !keyIDForm.MatchString(c.RootAccessKeyID):
		return fault.New(fault.Invalid, "root-access-key-id: want 16 to 128 letters, digits, - or _")
	case c.RootSecretAccessKey != "" && len(c.RootSecretAccessKey) < 16:
		return fault.New(fault.Invalid, "root-secret-access-key: want at least 16 characters")
	case c.MQTTAnonymous != "loopback" && c.MQTTAnonymous != "never":
		return fault.New(fault.Invalid, "mqtt-anonymous: %q is neither loopback nor never", c.MQTTAnonymous)
	}
	return nil
}

func (c *Config) validateLimits() error {
	switch {
	case c.StoreThreads < 0:
		return fault.New(fault.Invalid, "store.threads: want 0 or more, not %d", c.StoreThreads)
	case c.StoreKeep < time.Second:
		return fault.New(fault.Invalid, "store.keep: want 1s or more, not %v", c.StoreKeep)
	case c.StoreMove < time.Second:
		return fault.New(fault.Invalid, "store.move: want 1s or more, not %v", c.StoreMove)
	case c.QueryTimeout <= 0:
		return fault.New(fault.Invalid, "query.timeout: want more than 0, not %v", c.QueryTimeout)
	case c.QueryConcurrent < 1:
		return fault.New(fault.Invalid, "query.concurrent: want 1 or more, not %d", c.QueryConcurrent)
	case c.QueryWaiting < 1:
		return fault.New(fault.Invalid, "query.waiting: want 1 or more, not %d", c.QueryWaiting)
	case c.QueryRows < 0:
		return fault.New(fault.Invalid, "query.rows: want 0 or more, not %d", c.QueryRows)
	case c.DeadLetterRate < 1:
		return fault.New(fault.Invalid, "dead-letter.rate: want 1 or more, not %d", c.DeadLetterRate)
	case c.LogFormat != "text" && c.LogFormat != "json":
		return fault.New(fault.Invalid, "log.format: %q is neither text nor json", c.LogFormat)
	}
	if _, err := c.ObjectsLocation(); err != nil {
		return fault.New(fault.Invalid, "objects: %w", err)
	}
	if c.StoreTables != "" {
		if _, _, _, err := objects.ParseFolder(c.StoreTables); err != nil {
			return fault.New(fault.Invalid, "store.tables: %w", err)
		}
	}
	return c.validateSizes()
}

// ObjectsLocation is where the buckets are; the default is a directory in Data.
func (c *Config) ObjectsLocation() (objects.Location, error) {
	if c.Objects == "" {
		return objects.Location{Dir: filepath.Join(c.Data, "objects")}, nil
	}
	return objects.Parse(c.Objects)
}

// Listens reports whether a listener is on.
func Listens(addr string) bool { return !strings.EqualFold(addr, Off) }
