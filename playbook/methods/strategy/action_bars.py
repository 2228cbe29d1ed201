"""Action bars: one bar per action with the range of its assumption, as the targeting and the plan sections show them."""

from collections.abc import Callable
from textwrap import shorten

import pandas as pd

from playbook.result.theme import BAR, FINDING, HISTORY, INK, canvas, finish

__all__ = ["action_bars", "largest"]

ROWS = 10  # bars that stay legible; the table below the chart has the rest
ROW_HEIGHT, FRAME_HEIGHT = 0.42, 1.1  # inches
LONGEST = 32  # characters of a label on the left; the table below the chart has all of it
GAP = 8  # points between a bar and its label


def largest(actions: pd.DataFrame) -> pd.DataFrame:
    """The rows with the largest ``value``, smallest first, as ``action_bars`` draws them from the bottom up."""
    return actions.sort_values("value", kind="stable").tail(ROWS).reset_index(drop=True)


def action_bars(
    data: pd.DataFrame,
    write: Callable[[float], str],
    xlabel: str,
    *,
    line: tuple[float, str] | None = None,
    mark: str | None = None,
) -> str:
    """SVG of horizontal bars for ``data``: segment, name, low, value, high, one row per action, drawn from the bottom up.

    ``write`` puts a value in words. ``line`` is a reference value with its label; bars that fall short of it are marked. ``mark``
    names a column to be shown as a tick on each bar.
    """
    short = pd.Series(False, index=data.index) if line is None else data["value"] < line[0]
    ends = data[["value", "high", *([mark] if mark else [])]].max(axis=1)
    with canvas(height=FRAME_HEIGHT + ROW_HEIGHT * len(data)) as (figure, ax):
        ax.barh(data.index, data["value"], color=[FINDING if s else BAR for s in short], height=0.6)
        ax.hlines(data.index, data["low"], data["high"], color=HISTORY, linewidth=1.4)
        labels = []
        for row, end, low, value, high in zip(data.index, ends, data["low"], data["value"], data["high"], strict=True):
            label = f"{write(value)} ({write(low)} to {write(high)})"
            labels.append(
                ax.annotate(label, (end, row), (GAP, 0), textcoords="offset points", va="center", color=INK, in_layout=False)
            )
        above = {"textcoords": "offset points", "color": FINDING, "va": "bottom"}
        if line:
            ax.axvline(line[0], color=FINDING, linestyle="--", linewidth=1.4)
            ax.annotate(line[1], (line[0], len(data) - 0.5), (4, 0), **above)
        if mark:
            ax.plot(data[mark], data.index, "|", color=FINDING, markersize=17, markeredgewidth=2.4)
            ax.annotate(mark, (data[mark].iloc[-1], len(data) - 0.65), (0, 2), ha="center", **above)
        ax.set_yticks(
            data.index,
            [f"{shorten(s, LONGEST, placeholder=' …')}:\n{n}" for s, n in zip(data["segment"], data["name"], strict=True)],
        )
        ax.set_ylim(-0.6, len(data))
        lowest = min(0.0, data["low"].min())
        ax.set_xlim(lowest, max(ends.max(), line[0] if line else 0.0, lowest + 1e-9))
        ax.xaxis.set_major_formatter(lambda v, _: write(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=6)
        ax.set_xlabel(xlabel)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x")
        figure.draw_without_rendering()  # lays the axes out, so that the labels can be measured against them
        wide = ax.get_window_extent().width
        taken = [min((t.get_window_extent().width + GAP * figure.dpi / 72) / wide, 0.9) for t in labels]
        reach = max((end - lowest) / (1 - part) for end, part in zip(ends, taken, strict=True))
        ax.set_xlim(lowest, max(lowest + reach, ax.get_xlim()[1]))
        return finish(figure)
