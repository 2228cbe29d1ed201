"""Waterfall: a change and the parts it is made of, one below the other."""

import pandas as pd

from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, HISTORY, ON_LINES, canvas, finish

__all__ = ["waterfall"]


def waterfall(labels: list[str], changes: list[float], caption: str, source: str, fmt: Formats) -> Figure:
    """Bars that start where the one before ended; the last of ``labels`` and ``changes`` is the total and starts at zero."""
    parts = changes[:-1]
    starts = [*(sum(parts[:place]) for place in range(len(parts))), 0.0]
    colours = [*(BAR if change >= 0 else FINDING for change in parts), HISTORY]
    with canvas(height=0.7 + 0.46 * len(changes), grid="x") as (figure, ax):
        ax.barh(range(len(changes)), changes, left=starts, color=colours, height=0.6)
        for place, (start, change) in enumerate(zip(starts, changes, strict=True)):
            ax.annotate(
                fmt.signed_money(change), (max(start, start + change), place), xytext=(5, 0), textcoords="offset points",
                va="center", color=FINDING if change < 0 else HISTORY, bbox=ON_LINES,
            )  # fmt: skip
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.set_yticks(range(len(changes)), labels)
        ax.invert_yaxis()
        ax.use_sticky_edges = False
        ax.margins(x=0.16)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.locator_params(axis="x", nbins=5)
        svg = finish(figure)
    told = (fmt.say("{label}: {change}", label=x, change=fmt.signed_money(y)) for x, y in zip(labels, changes, strict=True))
    alt = fmt.say("Waterfall: {parts}.", parts=fmt.listed(told))
    columns = {"label": ("Part", "text"), "change": ("Change of revenue", "unit_money")}
    data = Table(pd.DataFrame({"label": labels, "change": changes}), "Change of revenue by part", source, columns)
    return Figure(svg, caption, source, alt, data)
