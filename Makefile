# `make demo` and `make test` do all their set-up: Python >= 3.11, pip and venv are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JUDGES := $(VENV)/.judges

.PHONY: demo test lint types bench docs conformance clean

$(STAMP): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python >= 3.11 is needed"; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python >= 3.11 is needed"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/python benchmarks/demo.py

test: $(STAMP)
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py

docs: $(STAMP)
	$(BIN)/python docs/generate.py

# Other people's programs that judge what bascule writes: too heavy for every run (docs/conformance.md).
$(JUDGES): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'graphql-core>=3.2' 'messagebird-sdk>=0.106' 'plivo>=4.63' 'pyspark>=3.5'
	touch $(JUDGES)

conformance: $(JUDGES)
	@command -v java >/dev/null || echo "no java: the Spark test will be skipped"
	@command -v initdb >/dev/null || echo "no PostgreSQL (initdb): its tests will be skipped"
	@test -n "$$BASCULE_CORPUS" || echo "BASCULE_CORPUS is not set: what reads real files and vendors' documents will be skipped"
	$(BIN)/python -m pytest -vv -rs tests/conformance tests/contacts/test_adapters.py tests/contacts/test_erasing.py \
	  tests/contacts/test_end_to_end.py tests/contacts/merging/test_postgres.py \
	  tests/contacts/sync/test_sealed_and_postgres.py tests/diagnostics/test_render_formats.py

clean:
	rm -rf $(VENV) demo-output dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
