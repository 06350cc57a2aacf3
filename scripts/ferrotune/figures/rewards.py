"""Figure of rewards judged against the truth: each reward alone, and each pair at the knee of its front."""

import numpy as np

from ferrotune.figures.palette import BLUE, FAINT, INK, VERMILLION
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, styled

HEIGHT = 4.4  # inches
BRIGHT = 0.55  # numbers are white below this share of the colour range, and black above


def _label(name):
    return name.replace("_", "-")


def _each(axes, rewards):
    """Draw each reward: its correlation with the truth, and the agreement at its best trial."""
    rows = np.arange(len(rewards))[::-1]
    axes.hlines(rows, -0.2, 1, color=FAINT, lw=0.4, zorder=0)
    axes.axvline(0, color=INK, lw=0.6)
    axes.plot(rewards["follows_ari"], rows, "o", color=BLUE, ms=4, label="correlation with ARI")
    axes.plot(rewards["follows_wall_f1"], rows, "o", mfc="white", color=BLUE, ms=4, label="correlation with wall F1")
    axes.plot(rewards["share_ari"], rows, "D", color=VERMILLION, ms=3.5, label="ARI of its best trial / best ARI")
    axes.set_yticks(rows, [_label(name) for name in rewards["reward"]])
    axes.set_xlim(min(-0.2, rewards[["follows_ari", "follows_wall_f1"]].min().min() - 0.05), 1.02)
    axes.set_ylim(-0.6, len(rewards) - 0.4)
    axes.set_xlabel("Spearman correlation; ratio")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.45, -0.32), ncols=1, handletextpad=0.3)


def _pairs(figure, axes, names, pairs):
    """Draw each pair: below the diagonal the ARI at its knee over the best ARI, above it the redundancy of the two."""
    place = {name: i for i, name in enumerate(names)}
    share, alike = np.full((2, len(names), len(names)), np.nan)
    for pair in pairs.itertuples():
        i, j = sorted((place[pair.one], place[pair.other]))
        share[j, i], alike[i, j] = pair.share_ari, pair.redundancy
    low = np.floor(10 * np.nanmin(share)) / 10
    for values, cmap, (least, most), x, title in (
        (share, "viridis", (low, 1.0), 0.47, "ARI at the knee / best ARI"),
        (alike, "RdBu_r", (-1.0, 1.0), 0.76, "correlation of the pair"),
    ):
        image = axes.imshow(np.ma.masked_invalid(values), cmap=cmap, vmin=least, vmax=most)
        bar = figure.add_axes((x, 0.11, 0.2, 0.018))
        figure.colorbar(image, cax=bar, orientation="horizontal", label=title)
        for (i, j), value in np.ndenumerate(values):
            if np.isfinite(value):
                dark = value < least + BRIGHT * (most - least) if cmap == "viridis" else abs(value) > BRIGHT
                text = f"{100 * value:.0f}".replace("-", "\N{MINUS SIGN}")
                axes.text(j, i, text, ha="center", va="center", size=5, color="white" if dark else INK)
    axes.set_xticks(range(len(names)), [_label(name) for name in names], rotation=90)
    axes.set_yticks(range(len(names)), [_label(name) for name in names])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


@styled
def reward_figure(rewards, pairs):
    """Draw how well rewards, and pairs of rewards, find the true segmentation.

    Parameters
    ----------
    rewards, pairs : DataFrame, of `ferrotune.reference.reward_ranking`

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(TWO_COLUMNS, HEIGHT)
    one = figure.add_axes((0.14, 0.33, 0.19, 0.62))
    other = figure.add_axes((0.46, 0.37, 0.52, 0.58))
    _each(one, rewards)
    _pairs(figure, other, list(rewards["reward"]), pairs)
    letter(one, "A", x=-0.7)
    letter(other, "B", x=-0.3)
    return figure
