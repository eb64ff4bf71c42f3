# Short names for `aftercare` and the usual tools. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
STAMP := .venv/.aftercare-ready
MEMBERS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml tools/*/pyproject.toml)
TYPED := $(wildcard libs/*/src tools/*/src services/*/src) tools/bench tools/manifests tools/licences.py tools/audit.py

.PHONY: help install demo up down status logs reset doctor test test-failure test-mutants test-alerts test-compose test-collector check check-types check-sources check-documents format client fuzz bench lock check-manifests test-k8s test-images audit

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(STAMP) ## install packages, Java and Maven (every other target does it when needed)

$(STAMP): requirements.lock $(MEMBERS) tools/setup.sh
	@tools/setup.sh
	@touch $@

demo: $(STAMP) ## start the suite and run one order's whole scenario through the public APIs
	@$(BIN)/aftercare demo

up: $(STAMP) ## start the local stack, or what is broken of it
	@$(BIN)/aftercare up

down: $(STAMP) ## stop the local stack; its data stay
	@$(BIN)/aftercare down

status: $(STAMP) ## what runs and what is broken
	@$(BIN)/aftercare status

logs: $(STAMP) ## the last lines of all logs, and new ones (S=order-svc for one)
	@$(BIN)/aftercare logs $(S) --follow

reset: $(STAMP) ## stop the local stack and delete its data
	@$(BIN)/aftercare reset

doctor: $(STAMP) ## what this machine lacks, and how to get it
	@$(BIN)/aftercare doctor

# Tests start our commands hundreds of times; where no bytecode is kept, each would compile its modules.
check test test-failure: export PYTHONDONTWRITEBYTECODE =

# All tests run in several processes, a file at a time; chosen ones in one process, with their output.
test: $(STAMP) ## every test except the long ones (T=… chooses, e.g. T=services/kb-svc)
	@$(BIN)/python -m pytest $(or $(T),-n auto --dist loadgroup --no-loadscope-reorder)

test-failure: $(STAMP) ## the failure tests in their long forms
	@$(BIN)/python -m pytest -m long $(T)

test-mutants: $(STAMP) ## break the messaging in ten ways: does a test notice each?
	@$(BIN)/python tests/failure/mutants.py

test-alerts: $(STAMP) ## the rules under promtool, and a Prometheus with an Alertmanager on the running suite (needs Debian's prometheus, prometheus-alertmanager)
	@$(BIN)/python -m pytest -m "long or not long" tests/alerts $(T)

# With its own project, folder and ports, beside a running stack.
COMPOSE_TEST = AFTERCARE_STACK=compose AFTERCARE_PROJECT=aftercare-test AFTERCARE_HOME=$(CURDIR)/.aftercare-compose PORT_BASE=$(or $(PORT_BASE),18000)
test-compose: $(STAMP) ## build the images, start compose, run the journey tests on it, stop it (PORT_BASE=…)
	@trap '$(COMPOSE_TEST) $(BIN)/aftercare reset' EXIT; \
	export $(COMPOSE_TEST) && $(BIN)/aftercare up && AFTERCARE_JOURNEY=running $(BIN)/python -m pytest tests/journey || \
	{ code=$$?; $(BIN)/aftercare logs; exit $$code; }

test-k8s: $(STAMP) ## apply every overlay to a real Kubernetes API server, built at the first time (needs Go 1.26)
	@$(BIN)/python -m pytest -m cluster tests/kubernetes -q

test-images: $(STAMP) ## build images and check what is in them (needs Docker; PYTHON_IMAGE=…)
	@$(BIN)/python -m pytest -m images tests/deploy -q -s

# Built once; another version in builder.yaml builds it again.
COLLECTOR = .aftercare-collector
$(COLLECTOR)/otelcol: tests/collector/builder.yaml
	@mkdir -p $(COLLECTOR)
	@GOBIN=$(CURDIR)/$(COLLECTOR) go install go.opentelemetry.io/collector/cmd/builder@v0.165.0
	@$(COLLECTOR)/builder --config tests/collector/builder.yaml
	@touch $@

test-collector: $(STAMP) $(COLLECTOR)/otelcol ## send spans through a real OpenTelemetry collector, and kill it meanwhile (needs Go)
	@AFTERCARE_COLLECTOR=$(CURDIR)/$(COLLECTOR)/otelcol $(BIN)/python -m pytest -m long tests/collector

check: $(STAMP) ## formatting, lint, types, import rules, generated documents, Kubernetes manifests
	@$(MAKE) --no-print-directory -j 2 check-types check-sources check-documents check-manifests

check-types:
	$(BIN)/mypy $(TYPED)
	$(BIN)/mypy tools/dashboards

check-sources:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

check-documents:
	$(BIN)/python -m aftercare_events.docs --check
	$(BIN)/python -m aftercare_events.evolution --check
	$(BIN)/python -m aftercare_chassis.http.openapi_docs --check
	$(BIN)/openapi-spec-validator --subschema-errors all docs/openapi/*.json
	$(BIN)/python -m aftercare_chassis.http.openapi_release --check
	$(BIN)/python -m aftercare_chassis.observability.metrics_docs --check
	$(BIN)/python tools/dashboards --check
	$(BIN)/python tools/live_frames.py --check
	$(BIN)/aftercare lifecycles --check
	$(BIN)/python tools/licences.py --check

# An overlay of your own: F=path/to/overlay
check-manifests:
	$(BIN)/python tools/manifests/check_manifests.py $(F)

format: $(STAMP) ## format the code and write the generated documents
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python -m aftercare_events.docs
	$(BIN)/python -m aftercare_chassis.http.openapi_docs
	$(BIN)/python -m aftercare_chassis.observability.metrics_docs
	$(BIN)/python tools/dashboards
	$(BIN)/python tools/live_frames.py
	$(BIN)/aftercare lifecycles
	$(BIN)/python tools/licences.py

fuzz: $(STAMP) ## run the parsers of what others send with inputs made by coverage (S=seconds for each, P=… chooses by name)
	@$(BIN)/python tools/fuzz $(or $(S),20) $(P)

audit: $(STAMP) ## compare the locked packages with advisories in a folder (ADVISORIES=checkout of github.com/pypa/advisory-database)
	@$(BIN)/python tools/audit.py $(or $(ADVISORIES),advisory-database)

client: ## the TypeScript client, generated from the OpenAPI documents and type-checked (needs Node 20)
	@cd clients/typescript && npm ci --no-audit --no-fund && npm run --silent build

bench: $(STAMP) ## measure, and write docs/benchmarks.md (P=suite, create-case, messaging, cross-service, case-link, knowledge, large-knowledge, live, work-lists, deadlines, commands, pushes, import, orders, order-commands, inbox, conversation-commands, capacity or overload for one part, the last with --overload-seconds 300; P=profile prints more, with --rates 30,70,150 and --seconds 20)
	@$(BIN)/python tools/bench $(P)

lock: $(STAMP) ## choose the newest packages that fit and write requirements.lock
	$(BIN)/uv pip compile -q --upgrade --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group pyproject.toml:dev --group services/order-svc/pyproject.toml:labels $(MEMBERS) --all-extras -o requirements.lock
	@! grep -nE 'https?://|--(extra-)?index' requirements.lock
