# Everything runs from environments that the targets below make by themselves: .venv for the default
# Blender, .venv-5.0 and .venv-4.2 for the other supported ones. A stamp file in each says that it is
# ready and newer than its pins.

PYTHON ?= $(shell for python in python3.11 python3 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; \
	then command -v $$python; break; fi; done)

OTHER_VERSIONS := 5.0 4.2
PYTEST_WORKERS ?= 2
BENCHMARKS := overhead annotate memory quality build settle sidebar export report pool long_run chaos \
	journal merge stream
DEMO := build/demo
DEMO_SHEET := build/demo_contact_sheet.png
REAL := build/real
REAL_SHEET := build/real_contact_sheet.png

.PHONY: help setup system browser demo real test lint matrix $(OTHER_VERSIONS:%=matrix-%) bench docs texts extension gallery screenshots pictures clean
.DELETE_ON_ERROR:

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.ready ## Make .venv with bpy and all pinned packages

system: # what pip cannot bring; a blink when all is there
	@tools/system_packages.sh "$(PYTHON)"

.venv/.ready: $(addprefix requirements/,bpy-4.5.txt dev.txt farm.txt stream.txt)
.venv-5.0/.ready: requirements/bpy-5.0.txt requirements/dev.txt
.venv-4.2/.ready: requirements/bpy-4.2.txt requirements/dev.txt
%/.ready: pyproject.toml tools/python_environment.sh | system
	@tools/python_environment.sh "$(PYTHON)" $* $(filter %.txt,$^)
	@touch $@

.venv/.ready-bench: requirements/bench.txt .venv/.ready
	@echo "setup: .venv with $<"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Fewer samples and the fast denoiser take half the time of the preset's own; the eye sees no difference.
demo: setup ## Generate, validate and picture a small dataset in build/
	.venv/bin/synth generate cup_room --output $(DEMO) --frames 24 --resume \
		--set render.samples=8 --set render.denoise=fast
	.venv/bin/synth validate $(DEMO)
	.venv/bin/synth show $(DEMO) --output $(DEMO_SHEET)
	@echo
	@echo "Dataset:       $(CURDIR)/$(DEMO)"
	@echo "COCO labels:   $(CURDIR)/$(DEMO)/coco/instances.json"
	@echo "Contact sheet: $(CURDIR)/$(DEMO_SHEET)"

real: setup ## The same on real assets: make real ASSETS=DIR (see docs/real_assets.md)
	@test -d "$(ASSETS)" || { echo "make real: name the folder of models, hdri and textures: make real ASSETS=DIR" >&2; exit 2; }
	.venv/bin/synth generate examples/ycb_kitchen.json --output $(REAL) --scenes 10 --resume \
		--set "assets.models=$(ASSETS)/models" --set "assets.hdri=$(ASSETS)/hdri" \
		--set "assets.textures=$(ASSETS)/textures"
	.venv/bin/synth validate $(REAL)
	.venv/bin/synth show $(REAL) --output $(REAL_SHEET) --frames 40 --columns 5
	@echo "Contact sheet: $(CURDIR)/$(REAL_SHEET)"

lint: setup ## Check style, format and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

browser: # for the tests of the report's page; a blink when it is there
	@tools/browser.sh

test: lint browser ## Run all checks and all tests on the default Blender
	.venv/bin/python -m pytest -n $(PYTEST_WORKERS)

matrix: $(OTHER_VERSIONS:%=matrix-%) ## Run the tests that touch Blender on the other versions

$(OTHER_VERSIONS:%=matrix-%): matrix-%: .venv-%/.ready
	.venv-$*/bin/python -m pytest -n $(PYTEST_WORKERS) -m matrix

bench: .venv/.ready-bench ## Measure speed and quality; tables on screen, plots in build/bench
	@mkdir -p build/bench
	@set -e; export OPENBLAS_NUM_THREADS=1; \
	for name in $(BENCHMARKS); do echo "== $$name"; .venv/bin/python benchmarks/$$name.py; done

docs: setup ## Write the reference in docs/recipe.md from the recipe's declarations
	.venv/bin/python tools/make_reference.py

texts: setup ## Collect the texts of the interface into its translations
	.venv/bin/python tools/collect_texts.py

extension: setup ## Build the extension's zips into build/extension
	.venv/bin/python tools/build_extension.py

gallery: setup ## Render a picture of every preset and write docs/presets.md
	.venv/bin/python tools/make_gallery.py

screenshots: setup ## Drive the Blender named by SYNTH_BLENDER, make the quick start's pictures
	.venv/bin/python -m pytest tests/window
	.venv/bin/python tools/make_screenshots.py

pictures: demo ## Make the README's pictures from the demo's dataset
	.venv/bin/python tools/make_pictures.py $(DEMO)

clean: ## Remove everything that make has made
	rm -rf build .venv .venv-5.0 .venv-4.2 *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
