# `make` explains itself. Everything a target needs is set up by the target.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The interpreter the virtual environment is made of: make PYTHON=python3.12 ...
PYTHON ?= $(shell sh deploy/local/prerequisites.sh find-python)
ARGS ?=
KILLS ?= 8
SECONDS ?= 120
FAULTS ?= 10000
FIRE_SECONDS ?= 440

# Keyed by content, not by time: a fresh clone beside an old environment is not fooled.
LOCK := $(shell { cat requirements-dev.txt; $(PYTHON) -V; } 2>&1 | sha256sum | cut -c1-16)
VENV := .venv/.installed-$(LOCK)
PY := .venv/bin/python
UNIT := tests/unit tests/spec tests/contract tests/test_tidy.py
HEAVY := tests/generative tests/integration tests/e2e

.PHONY: help setup lock check test prove mutants demo up down status bench chaos chaos-notify docs manifests image clean

help: ## this list of commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV):
	@PYTHON=$(PYTHON) sh deploy/local/prerequisites.sh python
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV) ## virtual environment by the hashed lock, Kafka's jars by Maven
	@PYTHON=$(PYTHON) sh deploy/local/prerequisites.sh
	@$(PY) -m deploy.local.jars

lock: $(VENV) ## resolve requirements*.in anew into the hashed locks
	sh deploy/local/lock.sh $(PY)

check: $(VENV) ## format, lint, types, imports, unit, spec and contract tests (under 2 minutes)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q $(UNIT)

test: setup check ## everything; what .ci/run calls (under 25 minutes)
	$(PY) -m pytest -q $(HEAVY)

prove: setup ## 100,000 random histories against the oracle, a million near twins (ARGS=--seed 7)
	$(PY) -m tests.prove $(ARGS)

mutants: $(VENV) ## small wrong changes in claims/, each noticed by a test or not (ARGS=--sample 300)
	$(PY) -m tests.mutants $(ARGS)

demo: setup ## a sample region from file to verdict, compared with the truth (ARGS=--once stops at the end)
	$(PY) -m bench.demo $(ARGS)

up: setup ## start broker, database and all services under a supervisor
	$(PY) -m deploy.local up

down: $(VENV) ## stop exactly what `make up` started
	$(PY) -m deploy.local down

status: $(VENV) ## a table of the running processes, their lag and their last commit
	$(PY) -m deploy.local status

bench: setup ## measure the figures into .run/bench/results.jsonl
	$(PY) -m bench $(ARGS)

chaos: setup ## kill -9 at random and verify (KILLS=8 SECONDS=120)
	$(PY) -m bench.chaos --kills $(KILLS) --seconds $(SECONDS) $(ARGS)

chaos-notify: setup ## faults between notify and people, and verify (FAULTS=10000 FIRE_SECONDS=440)
	$(PY) -m bench.chaos_notify --faults $(FAULTS) --seconds $(FIRE_SECONDS) $(ARGS)

docs: $(VENV) ## render docs/ from the registers
	$(PY) -m pipeline.topics render
	$(PY) -m deploy.configuration
	$(PY) -m claims.rules_page > docs/rules.md.new && mv docs/rules.md.new docs/rules.md
	$(PY) -m services.notify.messages_page > docs/messages.md.new && mv docs/messages.md.new docs/messages.md
	$(PY) -m services.notify.bot_messages_page > docs/bot-messages.md.new && mv docs/bot-messages.md.new docs/bot-messages.md
	$(PY) -m tests.support.pointers > docs/traceability.md.new && mv docs/traceability.md.new docs/traceability.md

manifests: $(VENV) ## render deploy/k8s/base from the settings and topics registers
	$(PY) -m deploy.k8s.render

image: ## build the container image
	docker build --tag gouji:local .

clean: ## stop the stack; remove run data, environment and caches
	@if [ -x $(PY) ] && [ -d .run ]; then $(PY) -m deploy.local down; fi
	rm -rf .run .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
