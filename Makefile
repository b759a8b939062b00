# The one front door. Each target calls the makefile or script of its part; nothing is built here.
# V=1 shows the commands of the parts; CI=1 makes warnings errors; PG_CONFIG names another PostgreSQL.

MAKEFLAGS += --no-print-directory
PG_CONFIG ?= /usr/lib/postgresql/15/bin/pg_config
export PG_CONFIG
NPM_CI := npm ci --no-audit --no-fund --fetch-retries=0
# Two at a time is what a small machine stands.
JOBS ?= $(shell n=$$(nproc); [ $$n -lt 2 ] && echo 1 || echo 2)

ifdef V
STEP = run() { echo "== $$1"; shift; "$$@"; }; run
else
STEP = server/run/step.sh
endif
ifdef CI
WERROR := WERROR=1
endif

.PHONY: help run run-once stop build core extension server tenants web wasm packages test-packages test check-all soak bench fmt check-fmt reference check-reference clean

help:
	@echo "make run        install what is missing, build, start, make one sale; Ctrl-C stops"
	@echo "make run-once   the same, stops after the sale; the exit status tells"
	@echo "make stop       stop what a run left behind"
	@echo "make build      build everything into build/"
	@echo "make test       all suites, quick counts (10 minutes at most)"
	@echo "make check-all  all suites with full counts, and format"
	@echo "make soak       the fault suites for a long time (MPOS_SOAK_ROUNDS), and a million carts in three hosts"
	@echo "make bench      measure against the raw database"
	@echo "make wasm       only the core as WebAssembly"
	@echo "make fmt        put the C sources in shape"
	@echo "make reference  the generated pages of docs/reference"
	@echo "make clean      remove build/ (the data in .run/ stay)"

run:
	@server/run/run.sh

run-once:
	@server/run/run.sh once

stop:
	@server/run/run.sh stop

packages:
	@server/run/packages.sh

build: packages core extension tenants server web

core:
	@$(STEP) "core: library and WebAssembly" $(MAKE) -j$(JOBS) -C extension/core all

wasm:
	@$(MAKE) -C extension/core wasm

extension:
	@$(STEP) "extension" $(MAKE) -j$(JOBS) -C extension all PG_CONFIG=$(PG_CONFIG) $(WERROR)

# Templates go beside the tool that reads them; the shop is generated.
tenants:
	@mkdir -p build/tenants
	@for file in tenants/*/template.json; do cp $$file build/tenants/$$(basename $$(dirname $$file)).json; done
	@cp tenants/template.schema.json build/tenants/
	@node tenants/shop/generate.mjs > build/tenants/shop.json

# The generators of the server are node scripts with packages of the web part.
server/web/node_modules/.package-lock.json: server/web/package-lock.json
	@$(STEP) "npm packages of the pages" $(NPM_CI) --prefix server/web
	@touch $@

server: core server/web/node_modules/.package-lock.json
	@$(STEP) "server and mpos tool" $(MAKE) -j$(JOBS) -C server all $(WERROR)

web: core server server/web/node_modules/.package-lock.json
	@$(STEP) "pages" npm run --silent --prefix server/web build

tests/node_modules/.package-lock.json: tests/package-lock.json
	@$(STEP) "npm packages of the tests" $(NPM_CI) --prefix tests
	@touch $@

test-packages:
	@server/run/packages.sh test

test: test-packages build tests/node_modules/.package-lock.json
	@tests/run fault http browser fuzz isolation pgtap core vectors

check-all: test-packages build tests/node_modules/.package-lock.json check-fmt check-reference
	@MPOS_FULL=1 tests/run fault http browser fuzz isolation pgtap core vectors mutation

soak: test-packages build tests/node_modules/.package-lock.json
	@MPOS_FULL=1 MPOS_SOAK_ROUNDS=$${MPOS_SOAK_ROUNDS:-1000} MPOS_CARTS=$${MPOS_CARTS:-1000000} tests/run fault vectors

bench: test-packages build tests/node_modules/.package-lock.json
	@tests/bench/run

C_SOURCES = $(shell git ls-files '*.c' '*.h')

fmt:
	clang-format -i $(C_SOURCES)

check-fmt:
	@clang-format --dry-run --Werror $(C_SOURCES)

# Checked-in pages that are made from the contract, the error list, the tool and the comments of the views.
reference: extension server
	@$(MAKE) -C server reference
	@server/run/tool-reference.sh > docs/reference/mpos.md
	@node tests/lib/cluster.mjs server/run/analytics-reference.sh > build/analytics.md && mv build/analytics.md docs/reference/analytics.md

check-reference: reference
	@git diff --exit-code -- docs/reference || { echo "docs/reference is not current: commit what make reference made"; exit 1; }

clean:
	rm -rf build
