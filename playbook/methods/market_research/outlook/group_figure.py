"""Demand figure of groups: which product groups will bring more, and which less, in money."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.outlook.spans import base, next_months
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, GOOD, HISTORY, canvas, finish

__all__ = ["group_figure"]

LONGEST = 22  # letters of a group's name on the axis


def group_figure(items: pd.DataFrame, months: int, fmt: Formats, source: str) -> Figure:
    """A bar a group: the change expected over all months ahead, with its range; ``items`` as in ``Demand``."""
    groups = items[items["level"] == "group"].sort_values("change", kind="stable", ignore_index=True)
    low, high = groups["low"] - groups["before"], groups["high"] - groups["before"]
    places = np.arange(len(groups))
    with canvas(height=0.9 + 0.36 * len(groups), grid="x") as (figure, ax):
        colours = [GOOD if change >= 0 else FINDING for change in groups["change"]]
        ax.barh(places, groups["change"], color=colours, height=0.6)
        ax.hlines(places, low, high, color=HISTORY, linewidth=1.4)
        right = max(high.max(), 0.0)
        reach = (right - min(low.min(), 0.0)) or 1.0
        for place, change, before in zip(places, groups["change"], groups["before"], strict=True):
            text = fmt.signed_money(change)
            if before > 0:
                text = fmt.say("{value} ({change})", value=text, change=fmt.change(change / before))
            ax.text(right + 0.03 * reach, place, text, va="center", fontsize=9)
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        names = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in groups["label"]]
        ax.set_yticks(places, names)
        ax.set_xlim(min(low.min(), 0.0) - 0.03 * reach, right + 0.42 * reach)
        ax.tick_params(axis="y", length=0)
        ax.xaxis.set_major_formatter(lambda value, _: fmt.money(value) if value else "0")
        ax.locator_params(axis="x", nbins=6)
        svg = finish(figure)
    caption = fmt.say(
        "Revenue of {months} against {base}, by product group; the line is the {level} range.",
        months=next_months(months, fmt),
        base=base(groups["against"].iloc[0], months, fmt),
        level=fmt.share(LEVEL),
    )
    each = [fmt.say("{group} {change}", group=g.label, change=fmt.signed_money(g.change)) for g in groups.iloc[::-1].itertuples()]
    alt = fmt.say("Change of revenue by product group: {groups}.", groups=fmt.listed(each))
    columns = {
        "label": ("Product group", "text"),
        "expected": ("Expected", "money"),
        "before": ("Before", "money"),
        "change": ("Change", "money"),
    }
    return Figure(svg, caption, source, alt, Table(groups, "Change of revenue by product group.", source, columns))
