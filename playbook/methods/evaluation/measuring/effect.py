"""Effect: one intervention measured: by which comparison, how large, how sure, and what it earned.

control group     the client set customers aside: groups compared, earlier revenue allowed for
other customers   who got it is known, the others are the comparison: difference in differences
own past          it was for everybody: the weekly course before and during
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
import pandas as pd

from playbook.engagement import Intervention
from playbook.methods.evaluation.measuring.did import difference, imbalance, pre_trend
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.measuring.interrupted import level_shift
from playbook.methods.evaluation.measuring.windows import WEEK, customer_windows
from playbook.result.contract import Evidence

__all__ = ["ALIKE", "Effect", "Payoff", "judge", "measure"]

Payoff = Literal["always", "expected", "possible", "never", "unknown"]
Verdict = Literal["shown", "likely", "indicative", "not shown", "harmful", "not started", "too early", "too little data"]

ALIKE = 0.25  # standardised difference below which two groups count as alike (Imbens & Rubin 2015)
CHANCE = 2.0  # standard errors within which a difference may be chance
FEWEST_CUSTOMERS = 20  # in each group; below it means of skewed revenue are not near normal
FEWEST_WEEKS = 4  # before the start
NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One row of the impact table. ``effect`` and its range are relative; money is for the whole time measured."""

    id: str
    label: str
    start: date
    end: date
    design: str
    verdict: Verdict
    cost: float
    n_treated: int = 0
    n_control: int = 0
    before_treated: float = NAN  # revenue per customer and week before the start
    before_control: float = NAN
    effect: float = NAN
    low: float = NAN
    high: float = NAN
    revenue: float = NAN
    revenue_low: float = NAN
    revenue_high: float = NAN
    profit: float = NAN
    profit_low: float = NAN
    profit_high: float = NAN
    roi: float = NAN
    payoff: Payoff = "unknown"
    detectable: float = NAN
    pre_trend_p: float = NAN
    weeks: float = NAN
    note: str = ""
    course: pd.DataFrame | None = field(default=None, repr=False)  # week, actual, expected or treated, control

    @property
    def measured(self) -> bool:
        return self.verdict in get_args(Evidence)


