# `make run` and `make test` are enough to begin.

CARGO_FLAGS ?= $(if $(CI),--locked)
# On two cores the development profile compiles in about half the time of the release profile and shares its crates with
# `make test`; it is fast enough for thirteen bodies. Use PROFILE=release for measurements and for installing.
PROFILE ?= dev
# RACCORDO_BIN names a program that is already built; then nothing is built.
RACCORDO = $(or $(RACCORDO_BIN),cargo run $(CARGO_FLAGS) --profile $(PROFILE) --package raccordo --bin raccordo --)

.PHONY: help run test lint fmt e2e openapi bench web

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A demonstration has a database of its own, because it refuses to start on one with real data.
ifdef DEMO
run: export RACCORDO__DATABASE__URL ?= sqlite:var/demo.sqlite
endif
run: web ## build, prepare the database under ./var and serve on 127.0.0.1:8080 (DEMO=1: with a believable year in it)
	$(RACCORDO) serve $(if $(DEMO),--demo)

# Many tests wait for sockets and processes, so twice as many run at once as there are cores. Their files are in memory
# where there is room, because they do not have to survive the machine.
test: export RUST_TEST_THREADS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
test: export TMPDIR ?= $(shell scripts/test-folder)
test: web ## all tests on SQLite and on PostgreSQL (ARGS="--test it designations" for some, UPDATE_GOLDEN=1 to renew golden files)
	scripts/postgres-install
	scripts/with-postgres cargo test $(CARGO_FLAGS) --workspace $(ARGS)

lint: web ## formatting, clippy with warnings as errors, licences and bans of deny.toml
	cargo fmt --all --check
	cargo clippy $(CARGO_FLAGS) --workspace --all-targets -- --deny warnings
	scripts/check-licences

fmt: ## format the Rust sources
	cargo fmt --all

e2e: web ## browser tests against the demo
	scripts/e2e

openapi: web ## write openapi/openapi.json (CHECK=1: only compare) and hold it to the Italian rules
	$(RACCORDO) openapi $(if $(CHECK),--check)
	npm run --prefix web lint-openapi

bench: web ## benchmarks against benches/record.json, on both databases (ARGS=--quick: one short round, ARGS=--write: renew the record)
	scripts/postgres-install
	POSTGRES_DURABLE=1 scripts/with-postgres cargo bench $(CARGO_FLAGS) --bench service $(if $(ARGS),-- $(ARGS))

web: web/dist/manifest.json ## style sheets, scripts and fonts, from the lock file

# No package needs its install script; one of them would only send statistics.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	npm ci --prefix web --ignore-scripts --no-audit --no-fund
	touch $@

web/dist/manifest.json: web/node_modules/.package-lock.json web/build.mjs $(shell find web/assets -type f)
	npm run --prefix web build
