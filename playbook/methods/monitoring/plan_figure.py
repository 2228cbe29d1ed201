"""The figure of plan tracking: plan, actual and forecast of one KPI to the end of the plan."""

import pandas as pd
from matplotlib.axes import Axes

from playbook.methods.monitoring.plan_words import kpi_name
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
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
        curves = [
            (fmt.say("plan"), path["target"], FINDING), (fmt.say("actual"), actual, HISTORY),
            (fmt.say("forecast"), ahead["forecast"], FORECAST),
        ]  # fmt: skip
        _label_ends(ax, [curve for curve in curves if len(curve[1])], kpi.unit, fmt)
        ax.set_ylim(bottom=0 if kpi.kind == "flow" else None)
        ax.margins(x=0.02)
        ax.yaxis.set_major_formatter(lambda v, _: fmt.value(v, kpi.unit))
        date_axis(ax, fmt)
        svg = finish(figure)
    what = kpi_name(kpi.id, fmt)
    if kpi.kind == "flow":
        what = fmt.say("{what}, summed from the start of the period", what=what)
    columns = {
        "period": ("Month", "month"), "target": (fmt.say("Plan"), kpi.unit), "actual": (fmt.say("Actual"), kpi.unit),
        "forecast": (fmt.say("Forecast"), kpi.unit), "low": (fmt.say("Low"), kpi.unit), "high": (fmt.say("High"), kpi.unit),
    }  # fmt: skip
    told = {c: fmt.value(row[c], kpi.unit) for c in ("end_target", "actual", "forecast")}
    alt = fmt.sentences(
        fmt.say("{what}: plan {end_target} by {month}.", what=what, month=fmt.month(row["end"]), **told),
        fmt.say("So far {actual}.", **told) if len(actual) else "",
        fmt.say("Forecast {forecast}.", **told) if len(ahead) else "",
    )
    data = Table(path.reset_index(), fmt.say("{what}, month by month", what=what), "plan, orders", columns)
    level = fmt.share(LEVEL)
    caption = fmt.say("{what}: plan (dashed), actual and forecast with its {level} range", what=what, level=level)
    return Figure(svg, caption, "plan, orders", alt, data)


def _label_ends(ax: Axes, curves: list[tuple[str, pd.Series, str]], unit: Unit, fmt: Formats) -> None:
    """Name and last value beside each curve's end; ends in the last month are pushed apart, earlier ends labelled below."""
    last = max(curve.index[-1] for _, curve, _ in curves)
    ends = sorted((curve.iloc[-1], name, colour) for name, curve, colour in curves if curve.index[-1] == last)
    for place, (value, name, colour) in enumerate(ends):
        shift = 16 * (place - (len(ends) - 1) / 2)
        text = fmt.say("{name} {value}", name=name, value=fmt.value(value, unit))
        ax.annotate(text, (last, value), xytext=(8, shift), textcoords="offset points", va="center", color=colour)
    for name, curve, colour in curves:
        if curve.index[-1] < last:
            text = fmt.say("{name} {value}", name=name, value=fmt.value(curve.iloc[-1], unit))
            ax.annotate(text, (curve.index[-1], curve.iloc[-1]), xytext=(6, -12), textcoords="offset points", color=colour)
