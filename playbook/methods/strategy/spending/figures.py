"""Budget curve: what a rising budget brings, drawn with the point that is advised."""

import pandas as pd

from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, canvas, finish

__all__ = ["budget_curve"]

LEFT_END, RIGHT_END = 0.3, 0.7  # shares of the axis up to and from which a label is not centred above its point


def budget_curve(curve: pd.DataFrame, spent: float, value: float, source: str, fmt: Formats) -> Figure:
    """Figure of ``curve`` (budget, value, price) with the advised spending and the line where money only returns itself."""
    end = float(curve["budget"].iloc[-1])
    label = f"{fmt.money(spent)} brings {fmt.money(value)}"
    with canvas(height=3.4) as (figure, ax):
        ax.plot(curve["budget"], curve["value"], color=FORECAST, linewidth=2.4)
        ax.plot([0, end], [0, end], color=HISTORY, linestyle=":", linewidth=1.4)
        below = {"xytext": (8, -8), "textcoords": "offset points", "va": "top"}
        ax.annotate("brings back what it costs", (end * 0.62, end * 0.62), color=HISTORY, **below)
        ax.plot([spent], [value], "o", color=FINDING, markersize=7)
        align = "left" if spent < LEFT_END * end else "right" if spent > RIGHT_END * end else "center"
        above = {"xytext": (0, 8), "textcoords": "offset points", "va": "bottom", "ha": align}
        ax.annotate(label, (spent, value), color=FINDING, weight="bold", **above)
        ax.set_xlim(0, end)
        ax.set_ylim(0, max(curve["value"].max(), end) * 1.15)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
            axis.get_major_locator().set_params(nbins=6)
        ax.set_xlabel("spent on the actions in a year")
        ax.set_ylabel("brought in a year")
        svg = finish(figure)
    return Figure(
        svg=svg,
        source=source,
        caption="What a rising budget brings when it is spread in the best way. The curve is flat where nothing more pays.",
        alt=f"Curve of value over budget, rising ever more slowly. {label}; it ends at {fmt.money(curve['value'].iloc[-1])}.",
        data=Table(
            curve,
            "Value of rising budgets.",
            source,
            {
                "budget": ("Budget", "money"),
                "value": ("Brings a year", "money"),
                "price": ("One more unit brings", "number"),
            },
        ),
    )
