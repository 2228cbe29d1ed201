"""Tables of the control charts: what stands out, how sharp each chart is, which rules were looked at; and what they rest on."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.charting.figure import KPIS, SOURCE
from playbook.methods.monitoring.charting.limits import SEASONAL_FROM, WATCHED
from playbook.methods.monitoring.charting.rules import RULES
from playbook.methods.monitoring.charting.sharpness import FALL
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "tables"]


def tables(groups: list[pd.DataFrame], sharp: pd.DataFrame, seen: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    """What stands out (where something does), then the two asides for those who want to look closer."""
    return (*_standing_out(groups, fmt), _sharpness(sharp, fmt), _rules(seen, fmt))


def _standing_out(groups: list[pd.DataFrame], fmt: Formats) -> tuple[Table, ...]:
    if not groups:
        return ()
    signals = pd.concat([group.assign(matter=number) for number, group in enumerate(groups, 1)], ignore_index=True)
    units = signals["kpi"].map(lambda k: KPIS[k].unit)
    shown = signals.assign(
        kpi=[fmt.told(KPIS[kpi].label) for kpi in signals["kpi"]],
        rules=[fmt.listed(fmt.told(RULES[rule].words) for rule in rules) for rules in signals["rule_ids"]],
        **{c: [fmt.value(v, u) for v, u in zip(signals[c], units, strict=True)] for c in ("value", "expected")},
    )
    columns = {
        "matter": ("Matter", "count"),
        "kpi": ("What", "text"),
        "since": ("From the week of", "date"),
        "weeks": ("Weeks", "count"),
        "rules": ("Why it stands out", "text"),
        "value": ("A week", "text"),
        "expected": ("Expected", "text"),
        "money": ("Revenue more or less", "money"),
    }
    caption = fmt.say("What stands out in the last {weeks} weeks; rows with the same number are one matter", weeks=WATCHED)
    return (Table(shown, caption, SOURCE, columns),)


def _sharpness(sharp: pd.DataFrame, fmt: Formats) -> Table:
    fall = fmt.share(FALL)
    shown = sharp.assign(
        kpi=[fmt.told(KPIS[kpi].label) for kpi in sharp["kpi"]],
        half=[_within(w, fmt) for w in sharp["weeks"]],
        most=[_within(w, fmt) for w in sharp["weeks_most"]],
    )
    columns = {
        "kpi": ("Chart", "text"),
        "noise": ("Noise of a week", "share"),
        "carry": ("Carried into the next week", "share"),
        "false_alarms": ("False alarms a year", "number"),
        "half": (fmt.say("Fall of {fall}: weeks in half of all cases", fall=fall), "text"),
        "most": (fmt.say("Weeks in {level} of all cases", level=fmt.share(LEVEL)), "text"),
    }
    caption = fmt.say(
        "How sharp the charts are: false alarms while nothing changes, and how soon a fall of {fall} is noticed", fall=fall
    )
    return Table(shown, caption, SOURCE, columns, aside=True)


def _within(weeks: float, fmt: Formats) -> str:
    return fmt.say("more than a year") if np.isnan(weeks) else fmt.count(weeks)


def _rules(seen: pd.DataFrame, fmt: Formats) -> Table:
    shown = seen.assign(
        words=[fmt.told(words) for words in seen["words"]],
        alarm=[fmt.say("raises an alarm") if alarm else fmt.say("is noted") for alarm in seen["alarm"]],
        seen=[fmt.listed(fmt.told(KPIS[kpi].word) for kpi in kpis) or "–" for kpis in seen["seen"]],
    )
    columns = {
        "words": ("Pattern", "text"),
        "standard": ("Known as", "text"),
        "alarm": ("What it does", "text"),
        "apart": ("Weeks between false alarms of it alone", "count"),
        "seen": ("Seen lately in", "text"),
    }
    return Table(
        shown, "The rules that were looked at; those that are only noted would cost more false alarms than they find changes",
        SOURCE, columns, aside=True,
    )  # fmt: skip


def assumptions(sharp: pd.DataFrame, seasonal: bool, fmt: Formats) -> tuple[Assumption, ...]:
    """What the limits, the rates and the amounts rest on."""
    rest = (
        Assumption(
            "The expected value follows trend and season, learned from the weeks before the watched ones; unusual weeks "
            "weigh less.",
            "high",
            "medium",
        )
        if seasonal
        else Assumption(
            fmt.say(
                "With fewer than {weeks} weeks no season can be learned: the expected value is the middle of the half year "
                "before the watched weeks, so a yearly peak such as Christmas stands out too. Nothing is more than "
                "indicative then.",
                weeks=SEASONAL_FROM,
            ),
            "medium",
            "high",
        )
    )
    rate = round(sharp["false_alarms"].mean(), 1)
    return (
        rest,
        Assumption(
            fmt.say_n(
                "A quiet chart raises about {n} false alarm a year (simulated with this client's noise); there are three charts."
                " Where weeks resemble the week before and a season is learned too, it can be twice as many.",
                "A quiet chart raises about {n} false alarms a year (simulated with this client's noise); there are three charts."
                " Where weeks resemble the week before and a season is learned too, it can be twice as many.",
                rate,
                n=fmt.number(rate, 1),
            ),
            "high",
            "low",
        ),
        Assumption(
            "An order more or less is priced at the expected order value, a change of order value at the week's orders. "
            "Revenue is orders times order value: amounts of the three charts overlap and must not be added.",
            "high",
            "medium",
        ),
    )
