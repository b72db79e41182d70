# Everything a fresh machine needs is Python 3.11 or newer and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
GIGABYTES ?= 1
# Where real clients leave pictures of what they showed: not in git, and beside the logs of whoever runs the tests.
E2E_PICTURES ?= build/pictures

.PHONY: help demo test check lint types lock lock-check bench e2e pictures clean

help: ## Show this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -e 's/:.*##/\t/' | expand -t 14

demo: $(VENV)/run ## Simulate a company, read its logs, print the digest, open the chat page on 127.0.0.1:8080
	@$(BIN)/ai-usage demo

test: $(VENV)/dev ## Run every test that needs nothing but Python
	@$(BIN)/python -m pytest -m "not e2e"

e2e: $(VENV)/dev ## Drive real clients: a local Slack server, headless Chromium (installs both)
	@sh tests/e2e/install.sh
	@mkdir -p $(E2E_PICTURES)
	@E2E_PICTURES=$(E2E_PICTURES) $(BIN)/python -m pytest -m e2e

pictures: $(VENV)/dev ## Draw the README's pictures anew: the demo's digest and an answer, as Slack shows them
	@sh tests/e2e/install.sh
	@$(BIN)/python -m tests.e2e.look --docs docs/images

check: lint types lock-check ## Lint, types, and whether the lock files are fresh

lint: $(VENV)/dev ## Lint and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev ## Types
	@$(BIN)/mypy

bench: $(VENV)/dev ## Measure the insights, and ingestion beside DuckDB doing the same work (GIGABYTES=1)
	@$(BIN)/python benchmarks/insights.py all
	@$(BIN)/python benchmarks/ingest.py --gigabytes $(GIGABYTES)

COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
DEV_GROUPS = --group test --group check --group bench

lock: $(VENV)/dev ## Write the lock files anew from pyproject.toml
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) $(DEV_GROUPS) -o requirements-dev.lock

lock-check: $(VENV)/dev ## Fail when pyproject.toml asks for something the lock files do not hold
	@mkdir -p build && cp requirements.lock requirements-dev.lock build/
	@$(COMPILE) -o build/requirements.lock && $(COMPILE) $(DEV_GROUPS) -o build/requirements-dev.lock
	@diff -u requirements.lock build/requirements.lock && diff -u requirements-dev.lock build/requirements-dev.lock \
	  && echo "the lock files are fresh" || { echo "the lock files are stale: run 'make lock'"; exit 1; }

# --require-hashes: what is installed is what was locked, whichever index it comes from.
$(VENV)/run: requirements.lock pyproject.toml | $(VENV)/python-found
	@echo "installing what ai-usage needs (about half a minute) …"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements-dev.lock pyproject.toml | $(VENV)/python-found
	@echo "installing what the tests need (about half a minute) …"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@ $(VENV)/run

$(VENV)/python-found:
	@for python in $${PYTHON:-python3 python3.13 python3.12 python3.11}; do \
	  if command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	    echo "making a virtual environment with $$($$python --version) …"; \
	    $$python -m venv $(VENV) && touch $@ && exit 0; \
	    echo "the virtual environment could not be made: on Debian and Ubuntu, install python3-venv"; exit 1; \
	  fi; \
	done; \
	echo "ai-usage needs Python 3.11 or newer, and none was found: install one, or say which: make PYTHON=/path/to/python3"; \
	exit 1

clean: ## Remove the virtual environment and what runs left behind
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
