"""Figures of drift: what shifted most, shares then and now, and scores beside what happened."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.drifting.grades import LARGE, MODERATE, STRONG
from playbook.methods.monitoring.drifting.tables import COMPARED, SOURCE, told_rows
from playbook.methods.monitoring.drifting.words import level_name, row_name
from playbook.methods.strategy.predicting.judge import calibration_table
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["calibration_figure", "drift_figure", "shares_figure"]

BARS, FEWEST_BARS, LINES = 12, 3, 8
SEEN = 0.005  # of the index: less is no bar
LONGEST = 42
ENDS = (("low", 0), ("high", -1))  # of the scores, as places in the table of calibration
NO_INDEX = ("price", "calibration")
TENTHS = 100  # rows from which scores are told in tenths, in fifths below


def drift_figure(rows: pd.DataFrame, fmt: Formats) -> Figure | None:
    """The stability indices, less what chance brings, with the two lines from which they count; None without any."""
    indices = rows[~rows["kind"].isin(NO_INDEX)]
    if indices.empty:
        return None
    shown = indices.assign(beyond=(indices["size"] - indices["noise"]).clip(lower=0)).nlargest(BARS, "beyond")
    shown = shown[(shown["beyond"] > SEEN) | (np.arange(len(shown)) < FEWEST_BARS)][::-1]
    names = [_short(row_name(r, fmt)) for r in shown.itertuples()]
    colours = [FINDING if grade == STRONG else BAR for grade in shown["grade"]]
    with canvas(height=0.9 + 0.29 * len(shown)) as (figure, ax):
        place = np.arange(len(shown))
        ax.barh(place, shown["beyond"], color=colours, height=0.65)
        ax.set_yticks(place, names)
        reach = max(shown["beyond"].max() * 1.2, LARGE * 1.25)
        ax.set_xlim(0, reach)
        for line, word in ((MODERATE, fmt.say("moderate")), (LARGE, fmt.say("strong"))):
            ax.axvline(line, color=HISTORY, linestyle=(0, (4, 3)), linewidth=1)
            ax.annotate(
                word, (line, 1), (3, 2), xycoords=("data", "axes fraction"), textcoords="offset points", color=HISTORY,
            )  # fmt: skip
        for at, value in zip(place, shown["beyond"], strict=True):
            ax.annotate(fmt.number(value, 2), (value, at), (4, 0), textcoords="offset points", va="center", bbox=ON_LINES)
        ax.grid(False)
        ax.set_xlabel(fmt.say("stability index, beyond what chance brings"))
        svg = finish(figure)
    strong = [name for name, grade in zip(names, shown["grade"], strict=True) if grade == STRONG]
    alt = fmt.sentences(
        fmt.say_n("Bar of the stability index of {n} comparison.", "Bars of the stability index of {n} comparisons.", len(shown)),
        fmt.say("Strong: {names}.", names=fmt.listed(strong[::-1])) if strong else fmt.say("None is strong."),
    )
    return Figure(
        svg, "What shifted most; in rust what is strong and more than chance", SOURCE, alt,
        Table(told_rows(shown[::-1], fmt), "Stability indices", SOURCE, COMPARED),
    )  # fmt: skip


def shares_figure(parts: dict[str, pd.DataFrame], when: str, fmt: Formats) -> Figure | None:
    """Shares before (grey) and now (blue) by value, a panel for each of ``parts`` (title -> before, now); None without any."""
    if not parts:
        return None
    most = max(min(len(table), LINES) for table in parts.values())
    with canvas(columns=len(parts), height=1.1 + 0.34 * most) as (figure, axes):
        for ax, (title, table) in zip(np.atleast_1d(axes), parts.items(), strict=True):
            shown = table.head(LINES)[::-1]
            place = np.arange(len(shown))
            ax.hlines(place, shown["before"], shown["now"], color=HISTORY, linewidth=1.5)
            ax.plot(shown["before"], place, "o", color=HISTORY, markersize=5)
            ax.plot(shown["now"], place, "o", color=FORECAST, markersize=6)
            ax.set_yticks(place, [_short(level_name(str(name), fmt), 20) for name in shown.index])
            ax.set_ylim(-0.6, len(shown) - 0.4)
            ax.margins(x=0.2)
            ax.xaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
            ax.locator_params(axis="x", nbins=4)
            ax.set_title(fmt.told(title), loc="left", fontsize=10)
        svg = finish(figure)
    caption = fmt.say("Shares now (blue) and in {when} (grey), the largest changes first", when=fmt.told(when))
    told = {
        fmt.told(title): table.head(LINES).rename(index=lambda name: level_name(str(name), fmt)) for title, table in parts.items()
    }
    long = pd.concat([table.rename_axis("name").reset_index().assign(of=title) for title, table in told.items()])
    first = [
        fmt.say(
            "{title}: {name} {now} instead of {before}.",
            title=title, name=t.index[0], now=fmt.share(t["now"].iloc[0]), before=fmt.share(t["before"].iloc[0]),
        )
        for title, t in told.items()
    ]  # fmt: skip
    columns = {"of": ("Share of", "text"), "name": ("What", "text"), "before": ("Before", "share"), "now": ("Now", "share")}
    return Figure(svg, caption, SOURCE, fmt.sentences(*first), Table(long, "Shares before and now", SOURCE, columns))


def calibration_figure(judged: pd.DataFrame, fmt: Formats) -> Figure | None:
    """Share of yes seen, with its range, against the chance that was given, over the latest rows judged; None without any."""
    if judged.empty:
        return None
    outcome, chance = judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy(dtype=float)
    table = calibration_table(outcome, chance, 10 if len(judged) >= TENTHS else 5)
    with canvas(height=3.0) as (figure, ax):
        top = max(table["expected"].max(), table["high"].max()) * 1.05
        ax.plot([0, top], [0, top], color=HISTORY, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.vlines(table["expected"], table["low"], table["high"], color=FORECAST, linewidth=1.5, alpha=0.5)
        ax.plot(table["expected"], table["seen"], "o", color=FORECAST, markersize=5)
        middle = (0.4 * top, 0.4 * top)
        ax.annotate(fmt.say("as expected"), middle, (8, -6), textcoords="offset points", color=HISTORY, va="top", bbox=ON_LINES)
        ax.set_xlabel(fmt.say("predicted chance"))
        ax.set_ylabel(fmt.say("share that turned out yes"))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        svg = finish(figure)
    caption = fmt.say("Scores beside what happened, latest rows; lines hold {level} of what chance does", level=fmt.share(LEVEL))
    ends = {f"{column}_{name}": fmt.share(table[column].iloc[at]) for column in ("expected", "seen") for name, at in ENDS}
    alt = fmt.say(
        "{rows} rows: expected {expected_low} to {expected_high}, seen {seen_low} to {seen_high}.",
        rows=fmt.count(len(judged)), **ends,
    )  # fmt: skip
    columns = {
        "cases": ("Rows", "count"),
        "expected": ("Expected", "share"),
        "seen": ("Seen", "share"),
        "low": ("Low", "share"),
        "high": ("High", "share"),
    }
    return Figure(svg, caption, SOURCE, alt, Table(table, "Scores beside what happened", SOURCE, columns))


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
