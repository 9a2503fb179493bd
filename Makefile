.PHONY: help setup demo test lint docs axe-metadata bench clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup:  ## leave a working .venv/bin/lgaudit: packages, axe-core, Chromium
	@bash scripts/setup.sh

demo: setup  ## audit the made-up demonstration councils and write their report
	@.venv/bin/lgaudit demo

test:  ## set up, then run every check and test
	@bash scripts/setup.sh dev
	@$(MAKE) --no-print-directory lint
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint:  ## formatting, style, types, import layers, stale documents
	@.venv/bin/ruff format --check --quiet . || { echo "Run .venv/bin/ruff format ."; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/mypy --config-file tests/mypy.ini
	@.venv/bin/lint-imports --no-cache --no-logo
	@.venv/bin/python scripts/docs.py --check

docs:  ## write the generated documents again
	@bash scripts/setup.sh dev
	@.venv/bin/python scripts/docs.py

axe-metadata:  ## write rules/axe-metadata.json again, from the axe-core that ships
	@bash scripts/setup.sh
	@node scripts/axe_metadata.mjs
	@node scripts/aria_tables.mjs

bench:  ## measure speed and memory; see benchmarks/README.md
	@bash scripts/setup.sh dev
	@.venv/bin/python -m benchmarks

clean:  ## remove what setup and runs have made
	rm -rf .venv node_modules lgaudit/_vendor dist build