def measure(
    intervention: Intervention,
    order_totals: pd.DataFrame,
    weeks: pd.DataFrame,
    as_of: date,
    margin: float | None,
    memberships: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> Effect:
    """Measure one intervention with the strongest comparison that the data allow, up to its end or ``as_of``."""
    end = min(intervention.end or as_of, as_of)
    start, cost = intervention.start, intervention.cost
    basis = {"id": intervention.id, "label": intervention.label, "start": start, "end": end, "cost": cost}
    if start > as_of:
        return Effect(
            **{**basis, "end": intervention.end or start},
            design="–",
            verdict="not started",
            note="It starts after the day up to which this report counts.",
        )
    if (end - start).days + 1 < WEEK:
        return Effect(**basis, design="–", verdict="too early", note="It has run for less than a week.")
    over = intervention.end is not None and intervention.end <= as_of
    running = "" if over else "Still running: the effect so far is set against the whole cost."
    groups = _groups(intervention.id, order_totals, memberships)
    found = _against_past(weeks, basis) if groups is None else _against_control(groups, order_totals, basis, customers)
    earned = _earned(found, cost, margin)
    return Effect(**{**basis, **found, **earned, "note": " ".join(filter(None, [found.get("note"), running]))})


def judge(low: float, high: float, p: float, *, doubtful: bool = False, at_most_likely: bool = False) -> Evidence:
    """Strength of evidence from the range at LEVEL and the p-value; doubtful comparisons cannot give more than indications."""
    if not (low > 0 or high < 0):
        return "not shown"
    if doubtful:
        return "indicative"
    if high < 0:
        return "harmful"
    return "shown" if p < 1 - CERTAIN and not at_most_likely else "likely"


def _groups(id: str, order_totals: pd.DataFrame, memberships: pd.DataFrame | None) -> pd.Series | None:
    """Group of each listed customer, or None when nobody is listed or orders carry no customer. Treated wins over control."""
    if memberships is None or "customer_id" not in order_totals:
        return None
    listed = memberships[memberships["intervention_id"].astype(str) == id].sort_values("group", ascending=False)
    listed = listed.drop_duplicates("customer_id").set_index("customer_id")["group"]
    return listed if (listed != "control").any() else None


def _against_control(groups: pd.Series, order_totals: pd.DataFrame, basis: dict, customers: pd.DataFrame | None) -> dict:
    set_aside = bool((groups == "control").any())
    start = pd.Timestamp(basis["start"])
    already = None
    if set_aside and customers is not None and "acquired_on" in customers:
        already = pd.Index(customers.loc[pd.to_datetime(customers["acquired_on"]) < start, "customer_id"])
    windows = customer_windows(order_totals, basis["start"], basis["end"], groups.index if set_aside else None, already)
    treated = pd.Series(groups.reindex(windows.before.index).fillna("control").ne("control"), windows.before.index)
    design = "control group" if set_aside else "other customers"
    n_treated, n_control = int(treated.sum()), int((~treated).sum())
    counted = {"design": design, "n_treated": n_treated, "n_control": n_control}
    if min(n_treated, n_control) < FEWEST_CUSTOMERS or windows.weeks_before < FEWEST_WEEKS:
        need = f"Needs {FEWEST_CUSTOMERS} earlier customers in each group and {FEWEST_WEEKS} weeks of orders before the start."
        return {**counted, "verdict": "too little data", "note": need}
    by_chance = CHANCE * np.sqrt(1 / n_treated + 1 / n_control)  # small groups drawn by lot differ more
    alike = abs(imbalance(windows.before, treated)) <= max(ALIKE, by_chance)
    found = difference(windows.before, windows.during, treated, adjusted=set_aside and alike)
    trend = pre_trend(windows.weekly.loc[:, :-1], treated)
    drifting = trend < 1 - CERTAIN
    scale = n_treated * windows.weeks_during
    weekly = windows.weekly.groupby(treated).mean().T.rename(columns={True: "treated", False: "control"})
    note = [
        "Groups alike before the start; earlier revenue allowed for." if set_aside and alike else "",
        "The groups differed before the start, so only their change is compared." if set_aside and not alike else "",
        "Who received it was not drawn by lot." if not set_aside else "",
        "The groups were drifting apart before the start." if drifting else "",
    ]
    return {
        **counted,
        "effect": found.relative,
        "low": found.relative_low,
        "high": found.relative_high,
        "revenue": found.effect * scale,
        "revenue_low": found.low * scale,
        "revenue_high": found.high * scale,
        "before_treated": found.before_treated,
        "before_control": found.before_control,
        "pre_trend_p": trend,
        "detectable": found.detectable / found.expected if found.expected > 0 else NAN,
        "weeks": windows.weeks_during,
        "verdict": judge(
            found.low,
            found.high,
            found.p,
            doubtful=drifting and not (set_aside and alike),
            at_most_likely=drifting or not (set_aside and alike),
        ),
        "note": " ".join(filter(None, note)),
        "course": weekly.assign(week=[start + timedelta(weeks=int(w)) for w in weekly.index]).reset_index(drop=True),
    }


def _against_past(weeks: pd.DataFrame, basis: dict) -> dict:
    found = level_shift(weeks, basis["start"], basis["end"])
    if found is None:
        return {
            "design": "own past",
            "verdict": "too little data",
            "note": "Needs twelve weeks with orders before the start and a whole week since.",
        }
    note = "No comparison group: whatever else changed in these weeks is counted in."
    if not found.seasonal:
        note += " Less than two years of weeks, so the season cannot be told apart: the true range is wider."
    # Trends bend in ways that no range of this model holds, so the weakest comparison has to pass the stricter test.
    doubtful = not found.seasonal or found.p >= 1 - CERTAIN
    return {
        "design": "own past",
        "effect": found.effect,
        "low": found.low,
        "high": found.high,
        "revenue": found.total,
        "revenue_low": found.total_low,
        "revenue_high": found.total_high,
        "detectable": found.detectable,
        "weeks": found.weeks_during,
        "note": note,
        "course": found.course,
        "verdict": judge(found.low, found.high, found.p, doubtful=doubtful, at_most_likely=True),
    }


def _earned(found: dict, cost: float, margin: float | None) -> dict:
    if margin is None or not np.isfinite(found.get("revenue", NAN)):
        return {}
    profit, low, high = (found[name] * margin - cost for name in ("revenue", "revenue_low", "revenue_high"))
    payoff = "always" if low > 0 else "expected" if profit > 0 else "possible" if high > 0 else "never"
    return {"profit": profit, "profit_low": low, "profit_high": high, "roi": profit / cost if cost > 0 else NAN, "payoff": payoff}
