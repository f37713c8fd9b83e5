# Fieldguide. `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/sh
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## set everything up and serve on http://localhost:8000 (PORT= and HOST= change it)
	@$(PYTHON) -m config.setup --serve
	@exec $(BIN)/python -m config.serve

.PHONY: setup
setup: ## only set up: environments, editor bundle, static files
	@$(PYTHON) -m config.setup

.PHONY: test
test: ## set up and run everything that CI runs
	@$(PYTHON) -m config.setup --test
	@$(BIN)/python -m config.tests.everything

.PHONY: lint
lint: ## format and lint checks, import contracts, types
	@$(PYTHON) -m config.setup --test
	@$(BIN)/python -m config.tests.everything lint

.PHONY: bench
bench: ## measure jobs beside bare pytest (QUICK=1 a first look, ROUNDS= how often, WRITE=1 docs/benchmarks.md)
	@$(PYTHON) -m config.setup --test
	@$(BIN)/python -m config.benchmark $(if $(ROUNDS),--rounds '$(ROUNDS)') $(if $(QUICK),--quick) $(if $(WRITE),--write)

.PHONY: figures
figures: ## measure the programs of the lesson that shows every framework, and write its table (ROUNDS=, QUICK=1)
	@$(PYTHON) -m config.setup
	@$(BIN)/python -m config.figures $(if $(ROUNDS),--rounds '$(ROUNDS)') $(if $(QUICK),--quick)

.PHONY: soak
soak: ## judge each solution 1000 times (N= PARALLEL= EXERCISES=), or CHAOS=1 MINUTES=30 a site that loses its processes
	@$(PYTHON) -m config.setup --test
	@$(BIN)/python -m config.soak $(if $(N),--runs '$(N)') $(if $(PARALLEL),--parallel '$(PARALLEL)') \
		$(if $(CHAOS),--chaos) $(if $(MINUTES),--minutes '$(MINUTES)') $(EXERCISES)

.PHONY: format
format: ## format Python and templates in place
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint templates --reformat --quiet

.PHONY: lock
lock: ## resolve the requirement files again, with hashes
	for name in requirements-setup requirements requirements-dev sandbox/environment/requirements sandbox/environment/benchmark; do \
		$(BIN)/python -m uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
			--custom-compile-command 'make lock' $$name.in --output-file $$name.txt || exit 1; \
	done
	npm update --package-lock-only

.PHONY: backup
backup: ## copy the database, and the secret of make run, into a new folder below var/backups/
	@$(BIN)/python -m config.backup

.PHONY: audit
audit: ## look the pinned packages up in the database of known vulnerabilities
	$(BIN)/pip-audit --requirement requirements.txt --requirement sandbox/environment/requirements.txt --disable-pip

.PHONY: clean
clean: ## remove what was built (keeps var/: database, secret)
	rm -rf .venv .venv-learner node_modules static/build .pytest_cache .mypy_cache .ruff_cache
