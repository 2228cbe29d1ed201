"""Noted: what later reports need of a result: where KPIs stood, what was promised, what was measured.

The methods themselves know nothing of it; a result that is not named here leaves nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.intake.frames.snapshots import HORIZON
from playbook.methods.evaluation.learning.updating import HALF
from playbook.result.contract import Locked, Result
from playbook.result.remembered import Remembered

__all__ = ["noted"]

_Left = Iterator[Remembered | None]


def noted(name: str, result: Result, as_of: date) -> tuple[Remembered, ...]:
    """What the result of the method ``name``, worked out for ``as_of``, leaves; empty for a locked one."""
    if name not in _LEAVES or isinstance(result, Locked):
        return ()
    return tuple(one for one in _LEAVES[name](result, as_of) if one is not None)


def _kpis(result: Result, as_of: date) -> _Left:
    for kpi, stood in result.standings.items():
        indicator = stood.indicator
        yield _figure("kpi", kpi, indicator.label, stood.now, stood.low, stood.high, unit=indicator.unit, n=stood.cases)


def _forecasts(result: Result, as_of: date) -> _Left:
    for row in result.forecast.itertuples():
        since = pd.Timestamp(row.month)
        yield _figure(
            "forecast", f"revenue-{since:%Y-%m}", "Revenue", row.revenue, row.low, row.high, unit="money",
            since=since.date(), until=(since + pd.offsets.MonthEnd(0)).date(),
        )  # fmt: skip


def _worth(result: Result, as_of: date) -> _Left:
    new = result.new_customer
    named = f"over {result.years} years"
    yield _figure(
        "worth", "new-customer", f"A new customer, {named}", new.value, new.low, new.high, unit="money", n=new.customers
    )
    total = result.total, result.total_low, result.total_high
    yield _figure("worth", "all-customers", f"All customers, {named}", *total, unit="money", n=len(result.customers))


def _buyers(result: Result, as_of: date) -> _Left:
    """How many of the customers scored should buy: independent chances, so that their variances add up."""
    if result.asked.kind != "customers" or result.listed.empty:
        return
    chance = result.listed["chance"].to_numpy(dtype=float)
    half = HALF * float(np.sqrt((chance * (1 - chance)).sum()))
    total, days = float(chance.sum()), {"since": as_of + timedelta(days=1), "until": as_of + timedelta(days=HORIZON)}
    label = f"Customers who buy within {HORIZON} days"
    yield _figure("promise", "buyers", label, total, total - half, total + half, unit="count", n=len(chance), **days)


def _named_right(result: Result, as_of: date) -> _Left:
    """For what share of returning customers one of ten products named was right, with its range."""
    hit, low, high = result.right
    label = "Customers for whom one of ten products named was right"
    yield _figure("promise", "named-right", label, hit, low, high, unit="share", n=len(result.chosen.judged))


def _steps_advised(result: Result, as_of: date) -> _Left:
    """What a case should be worth once the steps advised are taken."""
    if result.advice is None:
        return
    today, gain = result.advice.today, result.advice
    edges = (today + edge for edge in (gain.gain, gain.gain_low, gain.gain_high))
    yield _figure("promise", "steps-advised", "A case under the steps advised", *edges, unit="unit_money")


def _beliefs(result: Result, as_of: date) -> _Left:
    return iter(result.beliefs)


def _figure(kind: str, id: str, label: str, value: float, low=None, high=None, **more) -> Remembered | None:
    """None where the value is not known: a channel without spend has no return."""
    if not np.isfinite(value):
        return None
    known = [None if x is None or not np.isfinite(x) else float(x) for x in (low, high)]
    return Remembered(kind=kind, id=id, label=label, value=float(value), low=known[0], high=known[1], **more)


_LEAVES: Mapping[str, Callable[[Result, date], _Left]] = MappingProxyType(
    {
        "scorecard": _kpis, "demand": _forecasts, "lifetime_value": _worth, "scoring": _buyers,
        "recommendations": _named_right, "next_step": _steps_advised, "lessons": _beliefs,
    }
)  # fmt: skip
