package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tidemark/fault"
)

const maxFile = 1 << 20 // bytes of a configuration file

// Source says where a value came from.
type Source string

// The sources, weakest first.
const (
	FromDefault Source = "default"
	FromFile    Source = "file"
	FromEnv     Source = "environment"
	FromFlag    Source = "flag"
)

// Inputs are the places that settings come from.
type Inputs struct {
	File    string            // path; empty: none
	Environ []string          // as os.Environ
	Flags   map[string]string // by flag name, only the ones that were given
}

// Loaded is the effective configuration and the origin of each of its settings.
type Loaded struct {
	Config
	Origin map[string]Source // by key
}

// Load reads all sources and validates the result.
func Load(in Inputs) (*Loaded, error) {
	l := &Loaded{Config: Default(), Origin: map[string]Source{}}
	for _, s := range Settings() {
		l.Origin[s.Key] = FromDefault
	}
	if in.File != "" {
		if err := l.applyFile(in.File); err != nil {
			return nil, err
		}
	}
	if err := l.applyEnviron(in.Environ); err != nil {
		return nil, err
	}
	for _, s := range Settings() {
		if v, ok := in.Flags[s.Flag()]; ok {
			if err := l.apply(s, v, FromFlag, "--"+s.Flag()); err != nil {
				return nil, err
			}
		}
	}
	return l, l.Validate()
}

// apply sets one value; as is the name by which the user gave it.
func (l *Loaded) apply(s Setting, value string, from Source, as string) error {
	if err := s.set(&l.Config, value); err != nil {
		return fault.New(fault.Invalid, "%s: %w", as, err)
	}
	l.Origin[s.Key] = from
	return nil
}

// applyEnviron takes the variables that begin with TIDEMARK_. The ones that the
// client commands read are left to them.
func (l *Loaded) applyEnviron(environ []string) error {
	clients := []string{"TIDEMARK_CONFIG", "TIDEMARK_SIMULATE_PASSWORD"}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "TIDEMARK_") || slices.Contains(clients, name) {
			continue
		}
		i := slices.IndexFunc(Settings(), func(s Setting) bool { return s.Env() == name })
		if i < 0 {
			return fault.New(fault.Invalid, "environment variable %s names no setting", name)
		}
		if err := l.apply(Settings()[i], value, FromEnv, name); err != nil {
			return err
		}
	}
	return nil
}

func (l *Loaded) applyFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.New(fault.Invalid, "configuration file: %w", err)
	}
	defer f.Close()
	var tree map[string]any
	if err := yaml.NewDecoder(io.LimitReader(f, maxFile)).Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "configuration file %s: %w", path, err)
	}
	flat := map[string]string{}
	if err := flatten("", tree, flat); err != nil {
		return fault.New(fault.Invalid, "configuration file %s: %w", path, err)
	}
	return l.applyKeys(path, flat)
}

func (l *Loaded) applyKeys(path string, flat map[string]string) error {
	for _, s := range Settings() {
		v, ok := flat[s.Key]
		if !ok {
			continue
		}
		delete(flat, s.Key)
		if err := l.apply(s, v, FromFile, path+": "+s.Key); err != nil {
			return err
		}
	}
	for key := range flat {
		return fault.New(fault.Invalid, "configuration file %s: unknown key %q", path, key)
	}
	return nil
}

// flatten turns nested mappings into dotted keys and lists into comma-separated texts.
func flatten(prefix string, tree map[string]any, into map[string]string) error {
	for key, value := range tree {
		full := prefix + key
		switch v := value.(type) {
		case map[string]any:
			if err := flatten(full+".", v, into); err != nil {
				return err
			}
		case []any:
			parts := make([]string, len(v))
			for i, part := range v {
				parts[i] = fmt.Sprint(part)
			}
			into[full] = strings.Join(parts, ",")
		case string, bool, int, float64:
			into[full] = fmt.Sprint(v)
		default:
			return fmt.Errorf("key %q: a %T is not a value", full, value)
		}
	}
	return nil
}
