# Two commands for a fresh machine: `make run` and `make test`. Python 3.11 with venv is all that they need.
# Paths are relative and quoted, so that a folder with a space in its name works.

.DEFAULT_GOAL := help
.PHONY: help assets run install dev test lint types browser lock wheel clean
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# The environment is tied to its place; a moved folder gets a new one.
ifneq ($(shell cat .venv/.torg-place 2>/dev/null),$(shell pwd -P))
.PHONY: .venv/.torg-runtime .venv/.torg-dev
endif
LOCKS := requirements/build.txt requirements/runtime.txt pyproject.toml tools/install.sh

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: .venv/.torg-runtime ## start Torg on http://localhost:8000 with a cast to try it with; data is kept in data/
	@exec .venv/bin/torg serve --demo

install: .venv/.torg-runtime ## make .venv from the hashed locks: .venv/bin/torg is there afterwards

dev: .venv/.torg-dev ## the environment with all that tests and checks need

test: .venv/.torg-dev browser ## every check and every test, two at a time
	@exec tools/check.sh

lint: .venv/.torg-dev ## ruff and import-linter
	@.venv/bin/ruff check src tests tools bench && .venv/bin/lint-imports --no-logo

types: .venv/.torg-dev ## mypy, strict
	@.venv/bin/python -m mypy

browser: ## a Chromium for the browser tests, where it can be had
	@tools/browser.sh

assets: ## build the pages' script from frontend/ (needs Node)
	@tools/assets.sh

lock: .venv/.torg-dev ## pin and hash every dependency anew (needs the network)
	@tools/lock.sh

wheel: .venv/.torg-dev ## a wheel in dist/
	@.venv/bin/python -m pip wheel --disable-pip-version-check --no-deps --no-build-isolation -w dist .

clean: ## remove the environment and caches; data/ stays
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.torg-runtime: $(LOCKS)
	@tools/install.sh runtime

.venv/.torg-dev: $(LOCKS) requirements/dev.txt
	@tools/install.sh dev
