# Six commands: make demo, test, quick, lint, docs and bench. Each first makes a virtual environment in .venv.
PYTHON ?= python3
# Processes that share the tests; each of them computes on one thread.
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DOCS_INSTALLED := $(VENV)/.docs-installed
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal

.PHONY: demo test quick lint docs bench clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Python 3.11 or later is needed; name one: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@

# Sphinx is only needed for the documentation, so it has a stamp of its own.
$(DOCS_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,docs]'
	touch $@

demo: $(INSTALLED)
	$(BIN)/wavedistill demo --out demo

test: $(INSTALLED) lint
	$(BIN)/python tools/browser.py
	$(PYTEST)

quick: $(INSTALLED)
	$(PYTEST) -m "not slow"

lint: $(INSTALLED)
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

docs: $(DOCS_INSTALLED)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --builder html --quiet docs docs/_build/html

bench: $(INSTALLED)
	$(BIN)/python benchmarks/kernel.py

clean:
	rm -rf $(VENV) demo docs/_build docs/gallery docs/reference/generated .mypy_cache .pytest_cache .ruff_cache .hypothesis
