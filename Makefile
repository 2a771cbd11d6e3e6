# Needs Python 3.11+, make and the package index; everything else is installed into .venv.
.PHONY: demo test test-slow test-all serve serve-demo check bench pictures catalogue screenshots lighthouse clean
.DEFAULT_GOAL := demo

PYTHON ?= python3
BIN := .venv/bin

# uv reads the lock file; it comes from the package index into an environment of its own.
.venv/ready: pyproject.toml uv.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv --clear .tools
	.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8'
	.tools/bin/uv sync --quiet --locked --compile-bytecode --python $(PYTHON)
	$(BIN)/python -m compileall -q src flows
	touch $@

demo: .venv/ready
	$(BIN)/python -m examples.demo

test: .venv/ready
	$(BIN)/pytest -n 2 -m "not slow"

test-slow: .venv/ready
	$(BIN)/pytest -n 2 -m slow

test-all: .venv/ready
	$(BIN)/pytest -n 2

# The first start applies the plan file; later edits wait for `tracker apply`.
serve: .venv/ready
	@$(BIN)/tracker apply --first
	$(BIN)/python -m flows.serve

serve-demo: export TRACKER_VAR = var/demo
serve-demo: export TRACKER_TODAY = 2024-11-12
serve-demo: export TRACKER_ILLUSTRATION = 1
serve-demo: .venv/ready
	@$(BIN)/tracker signin tonghop@angiang.example
	$(BIN)/tracker web

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks

pictures: .venv/ready
	$(BIN)/python docs/pictures/make.py

# The words in code that letters and pages say, brought into the catalogues; then fill in what is empty and run it again.
catalogue: .venv/ready
	$(BIN)/pybabel -q extract -F locale/babel.cfg -k wording:1 -k wording_in:2 -k N_ --no-location --sort-output --no-wrap --omit-header -o locale/tracker.pot .
	$(BIN)/pybabel -q update -i locale/tracker.pot -d locale -D tracker --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile -d locale -D tracker

# Every page at desk and phone width, into var/screenshots; needs chromium.
screenshots: .venv/ready
	$(BIN)/python docs/pictures/screenshots.py

# Accessibility and best practices of every page; needs npm and chromium.
lighthouse: .venv/ready
	$(BIN)/python docs/pictures/lighthouse.py

clean:
	rm -rf .venv .tools var
