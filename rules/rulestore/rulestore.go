// Package rulestore keeps topic rules in package meta.
//
// It stands apart from package rules so that the engine needs no SQLite. A Store
// is safe to use at once.
package rulestore

import (
	"context"

	"tidemark/meta"
	"tidemark/rules"
)

// page is how many rules are read at once.
const page = 500

// Store is the bucket of topic rules.
type Store struct{ bucket *meta.Bucket[rules.Rule] }

// New returns the store in db.
func New(db *meta.DB) *Store { return &Store{meta.NewBucket[rules.Rule](db, "topic_rules")} }

// Put writes a rule under its name.
func (s *Store) Put(ctx context.Context, name string, r rules.Rule) error {
	return s.bucket.Put(ctx, name, r)
}

// Delete removes a rule.
func (s *Store) Delete(ctx context.Context, name string) error { return s.bucket.Delete(ctx, name) }

// All returns every rule in the order of names.
func (s *Store) All(ctx context.Context) ([]rules.Rule, error) {
	var all []rules.Rule
	for after := ""; ; {
		entries, err := s.bucket.List(ctx, "", after, page)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			all = append(all, e.Value)
			after = e.Key
		}
		if len(entries) < page {
			return all, nil
		}
	}
}
