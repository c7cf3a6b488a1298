# One command sets up and does it: `make chat`, `make test`. `make help` lists all.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help chat run test check lint format bench evaluate accept readme guide gallery lock clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

chat: $(VENV)/set-up ## Chat in the terminal; needs no Telegram
	@$(BIN)/monitorbot chat

run: $(VENV)/set-up ## Serve Telegram; needs TELEGRAM_BOT_TOKEN (environment or .env)
	@$(BIN)/monitorbot run

test: lint check ## Every check: style, types, data and language, tests
	$(BIN)/pytest

lint: $(VENV)/set-up-dev ## Style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: $(VENV)/set-up ## Data and language files
	$(BIN)/monitorbot check

format: $(VENV)/set-up-dev ## Mend style and layout
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/set-up-dev ## Speed, also with 100 times as many patterns
	$(BIN)/pytest tests/benchmarks/bench_*.py --benchmark-columns=min,median,max,rounds

evaluate: $(VENV)/set-up ## Labelled questions: what is right, what was gained and lost
	@$(BIN)/monitorbot evaluate

accept: $(VENV)/set-up ## Make the present result of the labelled questions the one to keep
	@$(BIN)/monitorbot evaluate --accept

readme: $(VENV)/set-up ## The conversation in the README, with the present answers
	@$(BIN)/python -m tests.readme

guide: $(VENV)/set-up ## The guide for users, docs/gebruik.md, with its pictures
	@$(BIN)/python -m bot.guide

gallery: $(VENV)/set-up ## All charts on one page, and the pictures of the README
	@$(BIN)/python -m bot.gallery

lock: $(VENV)/set-up ## New versions of everything that pyproject.toml asks for
	$(PIP) install uv
	$(BIN)/uv $(COMPILE) --group build -o requirements.txt
	$(BIN)/uv $(COMPILE) --group dev -c requirements.txt -o requirements-dev.txt
COMPILE := pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate pyproject.toml

clean: ## Remove the environment and everything that was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks

# The environment, made once and again when the pinned versions or the package's set-up change.
$(VENV)/set-up: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; name it with: make PYTHON=python3.13 …' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/set-up-dev: requirements-dev.txt $(VENV)/set-up
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
