# The gate of Great Expectations before publishing, on a real server.

.PHONY: quality-test
quality-test: .venv-gx/.stamp .venv-dbt/.stamp
	scripts/with_postgres.sh scripts/quality_test.sh
