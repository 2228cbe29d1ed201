"""Figures of returns: what each intervention earned after cost, and the way from revenue before to revenue now."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.evaluation.returning.earnings import SURE, Total
from playbook.methods.needs_analysis.revenue.waterfall import waterfall
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, HISTORY, INK, ON_LINES, canvas, finish

__all__ = ["baseline_figure", "earned_figure"]

SOURCE = mark("orders, interventions")
MOST_ROWS = 10
THICK, THIN = 5, 3  # lines: of all together, of one


def earned_figure(earned: pd.DataFrame, sums: Total, fmt: Formats) -> Figure:
    """A line an intervention, the dearest first, and all together: money with its range; rust where that leaves out zero."""
    what = "profit" if np.isfinite(sums.profit) else "revenue"
    meant = fmt.say("Earned after cost") if what == "profit" else fmt.say("Extra revenue")
    level = fmt.share(LEVEL)
    names = ["label", "verdict", what, f"{what}_low", f"{what}_high"]
    rows = earned.sort_values("cost", ascending=False, kind="stable")[names].head(MOST_ROWS)
    if len(earned) > 1:
        last = (fmt.say("All together"), sums.evidence, *(getattr(sums, name) for name in names[2:]))
        rows = pd.concat([rows, pd.DataFrame([last], columns=names)], ignore_index=True)
    rows = rows.set_axis(["label", "evidence", "value", "low", "high"], axis=1)
    with canvas(height=1.1 + 0.5 * len(rows), grid="x") as (figure, ax):
        for place, row in enumerate(rows.itertuples()):
            clear = row.low > 0 or row.high < 0
            colour = FINDING if clear else HISTORY
            width = THICK if len(earned) > 1 and place == len(rows) - 1 else THIN
            ax.plot([row.low, row.high], [place, place], color=colour, linewidth=width, solid_capstyle="round", alpha=0.55)
            if row.evidence in SURE:
                ax.plot(row.value, place, "o", color=colour, markersize=7)
            words = (
                fmt.money(row.value) if row.evidence in SURE else fmt.say("a loss") if row.high < 0 else fmt.told(row.evidence)
            )
            ax.annotate(
                words, (row.high, place), xytext=(8, 0), textcoords="offset points", va="center", color=colour, bbox=ON_LINES
            )
        ax.axvline(0, color=INK, linewidth=1)
        ax.set_yticks(range(len(rows)), rows["label"], color=INK)
        ax.set_ylim(len(rows) - 0.5, -0.6)
        ax.locator_params(axis="x", nbins=5)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.margins(x=0.16)
        ax.set_xlabel(fmt.say("{what}, with {level} range", what=meant, level=level))
        svg = finish(figure)
    told = fmt.listed(
        fmt.say(
            "{label} {low} to {high} ({evidence})",
            label=row.label,
            low=fmt.money(row.low),
            high=fmt.money(row.high),
            evidence=fmt.told(row.evidence),
        )
        for row in rows.itertuples()
    )
    columns = {
        "label": ("Intervention", "text"),
        "value": (meant, "money"),
        "low": ("at least", "money"),
        "high": ("at most", "money"),
        "evidence": ("Evidence", "text"),
    }
    shown = rows.assign(value=rows["value"].where(rows["evidence"].isin(SURE)), evidence=rows["evidence"].map(fmt.told))
    caption = (
        mark("Earned after cost by intervention: where a range crosses zero, it may be a gain or a loss.")
        if what == "profit"
        else mark("Extra revenue by intervention: where a range crosses zero, there may be no effect at all.")
    )
    alt = fmt.say("{what}, {level} ranges: {ranges}.", what=meant, level=level, ranges=told)
    return Figure(svg, caption, SOURCE, alt, Table(shown, meant, SOURCE, columns))


def baseline_figure(parts: pd.DataFrame, fmt: Formats) -> Figure:
    """What interventions brought of the change of revenue, and all the rest."""
    total = round(float(parts["change"].sum()), 2)
    caption = mark("The change of revenue between the last two equal spans of time, and what interventions brought of it.")
    return waterfall([*parts["label"], fmt.say("Change of revenue")], [*parts["change"], total], caption, SOURCE, fmt)
