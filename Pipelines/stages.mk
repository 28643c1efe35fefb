# One target a stage. Each builds what it needs and calls one executable.

STORE ?= rgvlm.sqlite
DEMO := Datasets/generated/demo

.PHONY: ingest inspect

demo: build ## the main job on embedded data: write a sample dataset, ingest it, look at it
	@test -d $(DEMO)/data || { rm -rf $(DEMO) $(DEMO).partial && mkdir -p $(DEMO) && \
		$(BIN)/rgvlm-ingest sample --out $(DEMO).partial && mv $(DEMO).partial/data $(DEMO)/data && rmdir $(DEMO).partial; }
	@echo
	$(BIN)/rgvlm-ingest alfred --root $(DEMO) --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect summary --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect episode 1 --store $(DEMO)/demo.sqlite
	@echo
	$(BIN)/rgvlm-inspect verify --store $(DEMO)/demo.sqlite
	@echo
	@echo "The store is $(DEMO)/demo.sqlite; any SQLite browser opens it (views episode_list, transition_list,"
	@echo "instruction_list, frame_list). The pictures are under $(DEMO)/data."

ingest: build ## read a dataset into the store: make ingest ROOT=dir [SPLITS=a,b] [STORE=file]
	$(BIN)/rgvlm-ingest alfred $(if $(ROOT),--root "$(ROOT)") $(if $(SPLITS),--splits "$(SPLITS)") --store "$(STORE)"

inspect: build ## counts, then checks, of the store: make inspect [STORE=file]
	$(BIN)/rgvlm-inspect summary --store "$(STORE)"
	$(BIN)/rgvlm-inspect verify --store "$(STORE)"
