"""What the control charts say: a headline, and one finding for each matter, whichever charts and measures show it."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.locale import mark
from playbook.methods.monitoring.alert_causes import causes, explained_by, log_ratios
from playbook.methods.monitoring.charting.figure import KPIS
from playbook.methods.monitoring.charting.limits import WATCHED
from playbook.methods.monitoring.charting.rules import RULES
from playbook.methods.monitoring.charting.sharpness import FALL
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["CERTAIN", "deviation", "explanation", "findings", "headline", "matters", "noticing", "strength"]

TEST = 0.05
WINDOWS = WATCHED * (WATCHED + 1) // 2 * len(KPIS)  # of weeks that a spell can cover, over all charts
CERTAIN = norm.isf(TEST / 2 / WINDOWS)  # Bonferroni
EXPLAINS = {
    ("orders",): mark("The number of orders explains it."),
    ("order_value",): mark("The order value explains it."),
    ("orders", "order_value"): mark("The number of orders and the order value explain it."),
}


def matters(signals: pd.DataFrame, series: pd.DataFrame) -> list[pd.DataFrame]:
    """Signals grouped by what they are about, as alerts do it: revenue is orders times order value. Most money first."""
    groups = causes(signals, log_ratios(series))
    return sorted(groups, key=lambda group: -abs(group.iloc[0]["money"]))


def headline(groups: list[pd.DataFrame], seasonal: bool, fmt: Formats) -> str:
    """The largest matter, and how many more there are."""
    if not groups:
        return fmt.say("The last {weeks} weeks were quiet: no week leaves the normal limits", weeks=WATCHED)
    largest, more = deviation(next(groups[0].itertuples()), fmt, seasonal), len(groups) - 1
    return fmt.say_n("{matter}; one more to explain", "{matter}; {n} more to explain", more, matter=largest) if more else largest


def strength(score: float, seasonal: bool) -> Evidence:
    """Evidence of a signal with this score; where no season is known, a season could explain any of them."""
    return "indicative" if not seasonal else "shown" if score >= CERTAIN else "likely"


def deviation(s, fmt: Formats, seasonal: bool) -> str:
    """A signal (a row of ``ControlCharts.signals``) in words: "Orders were 12% below the expected in the week of 5 October 2026".

    Without a season the reference is the half year before the watched weeks, and it says so.
    """
    kpi, since = KPIS[s.kpi], fmt.day(s.since)
    told = {
        "what": fmt.told(kpi.label),
        "size": fmt.share(abs(s.ratio)),
        "reference": fmt.say("the expected") if seasonal else fmt.say("the half year before"),
        "when": fmt.say("in the week of {day}", day=since)
        if s.weeks == 1
        else fmt.say("in the {weeks} weeks from {day}", weeks=s.weeks, day=since),
    }
    number = 2 if kpi.plural else 1
    if np.isnan(s.ratio) and s.side < 0:
        return fmt.say_n("{what} was below {reference} {when}", "{what} were below {reference} {when}", number, **told)
    if np.isnan(s.ratio):
        return fmt.say_n("{what} was above {reference} {when}", "{what} were above {reference} {when}", number, **told)
    if s.side < 0:
        return fmt.say_n(
            "{what} was {size} below {reference} {when}", "{what} were {size} below {reference} {when}", number, **told
        )
    return fmt.say_n("{what} was {size} above {reference} {when}", "{what} were {size} above {reference} {when}", number, **told)


def explanation(components: tuple[str, ...], fmt: Formats) -> str:
    """Which components of revenue explain its change (as of ``explained_by``), a sentence."""
    return fmt.told(EXPLAINS[components])


def findings(
    groups: list[pd.DataFrame], series: pd.DataFrame, sharp: pd.DataFrame, seasonal: bool, fmt: Formats
) -> tuple[Finding, ...]:
    """One finding a matter, told by its first signal; a quiet quarter is a finding too, with what it could have missed."""
    ratios = log_ratios(series)
    told = tuple(_finding(group, ratios, seasonal, fmt) for group in groups)
    revenue = sharp.set_index("kpi").loc["revenue"]
    quiet = fmt.say("No week of the last {weeks} calls for an explanation.", weeks=WATCHED)
    return told or (
        Finding(
            "control-charts-quiet",
            fmt.sentences(quiet, noticing(revenue, fmt)),
            n=WATCHED,
            evidence="shown" if revenue["weeks"] <= WATCHED else "indicative",  # a chart that sees little has little to say
        ),
    )


def noticing(revenue: pd.Series, fmt: Formats) -> str:
    """How soon a chart notices a fall, in a sentence; ``revenue``: a row of ``performance``."""
    fall = fmt.share(FALL)
    if np.isnan(revenue["weeks"]):
        return fmt.say(
            "A fall of revenue by {fall} would drown in the usual noise: the chart needs more than a year to notice it.",
            fall=fall,
        )
    half = _weeks(revenue["weeks"], fmt)
    if np.isnan(revenue["weeks_most"]):
        return fmt.say(
            "A fall of revenue by {fall} would show after {half} in half of all cases; in at least one case in five it "
            "would take more than a year.",
            fall=fall, half=half,
        )  # fmt: skip
    return fmt.say(
        "A fall of revenue by {fall} would show after {half} in half of all cases, within {most} in four out of five.",
        fall=fall, half=half, most=_weeks(revenue["weeks_most"], fmt),
    )  # fmt: skip


def _weeks(number: float, fmt: Formats) -> str:
    return fmt.say_n("{n} week", "{n} weeks", number)


def _finding(group: pd.DataFrame, ratios: pd.DataFrame, seasonal: bool, fmt: Formats) -> Finding:
    s = next(group.itertuples())
    return Finding(
        id=f"control-charts-{s.kpi.replace('_', '-')}-{'low' if s.side < 0 else 'high'}-{s.since:%Y-%m-%d}",
        sentence=fmt.sentences(_sentence(s, seasonal, fmt), *_rest(group, ratios, fmt, seasonal)),
        value=s.money,
        unit="money",
        low=s.low,
        high=s.high,
        n=s.weeks,
        money=abs(s.money) * (52 / s.weeks if s.lasting else 1) if s.money < 0 else None,  # what came in is not at stake
        evidence=strength(group["score"].max(), seasonal),
        action="Ask the people who sell what changed in these weeks; leave the weeks within the limits alone.",
    )


def _sentence(s, seasonal: bool, fmt: Formats) -> str:
    unit, amount = KPIS[s.kpi].unit, fmt.money(abs(s.money))
    values = {"value": fmt.value(s.value, unit), "expected": fmt.value(s.expected, unit)}
    told = {
        "matter": deviation(s, fmt, seasonal),
        "values": fmt.say("{value} instead of {expected}", **values)
        if s.weeks == 1 or s.kpi == "order_value"
        else fmt.say("{value} a week instead of {expected}", **values),
        "amount": fmt.say("{money} less revenue", money=amount) if s.money < 0 else fmt.say("{money} more revenue", money=amount),
        "rule": fmt.told(RULES[s.rule_ids[0]].words),
    }
    if s.lasting:
        year = fmt.money(abs(s.money) * 52 / s.weeks)
        return fmt.say("{matter}: {values}, {amount}, {year} a year if it goes on ({rule}).", year=year, **told)
    return fmt.say("{matter}: {values}, {amount} ({rule}).", **told)


def _rest(group: pd.DataFrame, ratios: pd.DataFrame, fmt: Formats, seasonal: bool) -> list[str]:
    """What the matter's other signals add: the component that explains revenue, or the measure that moved with this one."""
    first, others = group.iloc[0], group.iloc[1:]
    if first["kpi"] == "revenue":
        others = others[others["weeks"] > first["weeks"]]
    told = [fmt.say("{sentence}.", sentence=deviation(s, fmt, seasonal)) for s in others.itertuples()]
    return [explanation(explained_by(first, ratios), fmt), *told] if first["kpi"] == "revenue" else told
