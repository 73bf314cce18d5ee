package config

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Setting is one row of the table: a value of Config under its names.
type Setting struct {
	Key    string // in the file, for example "query.timeout"
	Usage  string // one line, without the default
	Secret bool   // printed only as set or unset
	get    func(*Config) string
	set    func(*Config, string) error
}

// Env is the setting's environment variable.
func (s Setting) Env() string {
	return "TIDEMARK_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(s.Key))
}

// Flag is the setting's flag without the dashes in front.
func (s Setting) Flag() string { return strings.ReplaceAll(s.Key, ".", "-") }

// Value is the setting's text in c; for a secret, whether it is set.
func (s Setting) Value(c *Config) string {
	text := s.get(c)
	if !s.Secret {
		return text
	}
	if text == "" {
		return "unset"
	}
	return "set"
}

// Settings is the table, in the order in which they are printed.
func Settings() []Setting {
	return []Setting{
		text("data", "directory that holds everything", func(c *Config) *string { return &c.Data }),
		text("http", "address of HTTP: every API, console, metrics, MQTT over WebSocket", func(c *Config) *string { return &c.HTTP }),
		text("https", "address of HTTPS with the built-in authority's certificate", func(c *Config) *string { return &c.HTTPS }),
		text("mqtt", "address of MQTT over TCP", func(c *Config) *string { return &c.MQTT }),
		text("mqtt-tls", "address of MQTT over TLS", func(c *Config) *string { return &c.MQTTTLS }),
		text("pg", "address of the PostgreSQL protocol", func(c *Config) *string { return &c.PG }),
		text("region", "region in resource names and signatures", func(c *Config) *string { return &c.Region }),
		text("account", "account in resource names, twelve digits", func(c *Config) *string { return &c.Account }),
		list("names", "further host names and addresses for the server certificate", func(c *Config) *[]string { return &c.Names }),
		text("advertise", "host[:port] that DescribeEndpoint answers instead of the one the client used", func(c *Config) *string { return &c.Advertise }),
		secret(text("root-access-key-id", "access key of the root user instead of a created one", func(c *Config) *string { return &c.RootAccessKeyID })),
		secret(text("root-secret-access-key", "its secret", func(c *Config) *string { return &c.RootSecretAccessKey })),
		text("mqtt-users", "file of user:bcrypt lines that may connect", func(c *Config) *string { return &c.MQTTUsers }),
		text("mqtt-anonymous", "who may connect without a password: loopback or never", func(c *Config) *string { return &c.MQTTAnonymous }),
		text("store.memory", "memory above which the embedded engine spills, for example 4GB; empty for half of its own choice", func(c *Config) *string { return &c.StoreMemory }),
		number("store.threads", "threads of the embedded engine, 0 for one per core and at least 3", func(c *Config) *int { return &c.StoreThreads }),
		text("store.tables", "where older rows are kept: s3://bucket/prefix?endpoint=http://host:port&region=us-east-1; empty for iceberg in the data directory", func(c *Config) *string { return &c.StoreTables }),
		text("store.cache", "size of the local copies of what is in the bucket of store.tables", func(c *Config) *string { return &c.StoreCache }),
		duration("store.move", "age after which rows move into files that other engines read", func(c *Config) *time.Duration { return &c.StoreMove }),
		duration("store.keep", "how long files that were replaced are kept for engines that read them", func(c *Config) *time.Duration { return &c.StoreKeep }),
		text("store.series", "memory for the series of all tables, for example 4GB; empty for a quarter of the machine's", func(c *Config) *string { return &c.StoreSeries }),
		text("store.reserve", "free disk space below which writes are refused", func(c *Config) *string { return &c.StoreReserve }),
		duration("query.timeout", "longest run of one query", func(c *Config) *time.Duration { return &c.QueryTimeout }),
		number("query.concurrent", "queries that run at once; more wait", func(c *Config) *int { return &c.QueryConcurrent }),
		number("query.waiting", "queries that wait for their turn; more are refused", func(c *Config) *int { return &c.QueryWaiting }),
		text("query.memory", "what one query may hold in memory that cannot be spilled, for example 1GB; empty for half of the engine's memory", func(c *Config) *string { return &c.QueryMemory }),
		text("query.spill", "disk space for the intermediate results of all queries", func(c *Config) *string { return &c.QuerySpill }),
		text("query.result", "size of the result of one query", func(c *Config) *string { return &c.QueryResult }),
		number("query.rows", "rows of the result of one query, 0 for any number", func(c *Config) *int { return &c.QueryRows }),
		text("objects", "where UNLOAD finds its buckets: a directory, s3://?endpoint=http://host:port&region=us-east-1, or off; empty for objects in the data directory", func(c *Config) *string { return &c.Objects }),
		number("dead-letter.rate", "dead letters of one database a second, ten times as many at once; more are lost", func(c *Config) *int { return &c.DeadLetterRate }),
		text("dead-letter.size", "size of the dead letters of one database; more are lost", func(c *Config) *string { return &c.DeadLetterSize }),
		level("log.level", "least level that is logged: debug, info, warn, error", func(c *Config) *slog.Level { return &c.LogLevel }),
		text("log.format", "text or json", func(c *Config) *string { return &c.LogFormat }),
	}
}

func secret(s Setting) Setting {
	s.Secret = true
	return s
}

func text(key, usage string, field func(*Config) *string) Setting {
	return Setting{Key: key, Usage: usage,
		get: func(c *Config) string { return *field(c) },
		set: func(c *Config, v string) error { *field(c) = v; return nil },
	}
}

func list(key, usage string, field func(*Config) *[]string) Setting {
	return Setting{Key: key, Usage: usage,
		get: func(c *Config) string { return strings.Join(*field(c), ",") },
		set: func(c *Config, v string) error {
			*field(c) = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
			return nil
		},
	}
}

func number(key, usage string, field func(*Config) *int) Setting {
	return Setting{Key: key, Usage: usage,
		get: func(c *Config) string { return strconv.Itoa(*field(c)) },
		set: func(c *Config, v string) error { return assign(field(c), v, "a whole number", strconv.Atoi) },
	}
}

func duration(key, usage string, field func(*Config) *time.Duration) Setting {
	return Setting{Key: key, Usage: usage,
		get: func(c *Config) string { return field(c).String() },
		set: func(c *Config, v string) error {
			return assign(field(c), v, "a duration such as 30s", time.ParseDuration)
		},
	}
}

func level(key, usage string, field func(*Config) *slog.Level) Setting {
	return Setting{Key: key, Usage: usage,
		get: func(c *Config) string { return strings.ToLower(field(c).String()) },
		set: func(c *Config, v string) error {
			if field(c).UnmarshalText([]byte(v)) != nil {
				return fmt.Errorf("%q is not debug, info, warn or error", v)
			}
			return nil
		},
	}
}

// assign parses v into p; want says what it should have been.
func assign[T any](p *T, v, want string, parse func(string) (T, error)) error {
	parsed, err := parse(v)
	if err != nil {
		return fmt.Errorf("%q is not %s", v, want)
	}
	*p = parsed
	return nil
}
