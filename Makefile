# Firstline from a checkout. The two commands to know: make demo, make test.

PYTHON ?= python3
BIN := .venv/bin
# More for pytest, for example: make test ARGS="-k mail -x"
ARGS ?=
# Each worker has servers, databases and folders of its own; ARGS="-n 0" runs everything in one process.
WORKERS := -n auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test kills check bench lock clean

help:  ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed  ## play with a desk: made-up provider, loopback mail, a chat in this terminal
	@$(BIN)/firstline demo

test: .venv/installed  ## install the servers the tests talk to where that is allowed, then run every test
	@tools/install-servers.sh $(BIN)/python
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

check: .venv/installed  ## lint, format, types, the floors of the house, and what must not be in the repository
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_repository.py

bench: .venv/installed  ## measure the desk beside its rivals (see benchmarks/README.md)
	@for one in size start telegram mail backlog inspect knowledge; do $(BIN)/python -m benchmarks.$$one $(ARGS) || exit 1; done

kills: .venv/installed  ## the long way: 50 kills over 2,500 messages, outages of 30 s (SIZE=full: 300 over 20,000)
ifeq ($(SIZE),full)
	FIRSTLINE_KILLS=300 FIRSTLINE_COMMAND_KILLS=50 FIRSTLINE_TEXTS=16000 FIRSTLINE_MAILS=4000 $(BIN)/python -m pytest -s tests/kills $(ARGS)
else
	FIRSTLINE_KILLS=50 FIRSTLINE_COMMAND_KILLS=10 FIRSTLINE_TEXTS=2000 FIRSTLINE_MAILS=500 FIRSTLINE_OUTAGE=30 \
		$(BIN)/python -m pytest -s tests/kills tests/faults $(ARGS)
endif

lock: .venv/installed  ## write requirements.txt anew from pyproject.toml (UPGRADE=1 takes the newest versions)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --extra demo --extra brochure --extra gaps --group dev \
		$(if $(UPGRADE),--upgrade) pyproject.toml --output-file requirements.txt

clean:  ## remove the environment and everything that was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, made again only when what goes into it has changed.
.venv/installed: requirements.txt pyproject.toml tools/environment.sh
	@tools/environment.sh $(PYTHON)
	@touch $@
