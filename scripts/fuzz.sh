#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time each, one after another.
# A finding stops the run; Go writes its input under the package's testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}
git grep -hoE --untracked '^func (Fuzz[A-Za-z0-9_]+)' -- '*_test.go' >/dev/null || { echo "fuzz: no targets"; exit 1; }
git grep -oE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | while IFS=: read -r file target; do
  name=${target#func }
  echo "fuzz: $name in $(dirname "$file") for $time"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "$time"
done
