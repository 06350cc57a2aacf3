# make run: the demo series, and a tiny one of spectra. make test: lint and tests. make bench: speed and accuracy beside those of peers.
# All set up .venv first, from a fresh clone too.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
digest = $(shell $(PYTHON) -c "import hashlib, pathlib; print(hashlib.sha256(pathlib.Path('$(1)').read_bytes()).hexdigest()[:16])")
PINNED := $(VENV)/requirements-$(call digest,envs/requirements.txt)
STAMP := $(VENV)/ferrotune-$(call digest,pyproject.toml)-$(call digest,scripts/ferrotune/__init__.py)
PEERS := tests/benchmarks/requirements.txt
ALONE := tests/benchmarks/requirements-alone.txt
VALIDATOR := tests/helpers/peers/requirements.txt
VALIDATOR_STAMP := .venv-validator/requirements-$(call digest,$(VALIDATOR))
PEERS_STAMP := .venv-bench/requirements-$(call digest,$(PEERS))-$(call digest,$(ALONE))

.PHONY: setup run watch so-far tidy live report export crate replay paper-figures rewards truth spectra-truth faults \
	same-bytes test fuzz bench lint format pins clean

setup: $(STAMP)

$(PINNED):
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'ferrotune needs Python 3.11 or newer; set PYTHON=python3.11')"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r envs/requirements.txt
	touch $@

# The package itself, in place: an edit needs no second install.
$(STAMP): $(PINNED)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: $(STAMP)
	$(BIN)/snakemake --cores all
	$(BIN)/snakemake --configfile config/spectra.yaml config/spectra_demo.yaml --cores all

report: run
	$(BIN)/snakemake --report results/demo/report.zip

# Results of the demo for other programs: CSV, GeoJSON, TIFF, OME-Zarr, HyperSpy, figures as SVG and PDF, methods text
export: $(STAMP)
	$(BIN)/snakemake --cores all export

# results/NAME.crate.zip: all jobs of a series, what each read and wrote, who chose. BY="First Last", ORCID and LICENSE
# may be given
crate: $(STAMP)
	$(BIN)/python -m ferrotune.workflow.crate $(SERIES) $(if $(BY),--by "$(BY)") $(if $(ORCID),--orcid $(ORCID)) \
		$(if $(LICENSE),--license "$(LICENSE)")

# Compute one trial again, and compare its labels bit for bit: IMAGE, PIPELINE, TRIAL (else the selected one), and
# SERIES=results/NAME or CRATE=NAME.crate.zip
replay: $(STAMP)
	$(BIN)/python -m ferrotune.workflow.replay $(IMAGE) $(PIPELINE) $(TRIAL) $(if $(SERIES),--series $(SERIES)) \
		$(if $(CRATE),--crate "$(CRATE)")

# Counterparts of the figures of the paper from the simulated films, with a line on each: results/paper_figures/paper/
paper-figures: $(STAMP)
	$(BIN)/snakemake --configfile config/paper_figures.yaml --cores all paper_figures

# While a run goes on, in another terminal; SERIES=results/NAME for another series than the latest
watch: $(STAMP)
	$(BIN)/python -m ferrotune.workflow.watch $(SERIES)

# A finished series in few files: nothing that a later run needs is lost; SERIES=results/NAME, OPTIONS=--unpack
tidy: $(STAMP)
	$(BIN)/python -m ferrotune.workflow.tidy $(SERIES) $(OPTIONS)

# trials.tsv and the page of the rounds so far, in results/NAME.so_far; SERIES="results/NAME IMAGE" for one image
so-far: $(STAMP)
	$(BIN)/python -m ferrotune.workflow.so_far $(SERIES)

# Map the images that a microscope writes to FOLDER, while it writes them; docs/live.md. SERIES, CONFIG=my.yaml and
# OPTIONS="--pixel-size 15.6" may be given
live: $(STAMP)
	$(BIN)/python -m ferrotune.live $(if $(FOLDER),"$(FOLDER)") $(if $(SERIES),--series $(SERIES)) \
		$(if $(CONFIG),--config "$(CONFIG)") $(OPTIONS)

# Which rewards lead to the truth: on drawn films, and on films of measured maps where these are there
MAPS := ../shared/data/sm_bfo_polarization_maps.npz
rewards: $(STAMP)
	$(BIN)/snakemake --configfile config/rewards.yaml --cores all rewards
	test ! -e $(MAPS) || $(BIN)/snakemake --configfile config/rewards.yaml config/rewards_maps.yaml --cores all rewards

# What the default search answers on films of known truth: results/truth/, 20 to 25 minutes on two cores; SEED=7: on
# 21 new films of that seed, results/truth_7/, some 6 minutes
truth: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.truth $(SEED)

# What each reduction of loops finds on toy sets of known mechanisms, and which rewards follow: results/spectra_truth/
spectra-truth: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.spectra_truth

# Kills, full disks, damaged stores of a tiny series, and what is lost: docs/faults.md; ONLY="disk stores" SEED=7
faults: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m faults.campaign $(ONLY) $(if $(SEED),--seed $(SEED))

# Which bytes of a tiny series differ on other processors, and by how much: docs/reproducibility.md; ONLY=haswell
same-bytes: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.same_bytes $(ONLY)

# Test files run side by side, two at a time; the longest come first, see tests/conftest.py.
test: lint $(VALIDATOR_STAMP)
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# 100,000 mutated files, sheets and configs: each ends in a result or in one clear line; INPUTS=1000 gives fewer
fuzz: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m fuzz.campaign $(if $(INPUTS),--inputs $(INPUTS))

# ONLY="trial run" measures these modules of tests/benchmarks only.
bench: $(STAMP) $(PEERS_STAMP)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench $(ONLY)

# What results are compared with: never among the requirements of ferrotune itself.
$(PEERS_STAMP): | $(STAMP)
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check -r $(PEERS)
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --no-deps -r $(ALONE)
	touch $@

# What checks crates.
$(VALIDATOR_STAMP): | $(STAMP)
	$(PYTHON) -m venv --clear .venv-validator
	.venv-validator/bin/pip install --quiet --disable-pip-version-check -r $(VALIDATOR)
	touch $@

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/lint-imports --no-cache
	$(BIN)/snakemake --lint
	$(BIN)/python tests/lint_scripts.py

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

# Resolve requirements.in into exact pins, for pip and for conda alike.
pins:
	$(PYTHON) -m venv --clear .venv-pins
	.venv-pins/bin/pip install --quiet --disable-pip-version-check -r envs/requirements.in
	.venv-pins/bin/pip freeze | sed 's/+cpu$$//' > envs/requirements.txt
	printf 'name: ferrotune\nchannels: [conda-forge]\ndependencies:\n  - python=3.12\n  - pip\n  - pip:\n' > envs/ferrotune.yaml
	sed 's/^/      - /' envs/requirements.txt >> envs/ferrotune.yaml
	rm -r .venv-pins

# All results, or those of one series: SERIES=results/NAME
clean: $(if $(SERIES),$(STAMP))
	$(if $(SERIES),$(BIN)/python -m ferrotune.workflow.clean $(SERIES),rm -rf results .snakemake)
