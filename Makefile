# Sets itself up: Python 3.11 or newer and make are all it needs. `make` alone lists the targets.
#   make test PYTHON=python3.12    another interpreter
#   make test ARGS="-k switch"     arguments for the command itself

PYTHON ?= python3
VENV   ?= .venv
ARGS   ?=

# The interpreter is part of a stamp's name: another PYTHON is another installation.
TAG   := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
RUN   := $(VENV)/bin/python
REFDP := $(VENV)/bin/refdp
SETUP := pyproject.toml constraints.txt refdp/_version.py

# What each purpose installs. A wider installation serves a narrower purpose.
EXTRAS_parity := parity,deepmd
EXTRAS_test   := parity,deepmd,models,ase,test
EXTRAS_all    := all

stamp = $(VENV)/.installed-$(TAG)-$(1)
installed = $(call stamp,$(firstword $(foreach set,$(1),$(if $(wildcard $(call stamp,$(set))),$(set))) $(lastword $(1))))

.DEFAULT_GOAL := help
.PHONY: help parity test bench lint format types docs clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

parity: $(call installed,all test parity) ## validate every backend on this machine; writes report.html and report.json
	$(REFDP) parity $(ARGS)

# A file of tests stays in one process: what its fixtures make is made once.
test: $(call installed,all test) ## run the tests, a process for each core
	$(RUN) -m pytest --numprocesses=logical --dist=loadfile $(ARGS)

bench: $(call installed,all test parity) ## measure speed and memory; writes bench.json
	$(REFDP) bench $(ARGS)

lint: $(call stamp,all) ## check style
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .

format: $(call stamp,all) ## put style right
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

types: $(call stamp,all) ## check types
	$(RUN) -m mypy $(ARGS)

docs: $(call stamp,all) ## build the book into docs/_build/html
	@rm -rf docs/_api # pages of modules that are no more
	$(RUN) -m sphinx --fail-on-warning --keep-going --nitpicky --fresh-env --quiet --jobs=auto docs docs/_build/html $(ARGS)
	@echo docs/_build/html/index.html

clean: ## remove what was built and cached; the environment stays (rm -r .venv)
	rm -rf build dist docs/_api docs/_build bench.json report.html report.json report.xml
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find refdp parity tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is touched last, so an interrupted installation is taken up again.
# PIP_CONSTRAINT, unlike --constraint, also reaches the environment in which pip builds.
$(VENV)/.installed-$(TAG)-%: $(SETUP)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "PYTHON=$(PYTHON): Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT="$(CURDIR)/constraints.txt" $(RUN) -m pip install --disable-pip-version-check --editable '.[$(EXTRAS_$*)]'
	@touch $@
