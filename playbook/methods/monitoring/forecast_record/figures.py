"""Figures of forecast tracking: past forecasts beside what came, the tracking signal, and how ranges held by months ahead."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd

from playbook.methods.monitoring.forecast_record.judge import LIKELY
from playbook.methods.monitoring.forecast_record.tables import step_words
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["held_figure", "record_figure"]

TICKS = 6
MAD = np.sqrt(np.pi / 2)  # standard deviation of normal errors, in mean absolute errors
BAND = 1.2816  # four of five cases
DEEP, FLOOR = 0.5, 0.7  # a curve that stays in its upper half is shown from a bit below its least value on
RANGED = 3  # values from which a share within is drawn


def record_figure(history: pd.DataFrame, record: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """Above: what came (grey) and the forecasts of every past day (blue), misses beyond the range in rust. Below: the signal."""
    near = record[record["step"] == 1].sort_values("origin")
    size = (near["error"] * near["scale"]).abs().mean() or 1.0
    signal = (near["error"] * near["scale"]).cumsum() / size
    outside = record[(record["actual"] < record["low"]) | (record["actual"] > record["high"])]
    first = record["origin"].min() - pd.DateOffset(months=12)
    shown = history[history["month"] >= first]
    with canvas(rows=2, height=4.8, sharex=True, height_ratios=[2.2, 1]) as (figure, (above, below)):
        known = history.set_index("month")["revenue"]
        for origin, path in record.groupby("origin"):
            line = pd.concat([known.loc[[origin]], path.set_index("month")["forecast"]])
            above.plot(line.index, line, color=FORECAST, linewidth=1, alpha=0.55)
        above.plot(shown["month"], shown["revenue"], color=HISTORY, linewidth=2.2)
        above.plot(outside["month"], outside["forecast"], "o", color=FINDING, markersize=4)
        least = min(shown["revenue"].min(), record["forecast"].min())
        above.set_ylim(bottom=min(0, least) if least < DEEP * shown["revenue"].max() else FLOOR * least)
        above.yaxis.set_major_formatter(lambda value, _: fmt.money(value))
        notes = [("revenue a month", HISTORY, "normal"), ("forecasts from past days", FORECAST, "normal")]
        notes += [("forecast whose range did not hold", FINDING, "normal")] if len(outside) else []
        for place, (text, colour, weight) in enumerate(notes):
            above.annotate(
                text, (0.01, 0.02), (0, 14 * (len(notes) - 1 - place)), xycoords="axes fraction", textcoords="offset points",
                color=colour, weight=weight, va="bottom", bbox=ON_LINES,
            )  # fmt: skip
        count = np.arange(1, len(near) + 1)
        band = BAND * MAD * np.sqrt(count)
        below.fill_between(near["month"], -band, band, color=BAR, alpha=0.3, linewidth=0)
        below.axhline(0, color=HISTORY, linewidth=0.8, linestyle=(0, (4, 3)))
        below.plot(near["month"], signal, color=HISTORY, marker="o", markersize=3.5)
        far = np.abs(signal.to_numpy()) > band
        below.plot(near["month"][far], signal[far], "o", color=FINDING, markersize=5)
        below.set_title("Tracking signal, one month ahead: above the shade too little was forecast", loc="left", fontsize=10)
        locator = mdates.AutoDateLocator(maxticks=TICKS, minticks=2)
        below.xaxis.set_major_locator(locator)
        below.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
        svg = finish(figure)
    alt = (
        f"Monthly revenue and the forecasts made at {record['origin'].nunique()} past days; {len(outside)} of "
        f"{int(record['low'].notna().sum())} values lay outside their range. The tracking signal ends at "
        f"{fmt.number(signal.iloc[-1] if len(signal) else 0.0, 1)}."
    )
    columns = {
        "origin": ("Known until", "month"),
        "month": ("Month", "month"),
        "forecast": ("Forecast", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
        "actual": ("Came", "money"),
    }
    caption = (
        "What would have been forecast at past days, beside what came; below, errors one month ahead added up: the shade holds "
        f"{fmt.share(1 - LIKELY)} of what chance does"
    )
    return Figure(svg, caption, source, alt, Table(record, "Forecasts from past days", source, columns))


def held_figure(steps: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """Share within the range and average miss by months ahead; None where no range could be checked."""
    ranged = steps[steps["checked"] >= RANGED]
    if ranged.empty:
        return None
    with canvas(columns=2, height=1.1 + 0.42 * len(steps), sharey=True) as (figure, (left, right)):
        place = np.arange(len(steps))[::-1]
        left.barh(place, steps["held"].fillna(0.0), color=BAR, height=0.6)
        left.axvline(LEVEL, color=FINDING, linestyle="--", linewidth=1.2)
        for at, row in zip(place, steps.itertuples(), strict=True):
            text = f"{fmt.share(row.held)} of {row.checked}" if row.checked else "no range yet"
            left.annotate(
                text, (row.held if row.checked else 0, at), (5, 0), textcoords="offset points", va="center", bbox=ON_LINES
            )
        left.set_yticks(place, [step_words(row) for row in steps.itertuples()])
        left.set_xlim(0, 1.35)
        left.set_xticks([0, LEVEL], ["0%", fmt.share(LEVEL)])
        left.set_title("Within the range", loc="left", fontsize=10)
        right.barh(place, steps["bias"], color=BAR, height=0.6)
        right.axvline(0, color=HISTORY, linewidth=0.8)
        reach = max(steps["bias"].abs().max(), 0.02) * 2.0
        right.set_xlim(-reach, reach)
        for at, row in zip(place, steps.itertuples(), strict=True):
            right.annotate(
                fmt.change(row.bias), (row.bias, at), (5 if row.bias >= 0 else -5, 0), textcoords="offset points", va="center",
                ha="left" if row.bias >= 0 else "right", bbox=ON_LINES,
            )  # fmt: skip
        right.set_xticks([])
        right.set_title("Came more or less than forecast", loc="left", fontsize=10)
        for ax in (left, right):
            ax.grid(False)
        svg = finish(figure)
    caption = f"How forecasts did by months ahead: ranges are made to hold {fmt.share(LEVEL)} (dashed)"
    told = [f"{step_words(row)}: {fmt.share(row.held)} within, {fmt.change(row.bias)}" for row in steps.itertuples()]
    columns = {
        "ahead": ("Ahead", "text"),
        "held": ("Within the range", "share"),
        "checked": ("Of", "count"),
        "bias": ("Missed on average", "share"),
    }
    data = Table(steps.assign(ahead=[step_words(row) for row in steps.itertuples()]), caption, source, columns)
    return Figure(svg, caption, source, f"By months ahead: {'; '.join(told)}.", data)
