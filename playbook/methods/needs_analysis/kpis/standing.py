"""Standing: where a KPI stands now, how sure that is, and how it moved against the same months before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.proportion import confint_proportions_2indep

from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.feedback.satisfaction import Rating, difference, net_promoter
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE, Indicator, kpi_course
from playbook.methods.needs_analysis.kpis.data import YEAR, Data
from playbook.methods.needs_analysis.kpis.ratios import ratio_parts
from playbook.methods.needs_analysis.kpis.shares import share_counter, share_counts
from playbook.methods.needs_analysis.path.pipeline_measures import cycle_length, pipeline_coverage, sales_velocity
from playbook.result.formats import LEVEL

__all__ = ["Standing", "standing"]

FEWEST_PAIRS = 3  # pairs of months below which their differences tell nothing of the spread
_NO_COURSE = pd.Series(dtype="float64", index=pd.DatetimeIndex([], name="month"))


@dataclass(frozen=True)
class Standing:
    """A KPI over the last twelve full months (or as many as there are).

    ``now``: the average month of a flow or level, the sums' ratio, the share, or the value of the day; ``low`` and ``high``
    bound it at the report's level where it is an estimate, ``cases`` and ``hits`` are those of a share. ``change``
    is against the ``span`` months before the last ``span``: relative, or a difference for shares and scores, with
    ``change_low`` and ``change_high``: of shares by their numbers of cases, of sums by how the months' differences scatter.
    """

    indicator: Indicator
    now: float
    course: pd.Series = field(default_factory=_NO_COURSE.copy)
    months: int = 0
    low: float | None = None
    high: float | None = None
    hits: int | None = None
    cases: int | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    span: int = 0

    @property
    def moved(self) -> bool:
        """Whether the change is more than the months' own scatter or the few cases can explain."""
        return self.change_low is not None and not self.change_low <= 0 <= self.change_high


def standing(kpi: str, data: Data) -> Standing | None:
    """Where ``kpi`` stands at the end of the last full month; None when its data are missing."""
    indicator = CATALOGUE[kpi]
    return _KINDS[indicator.kind](indicator, data)


def _summed(indicator: Indicator, data: Data) -> Standing | None:
    course = kpi_course(indicator.id, **vars(data))
    if course.empty:
        return None
    months = data.months.set_index("month")[indicator.id].astype("float64")
    return _measured(indicator, course, pd.DataFrame({"above": months, "below": 1.0}))


def _ratio(indicator: Indicator, data: Data) -> Standing | None:
    parts = ratio_parts(indicator.id, data)
    if not (parts["below"] > 0).any():
        return None
    stood = _measured(indicator, kpi_course(indicator.id, **vars(data)), parts)
    if indicator.id == "order_value" and stood and data.order_totals is not None:
        return _with_range(stood, parts.index, data)
    return stood


def _measured(indicator: Indicator, course: pd.Series, parts: pd.DataFrame) -> Standing | None:
    """The ratio of sums over the last months, and how it moved; an average is the ratio to the number of months."""
    months, span = min(YEAR, len(parts)), _span(len(parts))
    now = _quotient(parts.tail(months))
    if now is None:
        return None
    change = low = high = None
    if span:
        later, earlier = parts.iloc[-span:], parts.iloc[len(parts) - 2 * span : len(parts) - span]
        was, is_now = _quotient(earlier), _quotient(later)
        if was is not None and is_now is not None and (indicator.in_points or was > 0):
            change = is_now - was if indicator.in_points else is_now / was - 1
            half = _scatter(earlier, later, relative=not indicator.in_points)
            low, high = (change - half, change + half) if np.isfinite(half) else (None, None)
    return Standing(indicator, now, course, months, change=change, change_low=low, change_high=high, span=span)


def _quotient(parts: pd.DataFrame) -> float | None:
    below = parts["below"].sum()
    return float(parts["above"].sum() / below) if below > 0 else None


def _scatter(earlier: pd.DataFrame, later: pd.DataFrame, relative: bool) -> float:
    """Half the range of the change of a ratio: each month of the later span paired with the same one of the earlier span.

    Student's t on the pairs' differences of what a month adds to the linearised change (Woodruff 1971): of two ratios,
    or, ``relative``, of the later one divided by the earlier one, so that a season which grows in proportion is no scatter.
    """
    n = len(earlier)
    if n < FEWEST_PAIRS:
        return np.nan
    was, is_now = _quotient(earlier), _quotient(later)
    after = (later["above"] - is_now * later["below"]).to_numpy() / later["below"].sum()
    before = (earlier["above"] - was * earlier["below"]).to_numpy() / earlier["below"].sum()
    adds = (after - is_now / was * before) / was if relative else after - before
    spread = np.std(adds, ddof=1) * np.sqrt(n)
    return float(student.ppf((1 + LEVEL) / 2, n - 1) * spread)


def _with_range(stood: Standing, months: pd.DatetimeIndex, data: Data) -> Standing:
    """The range of the mean order, by how the orders of the last of the ``months`` scatter."""
    first, end = months[-stood.months], months[-1] + pd.offsets.MonthEnd(0)
    orders = data.order_totals.loc[data.order_totals["day"].between(first, end) & (data.order_totals["revenue"] > 0), "revenue"]
    if len(orders) < 2:
        return stood
    half = norm.ppf((1 + LEVEL) / 2) * float(orders.std(ddof=1)) / np.sqrt(len(orders))
    return replace(stood, low=stood.now - half, high=stood.now + half)


