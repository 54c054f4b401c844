# What a person types. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Set up, rank the bundled postings offline, show the top ten and the files
	@scripts/demo.sh

.PHONY: test
# Airflow calls the program that the tests were built with; another build would compile its crates again.
test: export JOB_ETL_BIN ?= $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/debug/job-etl
test: set-up format-check clippy queries-check rust-test python-lint lock-check samples-check images-check dbt-test quality-test airflow-check test-airflow ## Set up, then every test
	@printf '\nall tests passed in %s s\n' "$$(($$(date +%s) - $(STARTED)))"

STARTED := $(shell date +%s)

.PHONY: set-up
set-up:
	@scripts/setup_system.sh test
	@$(MAKE) --no-print-directory venvs
	cargo fetch --locked

.PHONY: format-check clippy queries-check rust-test samples-check
format-check:
	cargo fmt --check

clippy:
	cargo clippy --locked --all-targets -- -D warnings

# .sqlx is what a real server answers to the queries of src/db/.
queries-check:
	scripts/with_postgres.sh scripts/prepare_queries.sh --check

# Tests of the .hyper file want Tableau's own package, which brings hyperd along.
rust-test: export JOB_ETL_PYTHON ?= $(CURDIR)/.venv-hyper/bin/python
rust-test: export HYPERD_PATH ?= $(shell echo $(CURDIR)/.venv-hyper/lib/python3*/site-packages/tableauhyperapi/bin/hyper)
rust-test:
	if command -v cargo-nextest >/dev/null; then cargo nextest run --locked; else cargo test --locked; fi

# The bundled postings are what their generator writes.
samples-check:
	python3 -B samples/make_samples.py --check

# BENCH holds its arguments: make bench BENCH="1000 --keep".
.PHONY: bench
bench: ## Measure every stage on synthetic postings (release build; BENCH=--full adds a million)
	@scripts/setup_system.sh demo
	cargo build --release --locked --bin job-etl --example stub_server --example bench
	@if [ -z "$${HYPERD_PATH:-}" ]; then \
		python3 -m venv .tools && PYTHON=.tools/bin/python scripts/fetch_hyperd.sh .tools/hyperd || \
			echo '  no hyperd to be had: publish is measured without the .hyper file'; \
		export HYPERD_PATH="$(CURDIR)/.tools/hyperd/hyperd"; \
	fi; \
	cargo run --quiet --release --locked --example bench -- $(BENCH)

.PHONY: bench-peers
bench-peers: ## Measure tools that do the same in Python, beside ours (downloads them; release build)

# EVAL holds its arguments: the folder with labels-*, and options such as --misses.
.PHONY: eval
eval: ## Measure what is read out of postings against labels (EVAL=FOLDER; release build)
	@cargo run --quiet --release --locked --example eval -- $(EVAL)

.PHONY: airflow
airflow: ## Run Airflow with the DAGs on this machine, until Ctrl-C

.PHONY: test-airflow
test-airflow: ## Put a real Airflow through good days and bad ones (about ten minutes)

.PHONY: chaos
chaos: ## Kill a run at 20 random moments and compare what comes of it (release build)
	@scripts/setup_system.sh demo
	cargo build --release --locked --bin job-etl --example stub_server
	scripts/chaos.sh

.PHONY: audit
audit: ## Check dependencies and tracked files for known trouble
	@scripts/setup_system.sh demo
	@$(MAKE) --no-print-directory .venv-lint/.stamp
	@scripts/audit.sh

.PHONY: prepare
prepare: ## Check the SQL against a real server and renew .sqlx
	scripts/with_postgres.sh scripts/prepare_queries.sh

.PHONY: check
check: ## Validate config/ (offline)
	@cargo run --quiet --locked --bin job-etl -- check

.PHONY: format
format: .venv-lint/.stamp ## Format Rust and Python
	cargo fmt
	.venv-lint/bin/ruff format $(PYTHON_SOURCES)

.PHONY: clean
clean: ## Remove what was built here; the data folder and the artifacts stay
	cargo clean
	rm -rf .venv-* .tools dbt/job_dbt/target dbt/job_dbt/logs

include make/dbt.mk
include make/airflow.mk
include make/quality.mk
include make/compose.mk
