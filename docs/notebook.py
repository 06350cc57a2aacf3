# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # ferrotune in a notebook
#
# This notebook goes through the stages of ferrotune on a small simulated film: from the image to the selected
# segmentation. Every stage is one function. It takes arrays and gives arrays, as labelled `xarray` datasets.
#
# Open this file in Jupyter with `jupytext`, or run it: `python docs/notebook.py`.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ferrotune

# %% [markdown]
# ## An image
#
# The film has four domains around a junction, a flux closure. The simulation knows the true columns and domains.
# For an image of your own, give `prepare_image` the path of its file.

# %%
specimen = ferrotune.Specimen(geometry="closure", shape=(700, 720), dose=400.0, pixel_size_pm=15.6)
film = ferrotune.simulate(specimen, seed=1)
image = ferrotune.prepare_image(film.image, pixel_size_pm=film.pixel_size_pm)
print(image)

# %% [markdown]
# ## Atomic columns
#
# Columns are found without a threshold for the image, then all are fitted together. A is the brighter sublattice (Bi),
# B the other (Fe).

# %%
columns = ferrotune.locate_columns(image)

figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
axes.imshow(image.image, cmap="gray")
for sublattice, name, colour in ((0, "A", "tab:orange"), (1, "B", "tab:cyan")):
    of_sublattice = columns.yx[columns.sublattice.values == sublattice]
    axes.plot(of_sublattice.sel(axis="x"), of_sublattice.sel(axis="y"), ".", color=colour, markersize=4, label=name)
axes.set(xlim=(100, 250), ylim=(250, 100), xlabel="x (px)", ylabel="y (px)", title="Columns in a part of the image")
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# ## Unit cells and polarization
#
# A unit cell is four A columns around a B column. Its polarization is the displacement of the B column from the centre
# of the four.

# %%
cells = ferrotune.measure_cells(columns)
y, x = cells.yx.sel(axis="y"), cells.yx.sel(axis="x")
p_y, p_x = cells.polarization.sel(axis="y"), cells.polarization.sel(axis="x")
size = float(np.hypot(p_y, p_x).mean()) * cells.pixel_size_pm
print(f"{cells.sizes['cell']} unit cells, mean displacement {size:.0f} pm")

figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
arrows = axes.quiver(x, y, p_x, p_y, np.degrees(np.arctan2(p_y, p_x)), cmap="hsv", clim=(-180, 180), angles="xy")
axes.set(aspect="equal", xlabel="x (px)", ylabel="y (px)", title="Polarization of each unit cell")
axes.invert_yaxis()
figure.colorbar(arrows, label="direction (degrees from +x towards +y)", shrink=0.8)
plt.show()

# %% [markdown]
# ## Descriptors
#
# A pipeline is a descriptor, a reduction and a clustering, and a space of their settings. `default_pipelines` gives
# those of config/config.yaml. `cell_gmm` describes each column by its neighbours, and clusters by a Gaussian mixture.

# %%
pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
described = ferrotune.describe_sites(image, columns, cells, pipelines)
for parameter, values in pipelines["cell_gmm"]["space"].items():
    print(f"{parameter}: {values}")

# %% [markdown]
# ## One setting
#
# One setting gives labels, walls, rewards, and a status: whether a wall stands.

# %%
setting = {"features": "displacement", "flatten": 0, "radius": 0, "components": 4, "covariance": "full", "field": 0}
outcome = ferrotune.evaluate_setting(described, "cell_gmm", setting)
print(f"status: {outcome.status}; {outcome.wall_verdicts.stands.sum()} of {len(outcome.walls.paths)} walls stand")
for name in ("boundary_evidence", "label_evidence", "curvature", "length"):
    print(f"{name}: {outcome.rewards[name]:.3g}")

# %% [markdown]
# ## A search
#
# A search tries many settings. It looks for those with the best rewards, and never sees the truth. The truth is given
# here as the reference: each row of the table then has its agreement (`ari`, 1 is perfect).

# %%
truth = {"yx": film.cells["yx"], "label": film.cells["domain"]}
few = {"trials": 24, "batch": 12, "startup": 12}
search = ferrotune.run_search(described, "cell_gmm", few, reference=truth)
shown = ["trial", "radius", "components", "covariance", "status", "boundary_evidence", "label_evidence", "ari"]
print(search.trials[shown].to_string(index=False))

# %% [markdown]
# No trial of the front is better than another in both rewards. The knee of the front is selected.

# %%
ok = search.trials[search.trials["status"] == "ok"]
knee = search.front[search.front["knee"]]

figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
axes.plot(ok["boundary_evidence"], ok["label_evidence"], "o", color="lightgray", label="trials with walls")
axes.plot(search.front["boundary_evidence"], search.front["label_evidence"], "o-", color="tab:blue", label="front")
axes.plot(knee["boundary_evidence"], knee["label_evidence"], "*", color="tab:red", markersize=14, label="knee")
axes.set(xlabel="boundary evidence (maximise)", ylabel="label evidence (maximise)", title="Front of the search")
axes.legend()
plt.show()

# %% [markdown]
# ## The selected segmentation

# %%
selected = search.selected
print(f"{selected.answer_words}; {selected.reason}; ari {selected.parameters['ari']:.3f}")

figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
axes.imshow(image.image, cmap="gray")
axes.scatter(selected.yx.sel(axis="x"), selected.yx.sel(axis="y"), c=selected.label, s=12, cmap="viridis")
for wall in search.walls("px"):
    axes.plot(wall[:, 1], wall[:, 0], color="tab:red", linewidth=2)
axes.set(xlabel="x (px)", ylabel="y (px)", title="Labels and walls")
plt.show()

# %% [markdown]
# ## Results of a run
#
# The workflow (`snakemake`) writes the same data to results/<series>. `open_results` opens them, and reads an array
# when it is used. For the same image, configuration and seed the numbers are the same.

# %%
try:
    results = ferrotune.open_results("results/demo")
    film = results["Sm_0"]
    print(film)
    print(film.cells.polarization)
    print(film["patch_gmm"].selected.answer_words)
    print(results.summary[["image", "pipeline", "answer", "ari"]])
except ferrotune.InputError as error:
    print(error)  # there are no results before the first run
