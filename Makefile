# The words that a person types. Each sets up what it needs; a second call starts at once.
VENV   := .venv
PYTHON := $(VENV)/bin/python
PIP    := $(PYTHON) -m pip install --quiet --disable-pip-version-check
READY  := $(VENV)/.ready
TOOLS  := $(VENV)/.tools

.PHONY: run test check style types migrations tools format bench soak migrate clean

run: $(READY)            ## start Reeve: on Discord with DISCORD_TOKEN, else on the sandbox
	@exec $(PYTHON) -m bot run

test: $(TOOLS)           ## all tests, against a real PostgreSQL of their own
	@$(if $(ARGS),exec $(PYTHON) -m pytest $(ARGS),exec sh tests/side_by_side.sh $(PYTHON))

check: $(TOOLS)          ## what CI runs
	@$(MAKE) --no-print-directory --jobs=2 types migrations style
	@$(MAKE) --no-print-directory test

style: $(TOOLS)
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(VENV)/bin/lint-imports --no-logo

types: $(TOOLS)
	$(PYTHON) -m mypy

migrations: $(TOOLS)
	sh tests/check_migrations.sh $(VENV)/bin

tools: $(TOOLS)

format: $(TOOLS)         ## put the code in order
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: $(READY)          ## the benchmarks; also writes benchmarks/latest.json
	@exec $(PYTHON) -m benchmarks

soak: $(READY)           ## the long fault and property runs; also writes soak/latest.json
	@exec $(PYTHON) -m soak $(ARGS)

migrate: $(READY)        ## bring the database to the newest schema
	@exec $(PYTHON) -m bot db upgrade

clean:                   ## forget the environment; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# What Reeve runs on, in the versions that were tested. A half-made environment has no .ready and is made again.
$(READY): constraints.txt pyproject.toml
	@python=$$(for name in $${REEVE_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do \
	    $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done); \
	if [ -z "$$python" ]; then echo "Reeve needs Python 3.11 or newer: install it, or name it in REEVE_PYTHON." >&2; exit 78; fi; \
	echo "Setting up Reeve in $(VENV) (once) ..."; \
	"$$python" -m venv --clear $(VENV) && \
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' \
	    > $(VENV)/needed.txt && \
	$(PIP) -c constraints.txt -r $(VENV)/needed.txt && \
	touch $@

# And what it is tested with.
$(TOOLS): $(READY)
	@echo "Setting up the tools to test it (once) ..."; $(PIP) -r constraints.txt && touch $@
