# Images and docker-compose.yml. Only `images-check` does without a Docker engine.

.PHONY: up down images secrets images-check test-images

up: ## Start PostgreSQL and Airflow in containers; builds what is missing
	@scripts/compose.sh up

down: ## Stop the containers; the data stay
	@scripts/compose.sh down

secrets: ## Make the secrets of docker-compose.yml that are missing
	@scripts/make_secrets.sh

images: ## Build the images anew
	@scripts/compose.sh engine
	@scripts/build_images.sh

# Without an engine: the form of the files, and that each service is as shut as it can be.
images-check: .venv-lint/.stamp
	.venv-lint/bin/hadolint $(shell git ls-files 'services/**Dockerfile')
	.venv-lint/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	.venv-lint/bin/python -B scripts/check_compose.py

test-images: ## Build the images and run the daily DAG once in containers (says so where there is no engine)
	@scripts/test_images.sh
