# Python beside job-etl: one environment per group of pyproject.toml, made from the lock; and dbt against a real server.

UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never

TOOLS_STAMP := .tools/.uv-$(UV_VERSION)
VENVS := airflow dbt gx hyper lint
VENV_STAMPS := $(VENVS:%=.venv-%/.stamp)
PYTHON_SOURCES := $(shell git ls-files '*.py')

.PHONY: venvs dbt-test python-lint lock-check bench-peers

venvs: $(VENV_STAMPS)

$(TOOLS_STAMP):
	python3 -m venv .tools || { echo "install python3-venv: apt-get install python3-venv" >&2; exit 2; }
	.tools/bin/pip install --quiet uv==$(UV_VERSION)
	touch $@

.venv-%/.stamp: pyproject.toml uv.lock $(TOOLS_STAMP)
	UV_PROJECT_ENVIRONMENT=.venv-$* .tools/bin/uv sync --quiet --frozen --only-group $* --python $$(command -v python3)
	touch $@
.PRECIOUS: .venv-%/.stamp

# The models compile, every model builds on a populated database, every dbt test passes, the documentation is made.
dbt-test: .venv-dbt/.stamp
	scripts/with_postgres.sh scripts/dbt_test.sh

python-lint: .venv-lint/.stamp
	.venv-lint/bin/ruff check $(PYTHON_SOURCES) pyproject.toml
	.venv-lint/bin/ruff format --check $(PYTHON_SOURCES)

# Other tools on the same dictionary, texts and jobs: one script a pair of tools, each asks the bench for what it needs.
bench-peers: .venv-peers/.stamp
	cargo build --release --locked --example bench
	for script in scripts/bench_peers/*.py; do .venv-peers/bin/python -B $$script $${CARGO_TARGET_DIR:-target}/release/examples/bench; done

# The lock is current, and names the public index only.
lock-check: $(TOOLS_STAMP)
	.tools/bin/uv lock --quiet --check
	! grep -oE 'https?://[^/"]+' uv.lock | sort -u | grep -vE '^https://(pypi\.org|files\.pythonhosted\.org)$$'
