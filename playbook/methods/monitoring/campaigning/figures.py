"""Campaign figures: revenue on spend of each channel by week, and what is known of a trial's effect day after day."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.campaigning.found import Found
from playbook.methods.monitoring.campaigning.measures import MEASURES
from playbook.methods.monitoring.campaigning.tables import MARKETING, TRIALS
from playbook.methods.monitoring.campaigning.trials import Trial
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["channels_figure", "trial_figure"]

DRAWN, ROW_HEIGHT = 6, 1.75  # channels, inches of a row of two
FARTHEST = 3.0  # odds beyond which a first day's range would squeeze all others


def channels_figure(found: Found, fmt: Formats) -> Figure | None:
    """Small charts of the channels' main measure by week, with ranges; the year before dashed, the weeks since then in colour."""
    if found.watch.empty:
        return None
    main = found.watch[found.watch["main"]]
    main = main[main["measure"] == main["measure"].mode().iloc[0]]
    measure, shown = MEASURES[main["measure"].iloc[0]], found.rates[found.rates["week"].notna()].dropna(subset=["value"])
    shown = shown[shown["measure"] == measure.id]
    main = main[main["channel"].isin(shown["channel"])].head(DRAWN)  # one may have had none of it in the latest year
    if main.empty:
        return None
    rows, parts = -(-len(main) // 2), []
    with canvas(rows, 2 if len(main) > 1 else 1, height=0.4 + ROW_HEIGHT * rows, squeeze=False, sharex=True) as (figure, axes):
        for ax in axes.flat[len(main) :]:
            ax.set_axis_off()
        for ax, row in zip(axes.flat, main.itertuples(), strict=False):
            mine = shown[shown["channel"] == row.channel]
            parts.append(mine)
            since = mine["week"] >= row.since
            ax.vlines(mine["week"], mine["low"], mine["high"], color=HISTORY, linewidth=0.8, alpha=0.5)
            ax.plot(mine["week"], mine["value"], ".", color=HISTORY, markersize=4)
            ax.plot(mine.loc[since, "week"], mine.loc[since, "value"], ".", color=FINDING, markersize=6)
            ax.axhline(row.before, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
            ax.hlines(row.now, row.since, mine["week"].max() + pd.Timedelta(days=6), color=FINDING, linewidth=2.2)
            ax.set_title(
                fmt.say("{channel}: {change}", channel=row.channel, change=fmt.change(row.change)),
                loc="left",
                fontsize=10,
                weight="bold",
                color=INK,
            )
            ax.set_ylim(0, mine["value"].max() * 1.25 or None)
            ax.yaxis.set_major_formatter(lambda v, _: fmt.value(v, measure.unit) if v else "0")
            ax.yaxis.get_major_locator().set_params(nbins=3)
        date_axis(axes[0, 0], fmt, most=4)
        svg = finish(figure)
    label = fmt.told(measure.label)
    before, now = ([fmt.value(v, measure.unit) for v in main[c]] for c in ("before", "now"))
    told = fmt.listed(
        fmt.say("{channel} {before} to {now}", channel=channel, before=was, now=is_)
        for channel, was, is_ in zip(main["channel"], before, now, strict=True)
    )
    caption = fmt.say(
        "{measure} ({words}) by week with {level} ranges. Dashed: the year before. Coloured: since {day}, and its level.",
        measure=label, words=fmt.told(measure.words), level=fmt.share(LEVEL), day=fmt.day(main["since"].max()),
    )  # fmt: skip
    columns = {
        "channel": ("Channel", "text"), "week": ("Week from", "date"), "value": (label, measure.unit),
        "low": (fmt.say("Low"), measure.unit), "high": (fmt.say("High"), measure.unit),
    }  # fmt: skip
    data = pd.concat(parts, ignore_index=True)
    alt = fmt.say("{measure}, the year before and since: {channels}.", measure=label, channels=told)
    return Figure(svg, caption, MARKETING, alt, Table(data, caption, MARKETING, columns))


def trial_figure(trials: tuple[Trial, ...], fmt: Formats) -> Figure | None:
    """What is known of the newest trial's effect after each day: the best estimate and the range that holds at all looks."""
    if not trials:
        return None
    trial = trials[0]
    days = trial.found.days
    known = days["best"].where(days["treated"] + days["control"] > 0)
    top = float(np.clip(max(days["best"].iloc[-1] * 1.4, min(days["high"].iloc[-1] * 1.15, FARTHEST)), 1.5, FARTHEST))
    with canvas(height=3.0) as (figure, ax):
        ax.fill_between(
            days["day"], days["low"].clip(upper=top), days["high"].clip(upper=top), color=FORECAST, alpha=0.16, linewidth=0
        )
        ax.plot(days["day"], known.clip(upper=top), color=FORECAST)
        ax.axhline(1, color=HISTORY, linewidth=1.2, linestyle=(0, (4, 3)))
        end, value = days["day"].iloc[-1], days["best"].iloc[-1]
        times = fmt.say("{odds} times", odds=fmt.number(value))
        ax.annotate(times, (end, min(value, top)), (7, 0), textcoords="offset points", va="center", color=FORECAST)
        away = -1 if value > 1 else 1
        ax.annotate(
            fmt.say("no effect"),
            (end, 1),
            (7, 9 * away if abs(value - 1) < 0.15 * top else 0),
            textcoords="offset points",
            va="center",
            color=HISTORY,
        )
        ax.set_ylim(0, top)
        ax.margins(x=0.01)
        date_axis(ax, fmt)
        ax.set_ylabel(fmt.say("odds of buying on a given day"))
        svg = finish(figure)
    caption = fmt.say(
        "{name}: odds of a first order on a given day, treated group against control group, as known after each day; the "
        "{level} range holds at all looks at once.",
        name=trial.label, level=fmt.share(LEVEL),
    )  # fmt: skip
    columns = {
        "day": ("Day", "date"), "treated": ("Bought, treated group", "count"), "control": ("Bought, control group", "count"),
        "best": ("Odds", "number"), "low": ("Low", "number"), "high": ("High", "number"),
    }  # fmt: skip
    told = {c: fmt.number(trial.last[c]) for c in ("low", "high", "best")}
    alt = (
        fmt.say("The best estimate is {best}; its range has no upper end yet.", **told)
        if np.isinf(trial.last["high"])
        else fmt.say("The range narrows to {low} to {high} around {best}.", **told)
    )
    return Figure(svg, caption, TRIALS, alt, Table(days, caption, TRIALS, columns))
