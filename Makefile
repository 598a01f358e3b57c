# Everyday commands. `make` alone lists them.
SHELL := /bin/bash
CONFIG ?= release
# Package traits whose C libraries `make setup` installs, separated by commas; TRAITS= builds with PCRE2 and SQLite alone.
TRAITS ?= Codings,Desktop
TRAIT_FLAGS := $(if $(TRAITS),--traits $(TRAITS))
RELEASE_FLAGS := -c release --static-swift-stdlib $(TRAIT_FLAGS)
BIN := .build/release
PACK := .build/default.pack
VENV := .build/venv
# Two programs of this size in one link need memory; two jobs fit a laptop and CI alike.
JOBS ?= $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help setup setup-test build debug pack run demo test unit e2e cross rules lint fix two-libraries bench bench-gate bench-peers fuzz asan tsan clean FORCE

help: ## List the commands
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what building and running need (Debian packages)
	@scripts/setup.sh build

setup-test: ## Install what the tests need as well (Debian packages, PyPI)
	@scripts/setup.sh test
	@scripts/venv.sh $(VENV)

build: setup ## Build both programs for use, and the default pack
	@scripts/step.sh "release build" swift build $(RELEASE_FLAGS) --jobs $(JOBS) --product sluice
	@scripts/step.sh "release build, collector" swift build $(RELEASE_FLAGS) --jobs $(JOBS) --product sluice-collector
	@$(MAKE) --no-print-directory pack

debug: setup
	@scripts/step.sh "debug build" swift build $(TRAIT_FLAGS) --jobs $(JOBS)

pack: ## Compile rules/ into the default pack
	@$(BIN)/sluice pack build rules -o $(PACK)

run: ## Start collector and agent here, and say what to try
	@scripts/run.sh

demo: build ## Play the whole story against a local stand-in; fails unless every step happened
	@python3 scripts/demo.py --bin $(BIN)

test: setup-test ## All tests, from a clean clone
	@scripts/step.sh "style" $(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory e2e

unit: ## Unit tests, on a debug build that has seen two C libraries only
	@scripts/step.sh "debug build with two C libraries" scripts/two-libraries.sh swift build --jobs $(JOBS)
	@scripts/step.sh "debug build of the tests" swift build $(TRAIT_FLAGS) --build-tests --jobs $(JOBS)
	@scripts/step.sh "unit tests" scripts/unit-tests.sh $(TRAIT_FLAGS)

e2e: build ## End-to-end tests, footprint and demo, on the release build
	@scripts/step.sh "rules" $(BIN)/sluice rules test
	@scripts/step.sh "rules lint" $(BIN)/sluice rules lint
	@scripts/step.sh "end-to-end tests" $(VENV)/bin/pytest -q Tests/EndToEnd
	@scripts/step.sh "footprint" python3 Benchmarks/footprint.py --bin $(BIN) --gate
	@scripts/step.sh "demo" python3 scripts/demo.py --bin $(BIN)

cross: ## Compare the validators with second implementations, which come from PyPI (minutes)
	@$(VENV)/bin/pip install -q -r Tests/CrossChecks/requirements.txt
	@swift build -c release $(TRAIT_FLAGS) --product classifier-bench --jobs $(JOBS)
	@$(VENV)/bin/pytest -q Tests/CrossChecks

rules: ## Prove every rule's examples
	@$(BIN)/sluice rules test && $(BIN)/sluice rules lint

lint: ## Check the style
	@swift format lint --strict --parallel -r Sources Tests Package.swift
	@scripts/tidy.sh

fix: ## Mend the style
	@swift format -i --parallel -r Sources Tests Package.swift

FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= scanner views validators patterns importers rules

fuzz: ## Fuzz scanner, views, validators, patterns, importers, rule files: FUZZ_SECONDS each
	@scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)

asan: ## Test classifier and packs under AddressSanitizer
	@scripts/sanitize.sh address

tsan: ## Test classifier and packs under ThreadSanitizer
	@scripts/sanitize.sh thread

two-libraries: ## Build as on a machine that has PCRE2 and SQLite only
	@scripts/two-libraries.sh swift build --jobs $(JOBS)

clean:
	@rm -rf .build

bench-peers: build ## Measure beside the peers, which come from PyPI (minutes)
	@python3 Benchmarks/peers.py --bin $(BIN)

bench: build $(BIN)/classifier-bench ## Measure classifier, gateway and agent (minutes)
	@python3 Benchmarks/classify.py --bin $(BIN) --pack $(PACK)
	@python3 Benchmarks/gateway_latency.py --bin $(BIN)
	@python3 Benchmarks/footprint.py --bin $(BIN)

bench-gate: build $(BIN)/classifier-bench ## Measure the classifier against Benchmarks/thresholds.json
	@python3 Benchmarks/classify.py --bin $(BIN) --pack $(PACK) --gate

$(BIN)/classifier-bench: FORCE
	@scripts/step.sh "release build, classifier-bench" swift build $(RELEASE_FLAGS) --jobs $(JOBS) --product classifier-bench

FORCE:
