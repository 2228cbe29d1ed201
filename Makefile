# Everything a new machine needs is Python 3.11 or later, pip and make. `make` alone lists what can be done.

PYTHON  ?= python3
JOBS    ?= 2
ARGS    ?=
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
CLIENTS := complete-journey aurora-audio harbor-bank huaxin-machinery

# Compiled bytecode halves the start of every kernel; a library that starts its own threads slows parallel runs down.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test bench lab lint lock translations clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(STAMP)  ## run all five phases for the bundled clients and say where the reports are
	@$(BIN)/playbook run $(CLIENTS) $(ARGS)
	@echo "Reports:"; for client in $(CLIENTS); do ls -1t reports/$$client/*/index.html | head -n 1 | sed 's/^/  /'; done

test: $(STAMP)  ## run the tests (ARGS="-k funnel" for a part, JOBS=4 for more processes)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadscope $(ARGS)

bench: $(STAMP)  ## measure speed and memory
	@$(BIN)/python -m pytest tests/benchmarks -s $(ARGS)

lab: $(STAMP)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks $(ARGS)

lint: $(STAMP)  ## check style, formatting, import order and that notebooks carry no output
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@git ls-files -z '*.ipynb' | xargs -0 -r $(BIN)/nbstripout --keep-id --verify

lock: $(BIN)/uv  ## write requirements.lock from pyproject.toml (ARGS=--upgrade for the newest releases)
	@$(BIN)/uv pip compile pyproject.toml --extra demo --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-config --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --output-file requirements.lock --quiet $(ARGS)

translations: $(STAMP)  ## bring the catalogues up to date with the words of code and notebooks
	@$(BIN)/pybabel --quiet extract --mapping-file playbook/locale/babel.cfg --keyword say:1 --keyword say_n:1,2 --keyword say_html:1 --no-location --sort-output --project playbook \
	  --output playbook/locale/playbook.pot playbook notebooks
	@for catalogue in playbook/locale/*.po; do \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header --width 130 --domain playbook \
	    --input-file playbook/locale/playbook.pot --locale "$$(basename "$$catalogue" .po)" --output-file "$$catalogue"; done

clean:  ## remove the environment, caches and build products; data and reports stay
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find playbook tests notebooks -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# uv comes first, by the machine's own pip and at the version and hash that the lock names; uv then installs the rest.
# `--without-pip`: works too where the system's Python was packaged without ensurepip.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Stop: Python 3.11 or later is needed, and '$(PYTHON)' is not. Name another one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, pip' || { \
	  echo "Stop: '$(PYTHON)' lacks venv or pip. On Debian and Ubuntu: apt-get install python3-venv python3-pip" >&2; exit 2; }
	@echo "Setting up $(VENV), once"
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	@$(BIN)/uv pip sync --python $(BIN)/python --quiet --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .
	@touch $@
