# One target a stage. Each builds what it needs and calls one executable.

STORE ?= rgvlm.sqlite
DEMO := Datasets/generated/household

.PHONY: ingest inspect simulate replay label lint train encode

demo: build ## the main job on embedded data: generate a dataset, ingest, label and lint it, look at it
	@echo
	$(BIN)/rgvlm-simulate generate --scenes 8 --episodes 40 --size 200 --out $(DEMO)
	@echo
	$(BIN)/rgvlm-ingest alfred --root $(DEMO) --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect summary --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect episode 1 --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect verify --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-label run --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect labels 1 --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-label lint --store $(DEMO)/demo.sqlite --page $(DEMO)/lint.html
	@echo
	$(BIN)/rgvlm-train run --store $(DEMO)/demo.sqlite --run demo --steps 600
	@echo
	$(BIN)/rgvlm-simulate render --episode 1 --store $(DEMO)/demo.sqlite --out $(DEMO)/episode-1
	$(BIN)/rgvlm-simulate render --scene 1001 --out $(DEMO)/rooms
	@echo
	@echo "The labels are the scripted annotator's, not a VLM's. Look at $(DEMO)/lint.html,"
	@echo "$(DEMO)/episode-1/sheet.png, animation.png beside it (a browser plays it), and"
	@echo "$(DEMO)/rooms/scene-1001.png. Walk around yourself: $(BIN)/rgvlm-simulate play"
	@echo "The store is $(DEMO)/demo.sqlite; any SQLite browser opens it (views episode_list, transition_list,"
	@echo "instruction_list, frame_list, label_list). The pictures are under $(DEMO)/data."

simulate: build ## generate a dataset: make simulate [OUT=dir] [SCENES=12] [EPISODES=100] [MIX=expert:0.5,noisy:0.5]
	$(BIN)/rgvlm-simulate generate --out "$(or $(OUT),Datasets/generated/simulated)" $(if $(SCENES),--scenes $(SCENES)) \
		$(if $(EPISODES),--episodes $(EPISODES)) $(if $(MIX),--mix "$(MIX)")

replay: build ## carry out recorded trajectories in the simulator: make replay ROOT=dir [SPLITS=a,b]
	$(BIN)/rgvlm-simulate replay --masks $(if $(ROOT),--root "$(ROOT)") $(if $(SPLITS),--split "$(SPLITS)")

ingest: build ## read a dataset into the store: make ingest ROOT=dir [SPLITS=a,b] [STORE=file]
	$(BIN)/rgvlm-ingest alfred $(if $(ROOT),--root "$(ROOT)") $(if $(SPLITS),--splits "$(SPLITS)") --store "$(STORE)"

inspect: build ## counts, then checks, of the store: make inspect [STORE=file]
	$(BIN)/rgvlm-inspect summary --store "$(STORE)"
	$(BIN)/rgvlm-inspect verify --store "$(STORE)"

label: build ## score the transitions: make label [STORE=file] [CONFIG=file.yaml] [LIMIT=spans] [BUDGET=dollars]
	$(BIN)/rgvlm-label run --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(LIMIT),--limit $(LIMIT)) \
		$(if $(BUDGET),--budget $(BUDGET))

lint: build ## do the scores deserve trust? make lint [STORE=file] [CONFIG=file.yaml] [RUN=name] [PAGE=lint.html]
	$(BIN)/rgvlm-label lint --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(RUN),--run "$(RUN)") \
		--page "$(or $(PAGE),lint.html)"

train: build ## train a policy: make train [STORE=file] [CONFIG=file.yaml] [RUN=name] [ALGORITHM=iql] [REWARD=labels] [EPOCHS=20]
	$(BIN)/rgvlm-train run --store "$(STORE)" $(if $(CONFIG),--config "$(CONFIG)") $(if $(RUN),--run "$(RUN)") \
		$(if $(ALGORITHM),--algorithm "$(ALGORITHM)") $(if $(REWARD),--reward "$(REWARD)") \
		$(if $(EPOCHS),--epochs $(EPOCHS)) $(if $(SEED),--seed $(SEED))

encode: build ## features of the frames: make encode ENCODER=resnet18|featConv|segmentation [WEIGHTS=file] [STORE=file]
	$(BIN)/rgvlm-train encode --store "$(STORE)" --encoder "$(ENCODER)" $(if $(WEIGHTS),--weights "$(WEIGHTS)")
