# What this checkout can do from a shell. `make` alone lists it.
#
# Everything stands on .venv, which workshop/install.py builds from the locked requirements and leaves alone
# once it is there. PYTHON chooses the Python it is made from; ARGS goes to the program that a target runs.

SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=
# Processes that share the test files out; each starts its own PostgreSQL, and a browser when it needs one.
WORKERS ?= 2

# Set in many containers; every process would compile every module anew (the tests start hundreds).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install dev demo run test lint check format lock reference sbom pictures soak python

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-10s  %s\n", $$1, $$2 }' Makefile

install: python ## Build .venv with what the service needs
	@$(PYTHON) workshop/install.py runtime

dev: python ## Add what the tests and checks need, Chromium too
	@$(PYTHON) workshop/install.py dev

demo: install ## Show the service with simulated patients
	@$(PY) -m diary demo $(ARGS)

run: install ## Serve for real, from the settings in the environment
	@$(PY) -m diary serve $(ARGS)

test: dev ## Run the tests, on SQLite and on PostgreSQL (ARGS="tests/domain -x")
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: dev ## Read the code: style and types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy

check: lint ## ... and the law of the house and the lock files, which `make test` reads too
	@$(PY) -m pytest -q tests/house $(ARGS)

format: dev ## Write the code in the one style
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

soak: dev ## Run what is too long for `make test`
	@$(PY) -m pytest -m soak --timeout 7200 $(ARGS)

bench-%: dev ## Measure: bench-charts runs bench/charts.py, and so on
	@$(PY) -m bench.$* $(ARGS)

# Universal: one lock for every platform and for Python 3.11 and newer. Pins stay unless the .in file moves them.
COMPILE = $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

lock: dev ## Write the lock files from requirements.in and requirements-dev.in
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-cluster.in -o requirements-cluster.txt
	@$(COMPILE) requirements-accelerator.in -o requirements-accelerator.txt
	@$(COMPILE) requirements-dev.in -o requirements-dev.txt

reference: install ## Write the pages that are made from the code, and from what was measured
	@$(PY) -c 'from config.settings import settings_page as page; print(page(), end="")' > docs/reference/settings.md
	@$(PY) -m workshop.cli_page > docs/reference/cli.md
	@$(PY) -m workshop.matrix > tests/web/matrix.csv
	@$(PY) -m bench.detector.page

sbom: install ## Write the bill of materials (CycloneDX) to var/sbom.json
	@mkdir -p var && $(PY) -m workshop.sbom > var/sbom.json && echo "  var/sbom.json"

pictures: dev ## Take the pictures of docs/ anew, from a small sandbox
	@$(PY) -m tests.desk.shots
	@$(PY) -m tests.phone.picture

python:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or say make PYTHON=..." >&2; exit 1; }
