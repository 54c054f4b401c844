# Airflow: on this machine, its DAGs' quick tests, and a real one put through everything.

.PHONY: airflow airflow-check airflow-floor-check test-airflow

AIRFLOW_STAMPS := .venv-airflow/.stamp .venv-dbt/.stamp .venv-gx/.stamp

airflow: $(AIRFLOW_STAMPS) ## Run Airflow with the DAGs on this machine, until Ctrl-C
	@scripts/setup_system.sh demo
	cargo build --locked --bin job-etl
	@export JOB_ETL_BIN="$${JOB_ETL_BIN:-$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/job-etl}"; .venv-airflow/bin/python -B airflow/stack

# No scheduler and no server: the files are imported and looked at.
airflow-check: .venv-airflow/.stamp
	.venv-airflow/bin/python -B -m pytest -q -p no:cacheprovider airflow/tests

# The same on the oldest version that is served, that of Amazon's managed Airflow.
airflow-floor-check: $(TOOLS_STAMP)
	.tools/bin/uv venv --quiet --clear --python python3 .venv-airflow-floor
	.tools/bin/uv pip sync --quiet --python .venv-airflow-floor/bin/python airflow/requirements-floor.txt
	.venv-airflow-floor/bin/python -B -m pytest -q -p no:cacheprovider airflow/tests

test-airflow: $(AIRFLOW_STAMPS) .venv-hyper/.stamp ## Put a real Airflow through good days and bad ones (minutes)
	@scripts/setup_system.sh test
	cargo build --locked --bin job-etl
	@export JOB_ETL_BIN="$${JOB_ETL_BIN:-$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/job-etl}"; \
	export HYPERD_PATH="$${HYPERD_PATH:-$$(echo $(CURDIR)/.venv-hyper/lib/python3*/site-packages/tableauhyperapi/bin/hyper)}"; \
	.venv-airflow/bin/python -B airflow/tests/live
