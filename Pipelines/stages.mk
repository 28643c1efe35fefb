# One target a stage. Each builds what it needs and calls one executable.

STORE ?= rgvlm.sqlite
DEMO ?= Datasets/generated/demo
# Of demo and reproduce; what is in SET, as in 'key.path=value ...', wins over their YAML.
DRIVE = $(if $(JOBS),--jobs "$(JOBS)") $(if $(filter 1,$(RESTART)),--restart) $(if $(INTERVAL),--interval "$(INTERVAL)")

.PHONY: ingest inspect simulate replay label lint train encode evaluate report reproduce

demo: programs ## the main job in miniature on generated data: data, labels, training, evaluation, table and report
	@$(BIN)/rgvlm-experiment run --config Pipelines/demo.yaml --store $(DEMO)/demo.sqlite --out $(DEMO) \
		--steps data,ingest,label,lint,check $(DRIVE) $(SET)
	@echo
	$(BIN)/rgvlm-inspect summary --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect episode 1 --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-simulate render --episode 1 --store $(DEMO)/demo.sqlite --out $(DEMO)/episode-1
	@$(BIN)/rgvlm-experiment run --config Pipelines/demo.yaml --store $(DEMO)/demo.sqlite --out $(DEMO) \
		--steps train,evaluate,references,report $(DRIVE) $(SET)
	@echo
	@echo "The labels are the scripted annotator's, not a VLM's. Look also at $(DEMO)/lint.html and"
	@echo "$(DEMO)/episode-1/sheet.png, animation.png beside it (a browser plays it). Walk around yourself:"
	@echo "$(BIN)/rgvlm-simulate play. The store is $(DEMO)/demo.sqlite; any SQLite browser opens it (begin with the views,"
	@echo "as in episode_list). The pictures are under $(DEMO)/data. The same with all rows, or with real data: make reproduce"

reproduce: programs ## the paper's table and figure: make reproduce [BUDGET=small|default|long] [ALFRED_ROOT=dir] [EVAL_INSTRUCT=file] [SET='key=value ...']
	@$(BIN)/rgvlm-experiment reproduce $(if $(BUDGET),--budget "$(BUDGET)") $(if $(ALFRED_ROOT),--root "$(ALFRED_ROOT)") \
		$(if $(EVAL_INSTRUCT),--tasks "$(EVAL_INSTRUCT)") $(if $(SEEDS),--seeds "$(SEEDS)") $(if $(OUT),--out "$(OUT)") \
		$(if $(filter file,$(origin STORE)),,--store "$(STORE)") $(if $(STEPS),--steps "$(STEPS)") $(DRIVE) $(SET)

simulate: programs ## generate a dataset: make simulate [OUT=dir] [SCENES=12] [EPISODES=100] [MIX=expert:0.5,noisy:0.5]
	$(BIN)/rgvlm-simulate generate --out "$(or $(OUT),Datasets/generated/simulated)" $(if $(SCENES),--scenes $(SCENES)) \
		$(if $(EPISODES),--episodes $(EPISODES)) $(if $(MIX),--mix "$(MIX)")

replay: programs ## carry out recorded trajectories in the simulator: make replay ROOT=dir [SPLITS=a,b]
	$(BIN)/rgvlm-simulate replay --masks $(if $(ROOT),--root "$(ROOT)") $(if $(SPLITS),--split "$(SPLITS)")

ingest: programs ## read a dataset into the store: make ingest ROOT=dir [SPLITS=a,b] [STORE=file]
	$(BIN)/rgvlm-ingest alfred $(if $(ROOT),--root "$(ROOT)") $(if $(SPLITS),--splits "$(SPLITS)") --store "$(STORE)"

inspect: programs ## counts, then checks, of the store: make inspect [STORE=file]
	$(BIN)/rgvlm-inspect summary --store "$(STORE)"
	$(BIN)/rgvlm-inspect verify --store "$(STORE)"

label: programs ## score the transitions: make label [STORE=file] [CONFIG=file.yaml] [LIMIT=spans] [BUDGET=dollars]
	$(BIN)/rgvlm-label run --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(LIMIT),--limit $(LIMIT)) \
		$(if $(BUDGET),--budget $(BUDGET))

lint: programs ## do the scores deserve trust? make lint [STORE=file] [CONFIG=file.yaml] [RUN=name] [PAGE=lint.html]
	$(BIN)/rgvlm-label lint --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(RUN),--run "$(RUN)") \
		--page "$(or $(PAGE),lint.html)"

train: programs ## train a policy: make train [STORE=file] [CONFIG=file.yaml] [RUN=name] [ALGORITHM=iql] [REWARD=labels] [EPOCHS=20]
	$(BIN)/rgvlm-train run --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(RUN),--run "$(RUN)") \
		$(if $(ALGORITHM),--algorithm "$(ALGORITHM)") $(if $(REWARD),--reward "$(REWARD)") \
		$(if $(EPOCHS),--epochs $(EPOCHS)) $(if $(SEED),--seed $(SEED))

encode: programs ## features of the frames: make encode ENCODER=resnet18|featConv|segmentation [WEIGHTS=file] [STORE=file]
	$(BIN)/rgvlm-train encode --store "$(STORE)" --encoder "$(ENCODER)" $(if $(WEIGHTS),--weights "$(WEIGHTS)")

evaluate: programs ## take a trained policy through tasks: make evaluate RUN=name CONFIG=file.yaml [STORE=file]
	$(BIN)/rgvlm-evaluate run --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") --run "$(RUN)"

report: programs ## tables, figures and the page of an experiment: make report CONFIG=file.yaml [STORE=file] [OUT=dir]
	$(BIN)/rgvlm-report make --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") --out "$(or $(OUT),report)"
