"""Campaign tables: channels now, the quarter against the year before, the steps of the way, and trials."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.campaigning.found import Found
from playbook.methods.monitoring.campaigning.measures import MEASURES
from playbook.methods.monitoring.campaigning.trials import Trial
from playbook.methods.monitoring.campaigning.watch import RECENT
from playbook.methods.needs_analysis.chance import SHOWN
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["MARKETING", "TRIALS", "campaign_assumptions", "campaign_tables", "watch_table"]

MARKETING, JOURNEYS, TRIALS = mark("marketing by week"), mark("journeys and plan"), mark("interventions and orders")
WIDEST = 5.0  # upper end of a change beyond which its range says nothing


def campaign_tables(found: Found, fmt: Formats) -> tuple[Table, ...]:
    """Those for which there is something to show."""
    tables = []
    if len(found.rates):
        tables.append(_now(found.rates, fmt))
    if len(found.stages):
        tables.append(_steps(found.stages, fmt))
    if found.trials:
        tables.append(_trials(found.trials, fmt))
    if len(found.watch):
        tables.append(watch_table(found.watch, fmt))
    if len(found.rates):
        tables.append(_weeks(found.rates, fmt))
    return tuple(tables)


def _now(rates: pd.DataFrame, fmt: Formats) -> Table:
    now = rates[rates["week"].isna()]
    told = now.assign(told=[_ranged(r, fmt) for r in now.itertuples()])
    wide = told.pivot(index="channel", columns="measure", values="told").reindex(
        columns=[m for m in MEASURES if m in set(now["measure"])]
    )
    columns = {"channel": ("Channel", "text")} | {m: (MEASURES[m].label, "text") for m in wide}
    caption = fmt.say("Channels in the latest {weeks} weeks, with {level} ranges", weeks=RECENT, level=fmt.share(LEVEL))
    return Table(wide.fillna("–").reset_index(), caption, MARKETING, columns)


def _ranged(row, fmt: Formats) -> str:
    value, low, high = (fmt.value(v, MEASURES[row.measure].unit) for v in (row.value, row.low, row.high))
    return value if np.isnan(row.low) else _span(value, low, high, fmt)


def _span(value: str, low: str, high: str, fmt: Formats) -> str:
    if low == value == high:  # the range is narrower than what is written
        return value
    return fmt.say("{value} ({low} to {high})", value=value, low=low, high=high)


def _weeks(rates: pd.DataFrame, fmt: Formats) -> Table:
    rows = rates[rates["week"].notna()].sort_values(["week", "channel"], ascending=[False, True], kind="stable")
    wide = rows.assign(told=[_ranged(r, fmt) for r in rows.itertuples()]).pivot(
        index=["week", "channel"], columns="measure", values="told"
    )
    wide = wide.reindex(columns=[m for m in MEASURES if m in wide]).sort_index(ascending=[False, True]).fillna("–").reset_index()
    columns = {"week": ("Week from", "date"), "channel": ("Channel", "text")}
    columns |= {m: (MEASURES[m].label, "text") for m in MEASURES if m in wide}
    return Table(wide, "Channels week by week, the latest year", MARKETING, columns, aside=True)


def watch_table(watch: pd.DataFrame, fmt: Formats) -> Table:
    """The quarter of each channel against the year before it; ``watch`` as from ``watch_channels``."""
    units = [MEASURES[m].unit for m in watch["measure"]]
    shown = pd.DataFrame(
        {
            "channel": watch["channel"], "measure": [fmt.told(MEASURES[m].label) for m in watch["measure"]],
            "before": [fmt.value(v, u) for v, u in zip(watch["before"], units, strict=True)],
            "now": [fmt.value(v, u) for v, u in zip(watch["now"], units, strict=True)],
            "change": [_changed(r, fmt) for r in watch.itertuples()],
            "looks": watch["looks"], "chance": [_chance(p, fmt) for p in watch["p_value"]],
        }
    )  # fmt: skip
    columns = {
        "channel": ("Channel", "text"), "measure": ("What", "text"), "before": ("Year before", "text"),
        "now": ("Since then", "text"),
        "change": ("Change", "text"), "looks": ("Looks", "count"), "chance": ("By chance", "text"),
    }  # fmt: skip
    since = fmt.day(watch["since"].max())
    caption = fmt.say("Since {day} against the year before; ranges hold at all looks at once", day=since)
    return Table(shown, caption, MARKETING, columns, aside=True)


def _changed(row, fmt: Formats) -> str:
    """The change with its range, where the range says more than that nearly everything is possible."""
    if row.high > WIDEST:
        return fmt.say("{change} (range too wide to tell)", change=fmt.change(row.change))
    return _span(*map(fmt.change, (row.change, row.low, row.high)), fmt)


def _steps(stages: pd.DataFrame, fmt: Formats) -> Table:
    shown = stages.assign(
        way=[fmt.say("{step} to {next_step}", step=r.step, next_step=r.next_step) for r in stages.itertuples()],
        now=[_span(*map(fmt.share, (r.rate, r.low, r.high)), fmt) for r in stages.itertuples()],
    )
    columns = {"way": ("Step", "text"), "cases": ("Journeys", "count"), "now": ("Went on", "text")}
    if stages["asked"].notna().any():
        shown = shown.assign(chance=[_chance(p, fmt) for p in stages["p_value"]])
        columns |= {"asked": ("Plan asks", "share"), "chance": ("By chance", "text")}
    columns |= {"before": ("Year before", "share"), "days": ("Within days", "count")}
    since, level = fmt.day(stages["since"].max()), fmt.share(LEVEL)
    caption = fmt.say("Who went on at each step since {day}, with {level} ranges", day=since, level=level)
    return Table(shown, caption, JOURNEYS, columns)


def _trials(trials: tuple[Trial, ...], fmt: Formats) -> Table:
    rows = []
    for trial in trials:
        last, found = trial.last, trial.found
        best, low, high = (fmt.number(last[c]) for c in ("best", "low", "high"))
        open_ended = fmt.say("{value} ({low} or more)", value=best, low=low)
        rows.append(
            {
                "name": trial.label, "state": fmt.say("runs")
                if trial.runs
                else fmt.say("ended {day}", day=fmt.day(trial.end)),
                "treated": _of(last["treated"], found.treated, fmt),
                "control": _of(last["control"], found.control, fmt),
                "odds": open_ended if np.isinf(last["high"]) else _span(best, low, high, fmt), "looks": len(found.days),
                "chance": _chance(last["p_value"], fmt),
            }
        )  # fmt: skip
    columns = {
        "name": ("Campaign", "text"), "state": ("State", "text"), "treated": ("Bought, treated group", "text"),
        "control": ("Bought, control group", "text"), "odds": ("Odds of buying on a given day", "text"),
        "looks": ("Days", "count"), "chance": ("By chance", "text"),
    }  # fmt: skip
    return Table(pd.DataFrame(rows), "Campaigns with a control group; ranges hold at all looks at once", TRIALS, columns)


def _chance(p_value: float, fmt: Formats) -> str:
    return fmt.say("under {share}", share=fmt.share(0.01, 0)) if p_value < 0.01 else fmt.share(p_value, 0)


def _of(cases: float, all_: int, fmt: Formats) -> str:
    return fmt.say("{share} of {count}", share=fmt.share(cases / all_), count=fmt.count(all_))


def campaign_assumptions(found: Found, margin: float | None, fmt: Formats, unwatched: bool) -> tuple[Assumption, ...]:
    """What the section rests on, by what was shown; ``unwatched``: there is marketing, but no week of it."""
    told = [
        Assumption(
            fmt.say(
                "Tests and ranges of changes hold for all looks together, so anybody may look at any time: of quiet campaigns at"
                " most {share} are ever called shown (simulated with 60 daily looks: below 2%).",
                share=fmt.share(SHOWN, 0),
            ),
            "high", "high",
        )
    ]  # fmt: skip
    if unwatched:
        told.append(
            Assumption(
                "Marketing is not known by day or week, so that channels cannot be watched within a quarter.", "high", "low"
            )
        )
    if len(found.rates):
        told.append(Assumption("A channel without a row in a week is taken to have spent nothing in it.", "medium", "medium"))
        told.append(
            Assumption(
                "Orders and revenue of a channel are those it claims; what it caused, the budget section tells.", "low", "high"
            )
        )
    if len(found.watch):
        told.append(
            Assumption(
                "The quarter is set against the year before it. A season in a rate counts as scatter from month to month: it"
                " makes ranges wider, and a strong one can still pass for a change.",
                "medium", "medium",
            )
        )  # fmt: skip
    if len(found.rates) and margin is None:
        told.append(Assumption("No gross margin is stated, so it cannot be said which channels pay.", "high", "medium"))
    if len(found.stages) and found.stages["asked"].notna().any():
        told.append(
            Assumption(
                "The plan names the conversion from first step to last; every step is asked for the same relative improvement.",
                "low",
                "medium",
            )
        )
    if found.trials:
        told.append(
            Assumption(
                "The control group was chosen at random, and being in the campaign changes the odds of a first order alike "
                "on all days.",
                "medium", "medium",
            )
        )  # fmt: skip
    return tuple(told)
