"""What the control charts say: a headline, and one finding for each matter, whichever charts and measures show it."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.monitoring.alert_causes import causes, explained_by, log_ratios
from playbook.methods.monitoring.charting.figure import KPIS
from playbook.methods.monitoring.charting.limits import WATCHED
from playbook.methods.monitoring.charting.sharpness import FALL
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["CERTAIN", "deviation", "findings", "headline", "matters", "noticing", "strength"]

TEST = 0.05
WINDOWS = WATCHED * (WATCHED + 1) // 2 * len(KPIS)  # of weeks that a spell can cover, over all charts
CERTAIN = norm.isf(TEST / 2 / WINDOWS)  # Bonferroni
COMPONENTS = {"orders": "the number of orders", "order_value": "the order value"}


def matters(signals: pd.DataFrame, series: pd.DataFrame) -> list[pd.DataFrame]:
    """Signals grouped by what they are about, as alerts do it: revenue is orders times order value. Most money first."""
    groups = causes(signals, log_ratios(series))
    return sorted(groups, key=lambda group: -abs(group.iloc[0]["money"]))


def headline(groups: list[pd.DataFrame], seasonal: bool, fmt: Formats) -> str:
    """The largest matter, and how many more there are."""
    if not groups:
        return f"The last {WATCHED} weeks were quiet: no week leaves the normal limits"
    largest = next(groups[0].itertuples())
    more = f"; {len(groups) - 1} more to explain" if len(groups) > 1 else ""
    return f"{deviation(largest, fmt, seasonal)}{more}"


def strength(score: float, seasonal: bool) -> Evidence:
    """Evidence of a signal with this score; where no season is known, a season could explain any of them."""
    return "indicative" if not seasonal else "shown" if score >= CERTAIN else "likely"


def deviation(s, fmt: Formats, seasonal: bool) -> str:
    """A signal (a row of ``ControlCharts.signals``) in words: "Orders were 12% below the expected in the week of 5 October 2026".

    Without a season the reference is the half year before the watched weeks, and it says so.
    """
    kpi, reference = KPIS[s.kpi], "the expected" if seasonal else "the half year before"
    when = f"in the week of {fmt.day(s.since)}" if s.weeks == 1 else f"in the {s.weeks} weeks from {fmt.day(s.since)}"
    size = f"{fmt.share(abs(s.ratio))} " if not np.isnan(s.ratio) else ""
    return f"{kpi.label} {'were' if kpi.plural else 'was'} {size}{'below' if s.side < 0 else 'above'} {reference} {when}"


def findings(
    groups: list[pd.DataFrame], series: pd.DataFrame, sharp: pd.DataFrame, seasonal: bool, fmt: Formats
) -> tuple[Finding, ...]:
    """One finding a matter, told by its first signal; a quiet quarter is a finding too, with what it could have missed."""
    ratios = log_ratios(series)
    told = tuple(_finding(group, ratios, seasonal, fmt) for group in groups)
    revenue = sharp.set_index("kpi").loc["revenue"]
    return told or (
        Finding(
            "control-charts-quiet",
            f"No week of the last {WATCHED} calls for an explanation. {noticing(revenue, fmt)}",
            n=WATCHED,
            evidence="shown" if revenue["weeks"] <= WATCHED else "indicative",  # a chart that sees little has little to say
        ),
    )


def noticing(revenue: pd.Series, fmt: Formats) -> str:
    """How soon a chart notices a fall, in a sentence; ``revenue``: a row of ``performance``."""
    fall = f"A fall of revenue by {fmt.share(FALL)}"
    if np.isnan(revenue["weeks"]):
        return f"{fall} would drown in the usual noise: the chart needs more than a year to notice it."
    most = f", within {_weeks(revenue['weeks_most'])} in four of five"
    most = most if revenue["weeks_most"] > 0 else "; in one case of five or more it would take more than a year"
    return f"{fall} would show after {_weeks(revenue['weeks'])} in half of all cases{most}."


def _weeks(number: float) -> str:
    return "1 week" if number == 1 else f"{number:.0f} weeks"


def _finding(group: pd.DataFrame, ratios: pd.DataFrame, seasonal: bool, fmt: Formats) -> Finding:
    s = next(group.itertuples())
    return Finding(
        id=f"control-charts-{s.kpi.replace('_', '-')}-{'low' if s.side < 0 else 'high'}-{s.since:%Y-%m-%d}",
        sentence=_sentence(group, ratios, seasonal, fmt),
        value=s.money,
        unit="money",
        low=s.low,
        high=s.high,
        n=s.weeks,
        money=abs(s.money) * (52 / s.weeks if s.lasting else 1) if s.money < 0 else None,  # what came in is not at stake
        evidence=strength(group["score"].max(), seasonal),
        action="Ask who sells what changed in these weeks; do nothing about the weeks within the limits.",
    )


def _sentence(group: pd.DataFrame, ratios: pd.DataFrame, seasonal: bool, fmt: Formats) -> str:
    s = next(group.itertuples())
    unit = KPIS[s.kpi].unit
    a_week = "" if s.weeks == 1 or s.kpi == "order_value" else " a week"
    cost = f"{fmt.money(abs(s.money))} {'less' if s.money < 0 else 'more'} revenue"
    instead = f"{fmt.value(s.value, unit)}{a_week} instead of {fmt.value(s.expected, unit)}"
    if s.lasting:
        cost += f", {fmt.money(abs(s.money) * 52 / s.weeks)} a year if it goes on"
    return f"{deviation(s, fmt, seasonal)}: {instead}, {cost} ({s.rule.split('; ')[0]}).{_rest(group, ratios, fmt, seasonal)}"


def _rest(group: pd.DataFrame, ratios: pd.DataFrame, fmt: Formats, seasonal: bool) -> str:
    """What the matter's other signals add: the component that explains revenue, or the measure that moved with this one."""
    first = group.iloc[0]
    if first["kpi"] == "revenue":
        parts = explained_by(first, ratios)
        verb = "explain" if len(parts) > 1 else "explains"
        names = " and ".join(COMPONENTS[part] for part in parts)
        longer = group.iloc[1:][group.iloc[1:]["weeks"] > first["weeks"]]
        return f" {names[0].upper()}{names[1:]} {verb} it.{_told(longer, fmt, seasonal)}"
    return _told(group.iloc[1:], fmt, seasonal)


def _told(signals: pd.DataFrame, fmt: Formats, seasonal: bool) -> str:
    return "".join(f" {deviation(s, fmt, seasonal)}." for s in signals.itertuples())
