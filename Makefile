# Runs with GNU make 3.81 or newer and a POSIX shell: Debian, Ubuntu, macOS.
PYTHON = .venv/bin/python
MANAGE = $(PYTHON) manage.py
PIN = .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11
UPGRADE =
ARGS =
# Written last when static files are collected: nothing newer, nothing to do.
COLLECTED = "$${PLAYGROUND_DATA:-var}/static/staticfiles.json"

.PHONY: help run test lint types format messages bench bench-usage bench-batch screenshots lock clean venv tools

help: ## list these targets
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: venv ## start the trial center on http://localhost:8000
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_catalog --verbosity 0
	@$(MANAGE) load_templates --verbosity 0
	@[ -z "$$(find static .venv/.installed-* -newer $(COLLECTED) 2>&1 | head -n 1)" ] || $(MANAGE) collectstatic --no-input --verbosity 0
	@exec $(MANAGE) serve

test: tools ## prove everything; installs what the tests need where it may
	@$(PYTHON) -m tests.provision
	@sh .ci/venv.sh .venv-litellm tests/litellm/requirements.txt
	@$(PYTHON) -m tests.steps

lint: tools ## formatting and lint of Python and templates
	@$(PYTHON) -m tests.steps format lint templates

types: tools ## types and the direction of imports
	@$(PYTHON) -m tests.steps types imports

format: tools ## bring Python into shape
	@.venv/bin/ruff check --quiet --fix-only . && .venv/bin/ruff format .

messages: tools ## collect the texts to translate, report what is missing, compile
	@$(PYTHON) -m tests.messages

bench: tools ## measure, and put the result into bench/RESULTS.md; ARGS=--quick for a short look
	@$(PYTHON) -m bench $(ARGS)

bench-usage: tools ## a year of a million entries: usage pages and exports; ARGS="--entries 50000" for a short look
	@$(PYTHON) bench/usage.py $(ARGS)

bench-batch: tools ## a batch of 10,000 rows with the sandbox; ARGS="--rows 500" for a short look
	@$(PYTHON) bench/batch.py $(ARGS)

screenshots: tools ## picture every screen and state into docs/screens/
	@$(PYTHON) -m tests.provision pictures
	@$(PYTHON) -m tests.screens $(ARGS)

lock: venv ## pin what the requirements.in files ask for; UPGRADE=--upgrade for the newest
	@$(PYTHON) -m pip install -qq --no-input --disable-pip-version-check uv==0.13.8
	@for name in requirements tests/requirements tests/litellm/requirements; do \
	  $(PIN) $(UPGRADE) $$name.in -o $$name.txt || exit 1; \
	done

clean: ## remove environments and caches; the data in var/ stays
	@rm -rf .venv .venv-litellm .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache bench/bin
	@find playground tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@sh .ci/venv.sh .venv requirements.txt

tools: venv
	@sh .ci/venv.sh .venv tests/requirements.txt
