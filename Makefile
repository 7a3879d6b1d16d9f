# `make demo` converts the sample study, `make test` runs the tests, `make check` is the whole gate.
# Everything is installed into .venv, with the versions of constraints.txt; nothing else is touched.

.DEFAULT_GOAL := help
.PHONY: help core-cases demo test interop check fuzz bench bench-convert bench-fhir mutants coverage-report coverage-table fmt style types layers docs build clean

VENV := .venv
BIN := $(VENV)/bin
STUDY := mappings/studies/msc_gvhd
RAW := samples/msc_gvhd/raw
OUT := out/msc_gvhd
WORKERS ?= 2
INPUTS ?= 100000
SEED ?= 1
ROWS ?= 1000000

# The first Python of at least 3.11 that can make a virtual environment; `make PYTHON=...` overrides.
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python,$(shell $(name) -c '$(USABLE)' 2>/dev/null && echo $(name))))

help:
	@echo 'make demo    convert the sample study $(STUDY) into $(OUT)'
	@echo 'make test    run all tests'
	@echo 'make interop run the tests that ask other software (R, a browser, Java, Node), where it is installed'
	@echo 'make check   style, types, layers and tests: the whole gate'
	@echo 'make style   ruff check and ruff format --check'
	@echo 'make types   pyright'
	@echo 'make layers  import-linter: who may import whom'
	@echo 'make fuzz    feed 100000 damaged files to the readers (INPUTS=, SEED=)'
	@echo 'make bench   measure writing and reading transport files against others (ROWS=)'
	@echo 'make bench-convert measure a conversion of the whole sample study, or of more subjects (SUBJECTS=)'
	@echo 'make bench-fhir measure FHIR resources, built, checked and written, against fhir.resources (ROWS=)'
	@echo 'make mutants try 339 changed specifications and write tests/mutants/mutants.csv'
	@echo 'make coverage-report  list each key, function and error code with what uses it'
	@echo 'make coverage-table   run tests (TESTS=) and note which of them use what'
	@echo 'make fmt     format the code and sort imports'
	@echo 'make core-cases CASES=FILE   judge the published test cases of the CORE rules'
	@echo 'make docs    write the pages of docs/reference that are made from the code'
	@echo 'make build   build sdist and wheel into dist/'
	@echo 'make clean   remove .venv, dist and out'

# --- environments: made once, renewed when what they are made from changes ---

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'no Python of at least 3.11 with venv was found; name one: make PYTHON=/path/to/python ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[stats]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@ $(VENV)/.run

# --- what it is for ---

# Exit code 1 means: converted, with findings of severity error. The sample has them on purpose.
demo: $(VENV)/.run
	@code=0; $(BIN)/trialport convert $(STUDY) --raw $(RAW) --out $(OUT) --force || code=$$?; \
	echo; \
	case $$code in \
	0) echo 'Converted without errors. Datasets, resources and reports are in $(OUT).';; \
	1) echo 'Converted, with findings of severity error: the sample holds irregular records on purpose.'; \
	   echo 'All findings are in $(OUT)/findings.json, datasets and resources beside it.';; \
	*) echo "The conversion could not be done (exit code $$code)." >&2; exit $$code;; \
	esac
	@echo
	@echo 'The report beside the printed figures of the paper (open it in a browser):'
	@$(BIN)/trialport report $(OUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not fetched'

# The reference engine of CDISC wants a Python 3.12 of its own; without one its tests are skipped.
# A name is tried by running it: a shim of pyenv may stand for a Python that is not chosen.
PYTHON312 ?= $(firstword $(foreach name,python3.12 $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python),$(shell $(name) -c '' >/dev/null 2>&1 && echo $(name))))
CORE_VENV := .venv-core
CORE_ENGINE := cdisc-rules-engine==0.17.1

$(CORE_VENV)/.made:
	@if test -n '$(PYTHON312)'; then $(PYTHON312) -m venv $(CORE_VENV) && \
	$(CORE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check '$(CORE_ENGINE)' && touch $@; \
	else echo 'no Python 3.12: the reference engine is not installed'; fi

interop: $(VENV)/.dev $(CORE_VENV)/.made
	TRIALPORT_CORE_PYTHON="$${TRIALPORT_CORE_PYTHON:-$$(ls $(CURDIR)/$(CORE_VENV)/bin/python 2>/dev/null)}" \
	$(BIN)/python -m pytest -m interop -rs

check: style types layers test

mutants: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python -m tests.mutants.table --workers $(WORKERS)

coverage-report: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python -m tests.coverage.report

TESTS ?= tests
coverage-table: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python -m tests.coverage.report --run $(TESTS)

fuzz: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python -m tests.fuzz.run --inputs $(INPUTS) --seed $(SEED)

bench: $(VENV)/.bench
	$(BIN)/python tests/benchmarks/xport_benchmark.py --rows $(ROWS)

bench-convert: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python -m tests.benchmarks.convert_benchmark $(if $(SUBJECTS),--subjects $(SUBJECTS))

bench-fhir: $(VENV)/.dev
	$(BIN)/python tests/benchmarks/fhir_benchmark.py --rows $(ROWS)

style: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/pyright --pythonpath $(BIN)/python

layers: $(VENV)/.dev
	PYTHONPATH=converters $(BIN)/lint-imports

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.run
	$(BIN)/python docs/build_reference.py

build: $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) $(CORE_VENV) dist out

# --- CDISC's own test data: needs the published file, which is too large to be here ---

CASES := ../shared/standards/core/testdata/published_sdtmig_adamig.jsonl.gz

core-cases: $(VENV)/.dev
	@test -f '$(CASES)' || { echo 'no test data at $(CASES); give a file: make core-cases CASES=...' >&2; exit 1; }
	PYTHONPATH=. $(BIN)/python tests/rules/core/cases.py '$(CASES)'
