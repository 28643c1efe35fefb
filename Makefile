# The targets people call. The stages' own rules are in Pipelines/stages.mk.
.DEFAULT_GOAL := help
SHELL := /bin/sh

SWIFT ?= swift
# One configuration for stages, tests and benchmarks: the packages we depend on compile once.
SWIFT_FLAGS ?= -c release
BIN := .build/release

.PHONY: help deps build test demo alfred bench soak interop fuzz sanitize format clean

help: ## show this list
	@echo "make demo and make test work on a fresh machine; they install what is missing."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Variables: STORE=file.sqlite  ROOT=folder of a dataset  SPLITS=a,b  FLAVOUR=json|json_feat|full"
	@echo "           OUT=folder to write  SCENES=rooms  EPISODES=number  MIX=policy:share,..."

deps: ## install the C libraries that are missing (apt or brew); check for Swift
	@sh Pipelines/deps.sh

build: deps ## build everything, tests included
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests

test: build ## run all tests; those that need ALFRED_ROOT or Python say so when they are skipped
	@# The stages' tests wait for processes and would keep the threads from the others.
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --skip StageTests
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter StageTests
	@if command -v python3 >/dev/null 2>&1; then python3 -m unittest discover -s Tests/Scripts; \
	else echo "skipped: the tests of the download script need python3"; fi

include Pipelines/stages.mk

alfred: ## fetch the official ALFRED release into Datasets/alfred; FLAVOUR=json (35 MB), json_feat (17 GB), full (109 GB)
	@sh Datasets/fetch_alfred.sh "$(or $(FLAVOUR),json)" "$(or $(DIR),Datasets/alfred)"

bench: build ## measure simulator, ingest and labelling beside Python, and the picture codecs beside bare C
	@sh Tests/Benchmarks/run.sh

soak: build ## label through faults, kills and a full disk, and compare the books; SPANS=20000 KILLS=20
	python3 Tests/Interop/soak.py --bin $(BIN) $(if $(SPANS),--spans $(SPANS)) $(if $(KILLS),--kills $(KILLS))

interop: build ## label through a LiteLLM proxy (from PyPI, in a venv of its own)
	python3 Tests/Interop/litellm.py --bin $(BIN)

fuzz: deps ## fuzz the readers and parsers with libFuzzer; SECONDS_EACH=60 for each of them
	@sh Tests/Fuzz/fuzz.sh "$(or $(SECONDS_EACH),60)"

sanitize: deps ## test the tensor core and the networks with the address and the thread sanitizer
	@sh Tests/Sanitizers/run.sh

format: ## format the Swift sources
	$(SWIFT) format -i -r -p Sources Tests Package.swift

clean: ## remove what was built, and the demo's data
	rm -rf .build $(DEMO)
