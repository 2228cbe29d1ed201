"""Customer base figures: the flow of revenue between two windows, the Lorenz curve, and how many of each cohort stay."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from playbook.locale import mark
from playbook.methods.needs_analysis.base.cohorts import Cohorts
from playbook.methods.needs_analysis.revenue.waterfall import waterfall
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["cohort_figure", "flow_figure", "lorenz_figure"]

SHOWN = 12  # cohorts and periods of the heat map
_STRONGEST = 0.85  # darkest tint; text stays readable on it
_SHORT = {
    "lost": mark("Lost customers"), "kept": mark("Kept customers"), "new": mark("New customers"),
    "regained": mark("Regained customers"), "returns": mark("Returns only"), "unknown": mark("Without a customer"),
}  # fmt: skip


def flow_figure(flow: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """A waterfall of the change of revenue between two windows, by group of customers."""
    steps = flow[(flow["change"] != 0) | flow["group"].isin(["lost", "kept", "new"])]
    total = round(float(steps["change"].sum()), 2)
    before, after = fmt.moneys(*(flow[name].sum() for name in ("before", "after")))
    caption = fmt.say(
        "What customers who left, stayed and came did to revenue: from {before} to {after}", before=before, after=after
    )
    labels = [*(fmt.told(_SHORT[group]) for group in steps["group"]), fmt.say("Change of revenue")]
    return waterfall(labels, [*steps["change"], total], caption, source, fmt)


def lorenz_figure(lorenz: pd.DataFrame, top: float, fmt: Formats, source: str) -> Figure:
    """The Lorenz curve, the smallest customers first; ``top`` is the share of the best tenth."""
    with canvas(height=3.6) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=HISTORY, linewidth=1, linestyle="--")
        ax.plot(lorenz["customers"], lorenz["revenue"], color=FORECAST)
        ax.plot([0.9, 0.9], [1 - top, 1], color=FINDING, linewidth=1.6)  # what is left to all for the last tenth to bring
        ax.plot([0.9], [1 - top], color=FINDING, marker="o", markersize=5)
        # Above the diagonal there is never a curve.
        best = fmt.say("the best tenth brings {share}", share=fmt.share(top))
        ax.annotate(best, (0.885, 0.965), ha="right", va="center", color=FINDING, bbox=ON_LINES)
        ax.annotate(fmt.say("if all brought the same"), (0.36, 0.40), ha="right", va="bottom", color=HISTORY)
        ticks = np.linspace(0, 1, 6)
        ax.set(
            xlim=(0, 1), ylim=(0, 1.02), xticks=ticks, yticks=ticks, xlabel=fmt.say("customers, the smallest first"),
            ylabel=fmt.say("share of revenue"),
        )  # fmt: skip
        ax.xaxis.set_major_formatter(lambda v, _: fmt.share(v, 0))
        ax.yaxis.set_major_formatter(lambda v, _: fmt.share(v, 0))
        svg = finish(figure)
    columns = {"customers": ("Customers, the smallest first", "share"), "revenue": ("Share of revenue", "share")}
    tenths = np.linspace(0, 1, 11)
    points = pd.DataFrame({"customers": tenths, "revenue": np.interp(tenths, lorenz["customers"], lorenz["revenue"])})
    data = Table(points, "Lorenz curve", source, columns)
    caption = fmt.say(
        "How few customers bring the revenue: the deeper the curve sags, the fewer they are (Lorenz curve); "
        "the vertical line is what the best tenth brings"
    )
    alt = fmt.say("Lorenz curve: the best tenth of customers brings {share} of revenue.", share=fmt.share(top))
    return Figure(svg, caption, source, alt, data)


def cohort_figure(found: Cohorts, fmt: Formats, source: str) -> Figure | None:
    """A heat map: cohorts down, periods after the first across; None where no new cohort has had a later period."""
    starts = found.rows["start"].drop_duplicates().dropna().sort_values().tail(SHOWN)
    rows = found.rows[found.rows["start"].isin(starts) & found.rows["n"].between(1, SHOWN)]
    if rows.empty:
        return None
    starts = [start for start in starts if start in set(rows["start"])]
    wide = rows.pivot(index="start", columns="n", values="retention").reindex(starts)
    sizes = rows.groupby("start")["customers"].first()
    monthly = found.unit == "month"
    highest = max(float(rows["retention"].max()), 0.01)
    with canvas(height=1.1 + 0.36 * len(wide)) as (figure, ax):
        for row, values in enumerate(wide.to_numpy()):
            for column, value in enumerate(values):
                if np.isnan(value):
                    continue
                tint = _STRONGEST * value / highest
                ax.add_patch(Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, facecolor=BAR, alpha=tint, linewidth=0))
                ax.text(column + 0.5, row + 0.5, fmt.share(value, 0), ha="center", va="center", fontsize=9)
        labels = [fmt.say("{month} ({n})", month=fmt.month(start), n=fmt.count(sizes[start])) for start in wide.index]
        ax.set(
            xlim=(0, len(wide.columns)), ylim=(len(wide), 0), xticks=np.arange(len(wide.columns)) + 0.5,
            yticks=np.arange(len(wide)) + 0.5, xticklabels=[fmt.count(n) for n in wide.columns], yticklabels=labels,
            xlabel=fmt.say("months after the first") if monthly else fmt.say("quarters after the first"),
        )  # fmt: skip
        ax.xaxis.tick_top()
        ax.xaxis.set_label_position("top")
        ax.tick_params(length=0)
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    names = {n: f"n{n}" for n in wide.columns}
    frame = wide.rename(columns=names).rename_axis(columns=None).assign(customers=sizes).reset_index()
    first = ("Month of the first order", "month") if monthly else ("Start of the quarter of the first order", "month")
    columns = {"start": first, "customers": ("New customers", "count")}
    columns |= {names[n]: (fmt.say("After {n}", n=fmt.count(n)), "share") for n in wide.columns}
    told = fmt.listed(
        fmt.say("{share} for {month}", month=fmt.month(start), share=fmt.share(line.iloc[0], 0))
        for start, line in wide.iterrows()
        if pd.notna(line.iloc[0])
    )
    if monthly:
        alt = fmt.say("Share of each cohort that ordered in the month after its first: {shares}.", shares=told)
        shown = fmt.say("Share of each cohort that ordered, by month after the first")
        caption = fmt.say(
            "How many of the new customers still order: share that ordered in each month after the first. "
            "Rows: month of the first order, with the number of customers"
        )
    else:
        alt = fmt.say("Share of each cohort that ordered in the quarter after its first: {shares}.", shares=told)
        shown = fmt.say("Share of each cohort that ordered, by quarter after the first")
        caption = fmt.say(
            "How many of the new customers still order: share that ordered in each quarter after the first. "
            "Rows: start of the quarter of the first order, with the number of customers"
        )
    return Figure(svg, caption, source, alt, Table(frame, shown, source, columns))
