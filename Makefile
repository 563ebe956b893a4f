# Deep learning for cellular image analysis. `make` alone lists what can be done.
# Each target first makes the environment .venv, if it is missing, out of date or half made.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help lab test check run measure shelf torch bundle student teacher lock format clean lint

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
TORCH := .venv-torch
TORCH_VERSION := 2.13.0
CODE := course_utils notebooks tests tools
UV ?= uv
# A Python of your own choice: make lab PYTHON=/path/to/python3.12
PYTHON ?=
# Further words for Jupyter, pytest or the run: make lab ARGS="--port 9999"
ARGS ?=

# A folder that was moved or copied, or whose Python is gone, is not ready: its paths are wrong.
STALE := $(shell [ -e $(READY) ] && [ "$$(cat $(READY))" = "$$(pwd -P)" ] && $(PY) -c "" 2>&1 && echo fine)
ifneq ($(STALE),fine)
.PHONY: $(READY)
endif

# The shell of lessons and tests: programs of .venv first, no more threads than cores.
ENTER = PATH="$$(pwd -P)/$(VENV)/bin:$$PATH" && export PATH && eval "$$(python -c 'from course_utils.machine import shell_exports as say; print(say())')"

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' Makefile

lab: $(READY) shelf ## JupyterLab, opened on lesson 00
	@$(ENTER) && flags=$$([ "$$(id -u)" != 0 ] || echo --allow-root) && \
	if [ "$$(uname -s)$$DISPLAY$$WAYLAND_DISPLAY" = Linux ]; then flags="$$flags --no-browser"; fi && \
	exec python -m jupyterlab --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $$flags $(ARGS)

