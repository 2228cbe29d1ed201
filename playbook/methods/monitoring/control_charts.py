"""Control charts: which weeks were too high or too low to be chance, and what they cost or brought."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.methods.monitoring.charting.figure import KPIS, draw, draw_memory
from playbook.methods.monitoring.charting.findings import deviation, explanation, findings, headline, matters, strength
from playbook.methods.monitoring.charting.limits import BASELINE_MIN, WATCHED, control_limits
from playbook.methods.monitoring.charting.signals import chart_series, chart_signals, patterns, performance
from playbook.methods.monitoring.charting.tables import assumptions, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["ControlCharts", "control_charts", "deviation", "explanation", "strength"]


@dataclass(frozen=True, kw_only=True)
class ControlCharts(Result):
    """The charts' numbers and what stands out in them.

    ``signals``: kpi, week (last of the spell), rule_ids (strictest first), value and expected (means a week), money (difference
    over the whole spell), since (first week), weeks, side (-1 low, 1 high), ratio, low, high (of money), score (largest
    distance in standard deviations, of a week or of all weeks together), ongoing (reaches the latest week), lasting (ongoing
    for four weeks and no season explains it); largest money first. ``series``: kpi, week, value, expected, low, high, score,
    margin, jump, watched, and for the watched weeks ewma, ewma_limit, cusum_high, cusum_low, cusum_limit. ``revenue_year``:
    revenue of the latest 52 weeks, or of as many as there are, brought to a year. ``sharp``: kpi, false_alarms (a year), weeks
    and weeks_most (until a fall of 15 percent is noticed), noise, carry. ``patterns``: a row a rule of the handbooks.
    """

    signals: pd.DataFrame
    series: pd.DataFrame
    revenue_year: float
    seasonal: bool
    sharp: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    patterns: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def figures(self) -> tuple[Figure, ...]:
        return draw(self.series, self.signals, self.sharp, self.fmt), draw_memory(self.series, self.fmt)


@section(
    "control-charts",
    "What changed in the last weeks that is more than chance?",
    promise="weekly revenue, orders and order value with the limits of normal weeks, and what each unusual week cost or brought",
)
def control_charts(weeks: pd.DataFrame, as_of: date, fmt: Formats) -> Result:
    """Charts of weekly revenue, orders and order value: single weeks (XmR), weighted averages (EWMA) and sums (CUSUM).

    ``weeks``: week (Monday), revenue, orders, order_value; the last WATCHED weeks are judged by limits from the weeks before,
    after trend and season (``control_limits``). Western Electric's and Nelson's rules are named where they are seen (``RULES``).
    Whatever shows one change is one matter: rules and charts of one measure (``spells``), and measures that explain each other.
    Every chart says how often it alarms for nothing and how soon it notices a fall (``sharpness``). Wheeler 1993; Montgomery,
    Introduction to Statistical Quality Control, ch. 6.4 and 9. ``Locked`` with fewer than WATCHED + BASELINE_MIN selling weeks.
    """
    weeks = weeks[weeks["week"] <= pd.Timestamp(as_of)].set_index("week").astype({k: float for k in KPIS})
    needed = WATCHED + BASELINE_MIN
    selling = int(weeks["order_value"].notna().sum())
    if selling < needed:
        return Locked(
            fmt=fmt,
            headline=fmt.say_n(
                "It takes {needed} weeks with sales to tell chance from change; there is {n}",
                "It takes {needed} weeks with sales to tell chance from change; there are {n}",
                selling, needed=needed,
            ),
            unlock=(fmt.say("orders (order_id, order_date, revenue) over at least {needed} complete weeks", needed=needed),),
            promise=control_charts.section.promise,
        )  # fmt: skip
    limits = {kpi: control_limits(weeks[kpi]) for kpi in KPIS}
    signals, series = chart_signals(limits, weeks), chart_series(limits)
    sharp, seen = performance(limits), patterns(limits)
    groups = matters(signals, series)
    latest = weeks["revenue"].tail(52)
    seasonal = limits["revenue"].seasonal
    return ControlCharts(
        fmt=fmt,
        headline=headline(groups, seasonal, fmt),
        findings=findings(groups, series, sharp, seasonal, fmt),
        tables=tables(groups, sharp, seen, fmt),
        assumptions=assumptions(sharp, seasonal, fmt),
        signals=signals,
        series=series,
        revenue_year=float(latest.mean() * 52),
        seasonal=seasonal,
        sharp=sharp,
        patterns=seen,
    )
