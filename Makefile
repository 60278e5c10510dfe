# `make demo` and `make test` need nothing but Python 3.11 or newer and make: each makes its own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: demo test test-all lint format clean

$(READY): pyproject.toml setup.py kgan/version.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)

demo: $(READY)  ## train on glyphs for a few minutes; leaves pictures, a report and a SavedModel
	$(BIN)/kgan image-generation train --run runs/demo
	$(BIN)/kgan image-generation generate --run runs/demo --output runs/demo/generated --overwrite
	$(BIN)/kgan image-generation export --run runs/demo --overwrite

test: $(READY)  ## the fast tests, under ten minutes on two cores
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-all: test  ## the slow tests too, one at a time, as some of them look at the clock
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info