test: $(READY) shelf lint ## all that CI runs: style, units, every lesson once (15 to 20 min)
	@rm -rf .reports && mkdir -p .reports && $(ENTER) || exit 1; \
	COURSE_SPEED=quick; export COURSE_SPEED; failed=0; \
	python -m pytest --junitxml=.reports/units.xml $(ARGS) tests || failed=1; \
	python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=600 \
	  --junitxml=.reports/lessons.xml $(ARGS) notebooks/*.ipynb || failed=1; \
	python -c "$$TOTAL" .reports/*.xml && exit $$failed

check: $(READY) shelf ## the fast tests: nothing that trains (up to 5 min)
	@$(ENTER) && exec python -m pytest -m "not slow" $(ARGS) tests

run: $(READY) shelf ## run all lessons, or NB=02, into executed/ (notebook and page)
	@$(ENTER) && exec python -m course_utils run $(NB) $(ARGS)

measure: $(READY) shelf ## hours: measure what the lessons report; NB=02, PART=lessons, seeds, sweeps
	@$(ENTER) && exec python tools/measure.py $(if $(PART),--part $(PART)) $(if $(NB),--nb $(NB)) $(ARGS)

shelf: $(READY) ## fetch the real images and weights (once, about 100 MB)
	@$(PY) -m course_utils shelf --quiet

torch: $(READY) shelf $(TORCH)/ready ## lesson 11: the same network on PyTorch, in .venv-torch (1 GB of disk)
	@$(ENTER) && exec python tools/compare_backends.py $(ARGS)

bundle: $(READY) shelf ## teachers: all in one folder that installs without a network (about 1 GB)
	@$(PY) tools/bundle.py $(ARGS)

student: $(READY) ## teachers: the course without solutions and notes, into build/student
	@$(PY) tools/builds.py student

teacher: $(READY) ## teachers: the course with solutions in their places, into build/teacher
	@$(PY) tools/builds.py teacher

lock: $(READY) ## maintainers: after a change of pyproject.toml; ARGS=--upgrade for newer versions
	@command -v "$(UV)" >/dev/null || { \
	  echo "make lock needs uv: python3 -m pip install uv, or name it with make lock UV=/path/to/uv"; exit 1; }
	"$(UV)" pip compile pyproject.toml --extra test --universal --generate-hashes --python-version 3.10 \
	  --no-header --no-annotate --quiet $(ARGS) -o requirements.lock
	$(PY) tools/binder_requirements.py

lint: $(READY)
	@$(PY) -m ruff check $(CODE) && $(PY) -m ruff format --check $(CODE)

format: $(READY) ## maintainers: format code, strip outputs, write glossary, results, timetables
	@$(PY) -m ruff check --fix-only --quiet $(CODE) && $(PY) -m ruff format $(CODE)
	@$(PY) -m nbstripout --keep-id notebooks/*.ipynb
	@$(PY) -m course_utils.concepts
	@$(PY) tools/results_page.py
	@$(PY) tools/timetable.py
	@$(PY) -m ruff check $(CODE)

clean: ## remove .venv and all that was made here (fetched images stay in their cache)
	rm -rf $(VENV) $(TORCH) executed .reports build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find course_utils tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(FIND_PYTHON)
	@rm -f $(READY)
	@echo "Installing the course into $(VENV) (new: 0.9 GB to download, 3.1 GB of disk, some minutes) ..."
	@PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1; export PIP_USER PIP_DISABLE_PIP_VERSION_CHECK; \
	quiet=--quiet; if [ -t 1 ]; then quiet=; fi; \
	$(PY) -m pip install $$quiet --require-hashes -r requirements.lock && \
	PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --no-deps --no-build-isolation -e . || { \
	  echo "The environment is not finished, the error stands above. Running make again goes on from here;"; \
	  echo "what this machine lacks is told by: $(PY) -m course_utils doctor"; exit 1; }
	@mkdir -p $(VENV)/etc/jupyter/labconfig && cp binder/page_config.json $(VENV)/etc/jupyter/labconfig/
	@pwd -P > $(READY) && echo "Ready."

# PyTorch beside TensorFlow would double the course's environment, so it has its own, with the
# course's versions of what both need. Where the usual build for this machine is one for graphics
# cards, several times as much comes: PIP_INDEX_URL or PIP_FIND_LINKS may lead pip to a smaller one.
$(TORCH)/ready: requirements.lock | $(READY)
	@echo "Installing PyTorch into $(TORCH) (some minutes) ..."
	@$(PY) -m venv --clear $(TORCH)
	@awk '/^[a-z]/ { sub(/ \\$$/, ""); print }' requirements.lock > $(TORCH)/versions.txt
	@PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 $(TORCH)/bin/python -m pip install --quiet \
	  -c $(TORCH)/versions.txt keras numpy h5py "torch==$(TORCH_VERSION)"
	@touch $@

# The first Python that runs, is 3.10 to 3.13, 64 bit, and can make environments. A Python
# that TensorFlow has no build for (Intel Mac, or an Intel Python on a newer Mac) does not count.
define FITS
import platform, sys
sys.exit(not ((3, 10) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32
    and (sys.platform, platform.machine()) != ("darwin", "x86_64")))
endef

define TOTAL
import sys, xml.etree.ElementTree as tree
suites = [s for name in sys.argv[1:] for s in tree.parse(name).getroot().iter("testsuite")]
tests, failures, errors, skipped = (
    sum(int(suite.get(key)) for suite in suites)
    for key in ("tests", "failures", "errors", "skipped"))
failed = failures + errors
print(f"total: {tests - failed - skipped} passed, {failed} failed, {skipped} skipped")
endef
export FITS TOTAL

define FIND_PYTHON
if [ ! -e $(READY) ] || [ "$$(cat $(READY))" = "$$(pwd -P)" ]; then \
  if $(PY) -c "$$FITS" 2>/dev/null && $(PY) -m pip --version >/dev/null 2>&1; then exit 0; fi; \
fi; \
bare=; \
for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3.10 python3 python); do \
  "$$python" -c "$$FITS" >/dev/null 2>&1 || continue; \
  if "$$python" -c "import ensurepip, venv" >/dev/null 2>&1; then exec "$$python" -m venv --clear $(VENV); fi; \
  bare=$${bare:-$$python}; \
done; \
if [ -n "$$bare" ]; then echo "$$bare cannot make environments. Install its part for that: sudo apt install $${bare##*/}-venv"; \
elif [ "$$(uname -sm)" = "Darwin x86_64" ]; then echo "TensorFlow has no build for Intel Macs or Intel Pythons: use an arm64 Python on an Apple chip, or Binder (see the README)"; \
else echo "No Python 3.10 to 3.13 runs here. Install one, e.g. sudo apt install python3 python3-venv, brew install python@3.12, or use conda with environment.yml"; fi; \
exit 1
endef
