"""Action bars: one bar per action with the range of its assumption, as the targeting and the plan sections show them."""

from functools import partial
from textwrap import shorten

import pandas as pd

from playbook.result.formats import Formats, Unit
from playbook.result.theme import BAR, FINDING, HISTORY, INK, canvas, finish

__all__ = ["action_bars", "largest"]

ROWS = 10  # bars that stay legible; the table below the chart has the rest
ROW_HEIGHT, FRAME_HEIGHT = 0.42, 1.1  # inches
LONGEST = 32  # characters of a label on the left; the table below the chart has all of it
GAP = 8  # points between a bar and its label
BESIDE = 13  # points of the width that are neither bars nor names: between and around them


def largest(actions: pd.DataFrame) -> pd.DataFrame:
    """The rows with the largest ``value``, smallest first, as ``action_bars`` draws them from the bottom up."""
    return actions.sort_values("value", kind="stable").tail(ROWS).reset_index(drop=True)


def action_bars(
    data: pd.DataFrame,
    fmt: Formats,
    xlabel: str,
    *,
    unit: Unit = "money",
    line: tuple[float, str] | None = None,
    tick: tuple[str, str] | None = None,
) -> str:
    """SVG of horizontal bars for ``data``: segment, name, low, value, high, one row per action, drawn from the bottom up.

    ``unit`` is that of the values. ``line`` is a reference value with its label; bars that fall short of it are marked. ``tick``
    is a column to be shown as a tick on each bar, with its label.
    """
    write = partial(fmt.value, unit=unit)
    short = pd.Series(False, index=data.index) if line is None else data["value"] < line[0]
    named = list(zip(data["segment"], data["name"], strict=True))
    ends = data[["value", "high", *([tick[0]] if tick else [])]].max(axis=1)
    with canvas(height=FRAME_HEIGHT + ROW_HEIGHT * len(data), grid="x") as (figure, ax):
        ax.barh(data.index, data["value"], color=[FINDING if s else BAR for s in short], height=0.6)
        ax.hlines(data.index, data["low"], data["high"], color=HISTORY, linewidth=1.4)
        labels = []
        for row, end, low, value, high in zip(data.index, ends, data["low"], data["value"], data["high"], strict=True):
            label = fmt.say("{value} ({low} to {high})", value=write(value), low=write(low), high=write(high))
            labels.append(
                ax.annotate(label, (end, row), (GAP, 0), textcoords="offset points", va="center", color=INK, in_layout=False)
            )
        above = {"textcoords": "offset points", "color": FINDING, "va": "bottom"}
        if line:
            ax.axvline(line[0], color=FINDING, linestyle="--", linewidth=1.4)
            ax.annotate(line[1], (line[0], len(data) - 0.5), (4, 0), **above)
        if tick:
            column, label = tick
            ax.plot(data[column], data.index, "|", color=FINDING, markersize=17, markeredgewidth=2.4)
            ax.annotate(label, (data[column].iloc[-1], len(data) - 0.65), (0, 2), ha="center", **above)
        ax.set_yticks(data.index, [fmt.say("{whom}:\n{action}", whom=_short(w), action=a) for w, a in named])
        ax.set_ylim(-0.6, len(data))
        lowest = min(0.0, data["low"].min())
        ax.set_xlim(lowest, max(ends.max(), line[0] if line else 0.0, lowest + 1e-9))
        ax.xaxis.set_major_formatter(lambda v, _: write(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=6)
        ax.set_xlabel(xlabel)
        names = max(t.get_window_extent().width for t in ax.get_yticklabels())
        wide = figure.bbox.width - names - BESIDE
        taken = [min((t.get_window_extent().width + GAP) / wide, 0.9) for t in labels]
        reach = max((end - lowest) / (1 - part) for end, part in zip(ends, taken, strict=True))
        ax.set_xlim(lowest, max(lowest + reach, ax.get_xlim()[1]))
        return finish(figure)


def _short(whom: str) -> str:
    """Cut between words where there are any, and anywhere in a language that writes without spaces."""
    short = shorten(whom, LONGEST, placeholder=" …")
    return short if len(short) > min(len(whom), LONGEST) // 2 else f"{whom[: LONGEST - 1]}…"
