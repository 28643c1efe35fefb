# The targets people call. The stages' own rules are in Pipelines/stages.mk.
.DEFAULT_GOAL := help
SHELL := /bin/sh

SWIFT ?= swift
# One configuration for stages, tests and benchmarks: the packages we depend on compile once.
SWIFT_FLAGS ?= -c release
BIN := .build/release
LEARNING_TESTS := CKernelsTests|TensorsTests|NetworksTests|OfflineRLTests|FeaturesTests|EvaluationTests

.PHONY: help deps programs build test demo alfred bench soak interop parity sanitize fuzz slurm kills screenshots format clean

help: ## show this list
	@echo "make demo and make test work on a fresh machine; they install what is missing."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Variables: STORE=file.sqlite  ROOT=folder of a dataset  SPLITS=a,b  FLAVOUR=json|json_feat|full"
	@echo "           BUDGET=small|default|long  SEEDS=1,2,3  JOBS=processes  EVAL_INSTRUCT=SPRINT's task file"
	@echo "           OUT=folder to write  SCENES=rooms  EPISODES=number  MIX=policy:share,..."
	@echo "Variables of reproduce: BUDGET=small|default|long  ALFRED_ROOT=dir  EVAL_INSTRUCT=file  JOBS=n  SEEDS=1,2,3  OUT=dir"
	@echo "Of demo and reproduce:  SET='key.path=value ...' over their YAML, as SET='label.provider=openai label.model=gpt-4.1-mini'"
	@echo "                        RESTART=1 to train anew what was trained with other settings or data"

deps: ## install the C libraries that are missing (apt or brew); check for Swift
	@sh Pipelines/deps.sh

programs: deps ## build the stages, without the tests
	$(SWIFT) build $(SWIFT_FLAGS)

build: deps ## build everything, tests included
	$(SWIFT) build $(SWIFT_FLAGS) --build-tests

test: build ## run all tests; those that need ALFRED_ROOT or Python say so when they are skipped
	@# Those of stages and experiments wait for processes, and those of the learner compute on all cores: they would keep the threads from the others.
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --skip 'StageTests|ExperimentsTests|$(LEARNING_TESTS)'
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter '$(LEARNING_TESTS)'
	$(SWIFT) test $(SWIFT_FLAGS) --skip-build --filter 'StageTests|ExperimentsTests'
	@if command -v python3 >/dev/null 2>&1; then python3 -m unittest discover -s Tests/Scripts; \
	else echo "skipped: the tests of the download script need python3"; fi

include Pipelines/stages.mk

alfred: ## fetch the official ALFRED release into Datasets/alfred; FLAVOUR=json (35 MB), json_feat (17 GB), full (109 GB)
	@sh Datasets/fetch_alfred.sh "$(or $(FLAVOUR),json)" "$(or $(DIR),Datasets/alfred)"

bench: build ## measure every stage beside its peer in Python or bare C
	@sh Tests/Benchmarks/run.sh

soak: build ## label through faults, kills and a full disk, and compare the books; SPANS=20000 KILLS=20
	python3 Tests/Interop/soak.py --bin $(BIN) $(if $(SPANS),--spans $(SPANS)) $(if $(KILLS),--kills $(KILLS))

interop: build ## label through a LiteLLM proxy (from PyPI, in a venv of its own)
	python3 Tests/Interop/litellm.py --bin $(BIN)

parity: build ## updates beside PyTorch in float64, element by element; RGVLM_PYTHON=interpreter with torch
	@sh Tests/Parity/run.sh

sanitize: deps ## the tensor core under the address and the thread sanitizer
	@sh Tests/Sanitizers/run.sh

fuzz: deps ## fuzz the readers and parsers with libFuzzer; SECONDS_EACH=60 for each of them
	@sh Tests/Fuzz/fuzz.sh "$(or $(SECONDS_EACH),60)"

slurm: build ## run rgvlm-experiment submit for real on a cluster of two nodes (slurm-wlm), and compare with the same stages in turn
	@BIN=$(BIN) sh Tests/Slurm/test.sh

kills: build ## the demo with its stages killed at random must end with the same table; KILLS=12 SEED=0 STEPS=updates
	python3 Tests/Interop/kills.py --bin $(BIN) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(STEPS),--steps $(STEPS))

screenshots: build ## look at the viewer's pages in headless Chromium; DIR=folder for the pictures
	@BIN=$(BIN) sh Tests/Viewer/screenshots.sh $(DIR)

format: ## format the Swift sources
	$(SWIFT) format -i -r -p Sources Tests Package.swift

clean: ## remove what was built, and the demo's data
	rm -rf .build $(DEMO)
