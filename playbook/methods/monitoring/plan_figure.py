"""The figure of plan tracking: plan, actual and forecast of one KPI to the end of the plan."""

import pandas as pd
from matplotlib.axes import Axes

from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats, Unit
from playbook.result.theme import FINDING, FORECAST, HISTORY, canvas, finish

__all__ = ["draw"]


def draw(row: pd.Series, paths: pd.DataFrame, fmt: Formats) -> Figure:
    """Plan, actual and forecast of one KPI; ``row`` of ``PlanTracking.status_table`` and ``paths`` as there."""
    kpi, path = CATALOGUE[row["kpi"]], paths[paths["kpi"] == row["kpi"]].set_index("period")
    actual, ahead = path["actual"].dropna(), path[path["forecast"].notna()]
    joined = pd.concat([actual.tail(1), ahead["forecast"]])
    with canvas() as (figure, ax):
        ax.plot(path.index, path["target"], color=FINDING, linestyle=(0, (5, 3)))
        ax.plot(actual.index, actual, color=HISTORY, marker="o", markersize=3.5)
        if len(ahead):
            low, high = (pd.concat([actual.tail(1), ahead[edge]]) for edge in ("low", "high"))
            ax.fill_between(joined.index, low, high, color=FORECAST, alpha=0.16, linewidth=0)
            ax.plot(joined.index, joined, color=FORECAST)
        curves = [("plan", path["target"], FINDING), ("actual", actual, HISTORY), ("forecast", ahead["forecast"], FORECAST)]
        _label_ends(ax, [curve for curve in curves if len(curve[1])], kpi.unit, fmt)
        ax.set_ylim(bottom=0 if kpi.kind == "flow" else None)
        ax.margins(x=0.02)
        ax.yaxis.set_major_formatter(lambda v, _: fmt.value(v, kpi.unit))
        ticks = path.index[:: max(1, -(-len(path) // 5))]
        ax.set_xticks(ticks, [fmt.month(tick) for tick in ticks])
        svg = finish(figure)
    what = f"{kpi.label.get(fmt.locale, kpi.label['en'])}{', summed from the start of the period' if kpi.kind == 'flow' else ''}"
    columns = {"period": ("Month", "month")} | {
        c: (label, kpi.unit)
        for c, label in (("target", "Plan"), ("actual", "Actual"), ("forecast", "Forecast"), ("low", "Low"), ("high", "High"))
    }
    alt = f"{what}: plan {fmt.value(row['end_target'], kpi.unit)} by {fmt.month(row['end'])}"
    alt += f", so far {fmt.value(row['actual'], kpi.unit)}" if len(actual) else ""
    alt += f", forecast {fmt.value(row['forecast'], kpi.unit)}." if len(ahead) else "."
    data = Table(path.reset_index(), f"{what}, month by month", "plan, orders", columns)
    return Figure(svg, f"{what}: plan (dashed), actual and forecast with its {fmt.share(LEVEL)} range", "plan, orders", alt, data)


def _label_ends(ax: Axes, curves: list[tuple[str, pd.Series, str]], unit: Unit, fmt: Formats) -> None:
    """Name and last value beside each curve's end; ends in the last month are pushed apart, earlier ends labelled below."""
    last = max(curve.index[-1] for _, curve, _ in curves)
    ends = sorted((curve.iloc[-1], name, colour) for name, curve, colour in curves if curve.index[-1] == last)
    for place, (value, name, colour) in enumerate(ends):
        shift = 16 * (place - (len(ends) - 1) / 2)
        text, where = f"{name} {fmt.value(value, unit)}", {"xytext": (8, shift), "textcoords": "offset points", "va": "center"}
        ax.annotate(text, (last, value), color=colour, **where)
    for name, curve, colour in curves:
        if curve.index[-1] < last:
            text = f"{name} {fmt.value(curve.iloc[-1], unit)}"
            ax.annotate(text, (curve.index[-1], curve.iloc[-1]), xytext=(6, -12), textcoords="offset points", color=colour)
