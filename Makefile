# make demo: install everything once, then show the product with a simulated community.
# make test: install what the tests need, then run all of them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DASHBOARDS := dashboards
PAGES := $(shell find $(DASHBOARDS) -type f -not -path '*/node_modules/*' 2>/dev/null)

MAKEFLAGS += --jobs=2
# Hundreds of processes start in the tests: what one has compiled is there for the next.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: demo setup test test-servers test-tools peers lint dashboards-check lock clean

demo: setup
	$(BIN)/qianshao demo

setup: $(VENV)/.compiled hub/console/static/index.html

$(VENV)/.installed: requirements/product.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements/product.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	scripts/node-path $(BIN)/python >/dev/null
	touch $@

# Beside the pages. A hub in service may not write here, and would compile all of it at each start.
$(VENV)/.compiled: $(VENV)/.installed
	-$(BIN)/python -m compileall -qq $(VENV)/lib hub devices
	touch $@

hub/console/static/index.html: $(VENV)/.installed $(PAGES)
	PATH="$$(scripts/node-path $(BIN)/python):$$PATH" sh -c 'cd $(DASHBOARDS) && npm ci --no-audit --no-fund && npm run build'
	touch $@

$(VENV)/.installed-tests: $(VENV)/.installed requirements/tests.txt
	$(INSTALL) --require-hashes -r requirements/tests.txt
	touch $@

test-tools:
	scripts/install-test-tools

# What is played in real time, with sound, pictures and cameras at work, comes last and by as many workers as there are
# cores: a third one would take its time. All others wait a good part of theirs. A worker takes a file's tests together.
REAL_TIME := system bench fallback console/test_analysis.py console/test_officers_way.py
# Whose every test is run on PostgreSQL as well.
ON_POSTGRESQL := registry events alerts cases access
PYTEST := scripts/tests $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder

# Beside the first tests, at low priority, in the time in which they wait: the checks of style, types and pages, whose
# words come last (tests of pages have time limits of their own, so that they are only a little lower), and the
# simulated cameras' films, which the story needs near the end.
test: test-tools setup $(VENV)/.installed-tests
	mkdir -p var
	$(BIN)/python -m simulators.community --out var/community >/dev/null & \
	  { nice -n 19 $(MAKE) --no-print-directory lint && nice -n 5 $(MAKE) --no-print-directory dashboards-check; } \
	    >var/checks.log 2>&1 & checks=$$!; \
	  $(PYTEST) -n 3 $(REAL_TIME:%=--ignore=tests/%); passed=$$?; \
	  QIANSHAO_TEST_DATABASE=postgresql $(PYTEST) -n 3 $(ON_POSTGRESQL:%=tests/%); stored=$$?; \
	  $(PYTEST) -n 2 $(REAL_TIME:%=tests/%); played=$$?; \
	  wait $$checks; checked=$$?; cat var/checks.log; wait; exit $$((passed | stored | played | checked))

# Everything once more, where hubs live on PostgreSQL and their radios on mosquitto.
test-servers: test-tools setup $(VENV)/.installed-tests
	$(BIN)/python -m simulators.community --out var/community >/dev/null
	export QIANSHAO_TEST_DATABASE=postgresql QIANSHAO_TEST_BROKER=managed; \
	  $(PYTEST) -n 3 $(REAL_TIME:%=--ignore=tests/%); passed=$$?; \
	  $(PYTEST) -n 2 $(REAL_TIME:%=tests/%); exit $$((passed | $$?))

# What searches are measured beside: python -m bench.peers.index.
peers: setup
	$(INSTALL) --require-hashes -r requirements/peers.txt

dashboards-check: setup
	PATH="$$(scripts/node-path $(BIN)/python):$$PATH" sh -c 'cd $(DASHBOARDS) && npm run check && npm test'

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  pyproject.toml --group build -o requirements/product.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --group tests -c requirements/product.txt -o requirements/tests.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --group node -o requirements/node.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --group peers -c requirements/product.txt -o requirements/peers.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --group clickhouse -c requirements/product.txt -o requirements/clickhouse.txt

clean:
	rm -rf $(VENV) hub/console/static $(DASHBOARDS)/node_modules
