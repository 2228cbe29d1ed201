"""Control charts: which weeks were too high or too low to be chance, and what they cost or brought."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.monitoring.control_figure import KPIS, SOURCE, draw
from playbook.methods.monitoring.control_limits import BASELINE_MIN, RULES, SEASONAL_FROM, WATCHED, Limits, control_limits, events
from playbook.result.contract import Assumption, Evidence, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["CERTAIN", "FALSE_ALARMS", "FALSE_ALARMS_SLUGGISH", "ControlCharts", "control_charts", "deviation", "strength"]

# False alarms a chart and year on quiet data, simulated (tests/methods/test_control_limits.py holds them): weeks that are
# independent of each other, and weeks of which each carries 0.3 of the one before.
FALSE_ALARMS, FALSE_ALARMS_SLUGGISH = 0.45, 1.0
TEST = 0.05
CERTAIN = norm.isf(TEST / 2 / (WATCHED * 3))  # Bonferroni over every week and chart that was looked at
LASTING = 4  # weeks; a difference that still goes on after so many is worth stating as a year's amount
SIGNALS = (
    "kpi",
    "week",
    "rule",
    "rule_id",
    "value",
    "expected",
    "money",
    "since",
    "weeks",
    "side",
    "ratio",
    "low",
    "high",
    "score",
    "ongoing",
    "lasting",
)


@dataclass(frozen=True, kw_only=True)
class ControlCharts(Result):
    """The charts' numbers and what stands out in them.

    ``signals``: kpi, week (last of the spell), rule (words), rule_id, value and expected (means a week), money (difference over
    the whole spell), since (first week), weeks, side (-1 low, 1 high), ratio, low, high (of money), score (largest distance in
    standard deviations), ongoing (reaches the latest week), lasting (ongoing for LASTING weeks and no season explains it);
    largest money first. ``series``: kpi, week, value, expected, low, high, score, margin, watched. ``revenue_year``: revenue of
    the latest 52 weeks, or of as many as there are, brought to a year.
    """

    signals: pd.DataFrame
    series: pd.DataFrame
    revenue_year: float
    seasonal: bool

    def figures(self) -> tuple[Figure, ...]:
        return (draw(self.series, self.signals, self.fmt),)


@section(
    "control-charts",
    "What changed in the last weeks that is more than chance?",
    promise="weekly revenue, orders and order value with the limits of normal weeks, and what each unusual week cost or brought",
)
def control_charts(weeks: pd.DataFrame, as_of: date, fmt: Formats) -> Result:
    """Process behaviour charts of weekly revenue, orders and order value (Wheeler 1993; Montgomery, ch. 6.4).

    ``weeks``: week (Monday), revenue, orders, order_value; the last WATCHED weeks are judged by limits from the weeks before.
    Returns ``Locked`` with fewer than WATCHED + BASELINE_MIN weeks that have sales.
    """
    weeks = weeks[weeks["week"] <= pd.Timestamp(as_of)].set_index("week").astype({k: float for k in KPIS})
    needed = WATCHED + BASELINE_MIN
    selling = int(weeks["order_value"].notna().sum())
    if selling < needed:
        return Locked(
            fmt=fmt,
            headline=f"It takes {needed} weeks with sales to tell chance from change; there are {selling}",
            unlock=(f"orders (order_id, order_date, revenue) over at least {needed} complete weeks",),
            promise=control_charts.section.promise,
        )
    limits = {kpi: control_limits(weeks[kpi]) for kpi in KPIS}
    signals = _signals(limits, weeks)
    series = pd.concat(
        [x.frame.rename_axis("week").reset_index().assign(kpi=kpi) for kpi, x in limits.items()], ignore_index=True
    )
    latest = weeks["revenue"].tail(52)
    seasonal = limits["revenue"].seasonal
    return ControlCharts(
        fmt=fmt,
        headline=_headline(signals, seasonal, fmt),
        findings=_findings(signals, seasonal, fmt),
        tables=_tables(signals, fmt),
        assumptions=_assumptions(seasonal, fmt),
        signals=signals,
        series=series,
        revenue_year=float(latest.mean() * 52),
        seasonal=seasonal,
    )


def _signals(limits: dict[str, Limits], weeks: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for kpi, limit in limits.items():
        for event in events(limit).itertuples():
            span = limit.frame.loc[event.first : event.last]
            price = _price(kpi, span.index, limits, weeks)
            gap = (span["value"] - span["expected"]) * price
            # Weekly noise is independent, the error of the expected is shared by all weeks of the event.
            scale = (span["expected"].abs() * price).sum()
            error = norm.ppf(0.5 + LEVEL / 2) * scale * np.hypot(limit.noise / np.sqrt(len(span)), limit.drift)
            value, expected = span["value"].mean(), span["expected"].mean()
            rows.append(
                {
                    "kpi": kpi,
                    "week": event.last,
                    "rule": "; ".join(RULES[rule].words for rule in event.rule_ids),
                    "rule_id": event.rule_ids[0],
                    "value": value,
                    "expected": expected,
                    "money": gap.sum(),
                    "since": event.first,
                    "weeks": len(span),
                    "side": event.side,
                    "ratio": value / expected - 1 if expected > 0 else np.nan,
                    "low": gap.sum() - error,
                    "high": gap.sum() + error,
                    "score": span["score"].abs().max(),
                    "ongoing": event.last == limit.frame.index[-1],
                    "lasting": event.last == limit.frame.index[-1] and len(span) >= LASTING and limit.seasonal,
                }
            )
    frame = pd.DataFrame(rows, columns=SIGNALS)
    return frame.sort_values("money", key=np.abs, ascending=False, ignore_index=True, kind="stable")


def _price(kpi: str, span: pd.Index, limits: dict[str, Limits], weeks: pd.DataFrame) -> pd.Series | float:
    """What one unit of difference is worth: an order its expected value, a higher order value the orders of the week."""
    if kpi == "orders":
        expected = limits["order_value"].frame["expected"]
        return expected.reindex(span).fillna(expected.median())
    return weeks["orders"].reindex(span) if kpi == "order_value" else 1.0


def _headline(signals: pd.DataFrame, seasonal: bool, fmt: Formats) -> str:
    if signals.empty:
        return f"The last {WATCHED} weeks were quiet: no week leaves the normal limits"
    largest = next(signals.itertuples())
    more = f"; {len(signals) - 1} more to explain" if len(signals) > 1 else ""
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


def _findings(signals: pd.DataFrame, seasonal: bool, fmt: Formats) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=f"control-charts-{s.kpi.replace('_', '-')}-{'low' if s.side < 0 else 'high'}-{s.since:%Y-%m-%d}",
            sentence=_sentence(s, seasonal, fmt),
            value=s.money,
            unit="money",
            low=s.low,
            high=s.high,
            n=s.weeks,
            money=abs(s.money) * (52 / s.weeks if s.lasting else 1) if s.money < 0 else None,  # what came in is not at stake
            evidence=strength(s.score, seasonal),
        )
        for s in signals.itertuples()
    ) or (
        Finding("control-charts-quiet", f"No week of the last {WATCHED} calls for an explanation.", n=WATCHED, evidence="shown"),
    )


def _sentence(s, seasonal: bool, fmt: Formats) -> str:
    unit = KPIS[s.kpi].unit
    a_week = "" if s.weeks == 1 or s.kpi == "order_value" else " a week"
    cost = f"{fmt.money(abs(s.money))} {'less' if s.money < 0 else 'more'} revenue"
    instead = f"{fmt.value(s.value, unit)}{a_week} instead of {fmt.value(s.expected, unit)}"
    if s.lasting:
        cost += f", {fmt.money(abs(s.money) * 52 / s.weeks)} a year if it goes on"
    return f"{deviation(s, fmt, seasonal)}: {instead}, {cost} ({s.rule.split('; ')[-1]})."


def _tables(signals: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    if signals.empty:
        return ()
    units = signals["kpi"].map(lambda k: KPIS[k].unit)
    shown = signals.assign(kpi=signals["kpi"].map(lambda k: KPIS[k].label)).assign(
        **{c: [fmt.value(v, u) for v, u in zip(signals[c], units, strict=True)] for c in ("value", "expected")}
    )
    columns = {
        "kpi": ("What", "text"),
        "since": ("From the week of", "date"),
        "weeks": ("Weeks", "count"),
        "rule": ("Why it stands out", "text"),
        "value": ("A week", "text"),
        "expected": ("Expected", "text"),
        "money": ("Revenue more or less", "money"),
    }
    return (Table(shown, f"What stands out in the last {WATCHED} weeks", SOURCE, columns),)


def _assumptions(seasonal: bool, fmt: Formats) -> tuple[Assumption, ...]:
    rest = (
        Assumption(
            "The expected follows trend and season, learned from the weeks before the watched ones; unusual weeks weigh less.",
            "high",
            "medium",
        )
        if seasonal
        else Assumption(
            f"With less than {SEASONAL_FROM} weeks no season can be learned: the expected is the middle of the half year "
            "before the watched weeks, so a yearly peak such as Christmas stands out too. Nothing is more than indicative then.",
            "medium",
            "high",
        )
    )
    return (
        rest,
        Assumption(
            f"A quiet chart raises about {fmt.number(FALSE_ALARMS)} false alarms a year, or {fmt.number(FALSE_ALARMS_SLUGGISH)} "
            "where weeks resemble the week before (simulated); there are three charts.",
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