def _share(indicator: Indicator, data: Data) -> Standing | None:
    kpi, window = indicator.id, YEAR
    counted = cache(share_counter(kpi, data))
    counts = counted(window)
    if counts.empty and kpi == "churn":  # no two years of orders: the later half against the earlier
        window = len(share_counts("repeat_rate", data, 1)) // 2
        counts = counted(window) if window else counts
    if counts.empty or not counts["cases"].iloc[-1]:
        return None
    hits, cases = (int(n) for n in counts.iloc[-1])
    low, high = share_range(hits, cases)
    course = (counts["hits"] / counts["cases"]).where(counts["cases"] > 0).dropna()
    months = window if kpi == "churn" else min(YEAR, len(counted(1)))
    change, change_low, change_high, span = _share_change(counted, window if kpi == "churn" else _span(len(counted(1))))
    return Standing(indicator, hits / cases, course, months, low, high, hits, cases, change, change_low, change_high, span)


def _share_change(counted: Callable[[int], pd.DataFrame], span: int) -> tuple[float | None, float | None, float | None, int]:
    """Difference of the shares of two spans that do not overlap, with Newcombe's range (1998, method 10)."""
    counts = counted(span) if span else pd.DataFrame()
    if len(counts) <= span or not (counts["cases"].iloc[-1] and counts["cases"].iloc[-1 - span]):
        return None, None, None, span
    now, before = counts.iloc[-1], counts.iloc[-1 - span]
    low, high = confint_proportions_2indep(
        now["hits"], now["cases"], before["hits"], before["cases"], method="newcomb", alpha=1 - LEVEL
    )
    return float(now["hits"] / now["cases"] - before["hits"] / before["cases"]), float(low), float(high), span


def _score(indicator: Indicator, data: Data) -> Standing | None:
    course = kpi_course(indicator.id, **vars(data))
    if course.empty:
        return None
    known = data.survey_answers.dropna(subset=["recommend"])
    end = course.index[-1] + pd.offsets.MonthEnd(0)
    days, span = pd.to_datetime(known["date"]), _span(len(course))
    now = _answers(known, days, end, min(YEAR, len(course)))
    change = low = high = None
    if span:
        later, earlier = _answers(known, days, end, span), _answers(known, days, end - pd.DateOffset(months=span), span)
        if later and earlier:
            change, low, high = difference(later, earlier)
    return now and Standing(
        indicator, now.value, course, min(YEAR, len(course)), now.low, now.high, None, now.n, change, low, high, span
    )


def _answers(known: pd.DataFrame, days: pd.Series, end: pd.Timestamp, months: int) -> Rating | None:
    inside = days.between(end + pd.Timedelta(days=1) - pd.DateOffset(months=months), end)
    return net_promoter(known.loc[inside, "recommend"])


def _snapshot(indicator: Indicator, data: Data) -> Standing | None:
    return _SNAPSHOTS[indicator.id](indicator, data)


def _worth_of_a_customer(indicator: Indicator, data: Data) -> Standing | None:
    if data.lifetime_value is None:
        return None
    worth = data.lifetime_value.new_customer
    return Standing(indicator, worth.value, low=worth.low, high=worth.high)


def _worth_per_cost(indicator: Indicator, data: Data) -> Standing | None:
    cost = data.parameters.acquisition_cost
    if data.lifetime_value is None or not cost:
        return None
    worth = data.lifetime_value.new_customer
    return Standing(indicator, worth.value / cost, low=worth.low / cost, high=worth.high / cost)


def _cycle(indicator: Indicator, data: Data) -> Standing | None:
    return _of_pipeline(indicator, data, cycle_length)


def _velocity(indicator: Indicator, data: Data) -> Standing | None:
    return _of_pipeline(indicator, data, sales_velocity)


def _of_pipeline(indicator: Indicator, data: Data, measure: Callable) -> Standing | None:
    found = None if data.opportunities is None or data.last_day is None else measure(data.opportunities, data.last_day)
    return found and Standing(indicator, found.value, low=found.low, high=found.high, months=YEAR)


def _coverage(indicator: Indicator, data: Data) -> Standing | None:
    if data.opportunities is None or data.last_day is None:
        return None
    found = pipeline_coverage(data.opportunities, data.last_day)
    return found and Standing(indicator, found.value, months=YEAR)


def _span(months: int) -> int:
    return YEAR if months >= 2 * YEAR else months // 2


_KINDS: Mapping[str, Callable[[Indicator, Data], Standing | None]] = MappingProxyType(
    {"flow": _summed, "level": _summed, "ratio": _ratio, "share": _share, "score": _score, "snapshot": _snapshot}
)
_SNAPSHOTS: Mapping[str, Callable[[Indicator, Data], Standing | None]] = MappingProxyType(
    {
        "clv": _worth_of_a_customer, "clv_cac": _worth_per_cost, "cycle_length": _cycle, "sales_velocity": _velocity,
        "pipeline_coverage": _coverage,
    }
)  # fmt: skip
