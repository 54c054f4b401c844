# Airflow: on this machine, its DAGs' quick tests, and a real one put through everything.
# JOB_ETL_BIN names a job-etl that is built already.

.PHONY: airflow-check airflow-floor-check

AIRFLOW_STAMPS := .venv-airflow/.stamp .venv-dbt/.stamp .venv-gx/.stamp .venv-hyper/.stamp

define WITH_JOB_ETL
@scripts/setup_system.sh test
@[ -n "$${JOB_ETL_BIN:-}" ] || cargo build --locked --bin job-etl
@export JOB_ETL_BIN="$${JOB_ETL_BIN:-$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/job-etl}"; \
export HYPERD_PATH="$${HYPERD_PATH:-$$(echo $(CURDIR)/.venv-hyper/lib/python3*/site-packages/tableauhyperapi/bin/hyper)}"; \
.venv-airflow/bin/python -B
endef

airflow: $(AIRFLOW_STAMPS)
	$(WITH_JOB_ETL) airflow/stack

test-airflow: $(AIRFLOW_STAMPS)
	$(WITH_JOB_ETL) airflow/tests/live

# No scheduler and no server: the files are imported and looked at.
airflow-check: .venv-airflow/.stamp
	.venv-airflow/bin/python -B -m pytest -q -p no:cacheprovider airflow/tests

# The same on the oldest version that is served, that of Amazon's managed Airflow.
airflow-floor-check: $(TOOLS_STAMP)
	.tools/bin/uv --no-config venv --quiet --clear --python python3 .venv-airflow-floor
	.tools/bin/uv --no-config pip sync --quiet --python .venv-airflow-floor/bin/python airflow/requirements-floor.txt
	.venv-airflow-floor/bin/python -B -m pytest -q -p no:cacheprovider airflow/tests
