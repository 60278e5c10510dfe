# `make demo` and `make test` need nothing but Python 3.11 or newer and make: each makes its own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

# The same tests on the lowest versions that pyproject.toml allows.
LOWEST := .venv-lowest
LOWEST_READY := $(LOWEST)/.installed

.PHONY: demo test test-processes test-slow test-lowest test-all kills lint format clean

$(READY): pyproject.toml setup.py kgan/version.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS='ignore:Editable installation' $(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)

demo: $(READY)  ## train on glyphs for a few minutes; leaves pictures, a report and a SavedModel
	$(BIN)/kgan image-generation train --run runs/demo
	$(BIN)/kgan image-generation generate --run runs/demo --output runs/demo/generated --overwrite
	$(BIN)/kgan image-generation export --run runs/demo --overwrite

test: $(READY)  ## the fast tests, under ten minutes on two cores; a third process computes while others wait
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile

test-slow: $(READY)  ## those of minutes, one at a time, as some of them look at the clock
	$(BIN)/python -m pytest -m slow

test-processes: $(READY)  ## those of the slow ones that kill, resume, replicate, serve and start fresh processes
	$(BIN)/python -m pytest -m slow --numprocesses 2 --dist loadfile tests/app tests/backend tests/export \
		tests/test_saving.py

kills: $(READY)  ## end runs by `kill -9` at twenty random moments, resume them, compare every variable
	$(BIN)/python -m pytest -m slow tests/app/test_kills.py -s

test-lowest: $(LOWEST_READY)  ## engine, schemes and layers on the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest --numprocesses 2 --dist loadfile tests/adversarial tests/backend tests/layers \
		tests/schemes tests/test_losses.py tests/test_penalties.py

test-all: test test-lowest test-slow

$(LOWEST_READY): pyproject.toml .ci/lowest_versions.py
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --upgrade pip
	$(PYTHON) .ci/lowest_versions.py > $(LOWEST)/versions.txt
	$(LOWEST)/bin/python -m pip install --quiet --requirement $(LOWEST)/versions.txt pytest pytest-xdist
	touch $(LOWEST_READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(LOWEST) build dist *.egg-info
