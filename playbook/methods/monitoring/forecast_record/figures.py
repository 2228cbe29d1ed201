"""Figures of forecast tracking: past forecasts beside what came, the tracking signal, and how ranges held by months ahead."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.forecast_record.judge import LIKELY
from playbook.methods.monitoring.forecast_record.tables import step_words
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["held_figure", "record_figure"]

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
        notes = [(fmt.say("revenue a month"), HISTORY), (fmt.say("forecasts from past days"), FORECAST)]
        notes += [(fmt.say("forecast whose range did not hold"), FINDING)] if len(outside) else []
        for place, (text, colour) in enumerate(notes):
            above.annotate(
                text, (0.01, 0.02), (0, 14 * (len(notes) - 1 - place)), xycoords="axes fraction", textcoords="offset points",
                color=colour, va="bottom", bbox=ON_LINES,
            )  # fmt: skip
        count = np.arange(1, len(near) + 1)
        band = BAND * MAD * np.sqrt(count)
        below.fill_between(near["month"], -band, band, color=BAR, alpha=0.3, linewidth=0)
        below.axhline(0, color=HISTORY, linewidth=0.8, linestyle=(0, (4, 3)))
        below.plot(near["month"], signal, color=HISTORY, marker="o", markersize=3.5)
        far = np.abs(signal.to_numpy()) > band
        below.plot(near["month"][far], signal[far], "o", color=FINDING, markersize=5)
        title = fmt.say("Tracking signal, one month ahead: above the shade, forecasts were too low")
        below.set_title(title, loc="left", fontsize=10)
        date_axis(below, fmt)
        svg = finish(figure)
    alt = fmt.say(
        "Monthly revenue and the forecasts made at {days} past days; {outside} of {ranged} values lay outside their range. The"
        " tracking signal ends at {signal}.",
        days=record["origin"].nunique(), outside=len(outside), ranged=int(record["low"].notna().sum()),
        signal=fmt.number(signal.iloc[-1] if len(signal) else 0.0, 1),
    )  # fmt: skip
    columns = {
        "origin": ("Known until", "month"),
        "month": ("Month", "month"),
        "forecast": ("Forecast", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
        "actual": ("Actual", "money"),
    }
    caption = fmt.say(
        "Forecasts made as of past days, beside actual revenue; below, errors one month ahead added up: the shade holds "
        "{share} of what chance does",
        share=fmt.share(1 - LIKELY),
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
            text, end = fmt.say("no range yet"), 0.0
            if row.checked:
                text, end = fmt.say("{share} of {count}", share=fmt.share(row.held), count=row.checked), row.held
            left.annotate(text, (end, at), (5, 0), textcoords="offset points", va="center", bbox=ON_LINES)
        left.set_yticks(place, [step_words(row, fmt) for row in steps.itertuples()])
        left.set_xlim(0, 1.35)
        left.set_xticks([0, LEVEL], [fmt.share(0, 0), fmt.share(LEVEL)])
        left.set_title(fmt.say("Within the range"), loc="left", fontsize=10)
        bias = steps["bias"].fillna(0.0)  # not known where nothing came
        right.barh(place, bias, color=BAR, height=0.6)
        right.axvline(0, color=HISTORY, linewidth=0.8)
        reach = max(bias.abs().max(), 0.02) * 2.0
        right.set_xlim(-reach, reach)
        for at, end, known in zip(place, bias, steps["bias"], strict=True):
            right.annotate(
                fmt.change(known), (end, at), (5 if end >= 0 else -5, 0), textcoords="offset points", va="center",
                ha="left" if end >= 0 else "right", bbox=ON_LINES,
            )  # fmt: skip
        right.set_xticks([])
        right.set_title(fmt.say("Actual above or below forecast"), loc="left", fontsize=10)
        for ax in (left, right):
            ax.grid(False)
        svg = finish(figure)
    caption = fmt.say("How forecasts did by months ahead: ranges are made to hold {level} (dashed)", level=fmt.share(LEVEL))
    told = [
        fmt.say("{ahead}: {held} within, {bias}.", ahead=step_words(r, fmt), held=fmt.share(r.held), bias=fmt.change(r.bias))
        for r in steps.itertuples()
    ]
    columns = {
        "ahead": ("Ahead", "text"),
        "held": ("Within the range", "share"),
        "checked": ("Values", "count"),
        "bias": ("Missed on average", "share"),
    }
    data = Table(steps.assign(ahead=[step_words(row, fmt) for row in steps.itertuples()]), caption, source, columns)
    return Figure(svg, caption, source, fmt.sentences(fmt.say("Shares and errors by months ahead."), *told), data)
