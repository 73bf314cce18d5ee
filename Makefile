# Tidemark. `make` lists what there is; `make demo` and `make test` are the two that matter.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN     := bin/tidemark
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
ARGS    ?=

# Where goroutines meet, the race detector watches.
RACED  := ./broker ./internal/seqlog ./rules ./action ./deadletter ./tsdb/... ./query/... ./api/... ./identity ./meta ./server ./fleet/... ./console ./internal/duckdb
# Tests of many values one after another, which it would only slow down.
VALUES := ^(TestEvery.*|TestDatesAgreeWithTime|TestFoldsAgreeWithColumns|TestSameness|TestGolden|TestSamples.*|TestRandomQueries|TestErrorsDoNotLeak|TestHostile.*|TestLargeStatements|TestSumsAreDuckDBs|TestSumsOfDamagedFiles|TestSeriesBytesAreTheHeap|TestSeriesTableIsAMap|TestChoose.*|TestIndex.*|TestTrino.*|Fuzz.*)$$

.PHONY: help build demo test test-unit test-race test-e2e test-console lint bench bench-peers soak peers fuzz docs tools clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/tidemark
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/tidemark

demo: build ## run the whole pipeline on live input; ARGS="--for 20s" ends by itself
	@$(BIN) demo $(ARGS)

test: lint test-unit test-race test-console test-e2e ## set up and pass every test

test-unit: ## unit, golden and crash tests
	go test -timeout 30m ./...

test-race: ## the packages where goroutines meet, under the race detector
	go test -race -timeout 30m -skip '$(VALUES)' $(RACED)

test-console: ## the console's own tests, and that its built files match its sources
	PATH="$$(scripts/node.sh):$$PATH" console/check.sh

test-e2e: build tools ## the built binary under real clients
	TIDEMARK_E2E_BINARY=$(CURDIR)/$(BIN) TIDEMARK_E2E_TOOLS=$(CURDIR)/.tools PATH="$$(scripts/node.sh):$$PATH" go test -count=1 -timeout 30m -tags e2e ./e2e/...

lint: ## gofmt and vet
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go vet -tags e2e ./e2e/...

bench: build peers ## measure everything docs/benchmarks.md records (minutes)
	go run ./bench $(ARGS)

soak: build ## everything at once for ten minutes, every answer checked, nothing may grow
	go run ./bench $(ARGS) soak

bench-peers: build peers ## the store beside VictoriaMetrics, InfluxDB, chDB and PostgreSQL
	go run ./bench $(ARGS) peers

peers: ## install into .tools the stores that bench-peers compares with
	bench/peers/install.sh

fuzz: ## fuzz every parser and decoder; FUZZTIME=30m for long
	scripts/fuzz.sh $${FUZZTIME:-30s}

docs: ## print the documents that come from tables
	go run ./internal/compatgen

tools: ## install the clients that the end-to-end tests use
	scripts/tools.sh

clean: ## remove what was built
	rm -rf bin .tools
