# Everything a newcomer needs is Python 3.11+ and make; the rest is installed into .venv from hash-locked files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo up down reset test lint format faults drill bench lock contracts

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Curbstop needs Python 3.11 or newer; found $$($(PYTHON) --version). Name another with: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q chassis contracts curbstop deploy services
	@touch $(READY)

demo: setup ## live a quarter of a sample town; look into out/demo/ afterwards
	@$(BIN)/curbstop demo $(ARGS)

up: setup ## start everything and stay; Ctrl-C or `make down` stops it
	@$(BIN)/curbstop up $(ARGS)

down: setup ## stop what `make up` started
	@$(BIN)/curbstop down

reset: setup ## stop, and clear all data
	@$(BIN)/curbstop reset --yes

# One worker more than a small machine has processors: tests of whole suites wait half of their time.
test: lint ## every test, against real Kafka and PostgreSQL
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --num-workers auto
	@$(BIN)/lint-imports --no-cache

format: setup ## let ruff arrange the code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .

faults: setup ## kill -9 services, Kafka and PostgreSQL at random moments and compare the books
	@$(BIN)/python -m tests.faults $(ARGS)

drill: setup ## back up, lose everything, restore to an instant, compare the books
	@$(BIN)/python -m tests.restore $(ARGS)

bench: setup ## measure a billing night against its floor
	@$(BIN)/python -m tests.bench $(ARGS)

contracts: setup ## generate schemas and AsyncAPI from contracts/
	@$(BIN)/python -m contracts.generate
	@$(BIN)/python -m deploy.helm.generate
	@$(BIN)/python -m deploy.grafana.generate

lock: setup ## resolve dependencies again into the hash-locked files
	@echo uv | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-bootstrap.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --all-extras pyproject.toml -o requirements-dev.lock
	@$(BIN)/python -m deploy.docker.requirements
