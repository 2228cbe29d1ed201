"""Leaks: how many journeys or deals get from step to step, and what one point more at a step is worth in a year."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from playbook.methods.needs_analysis.steps import first_reach, outcome, step_order
from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["Path", "Reference", "best_group", "costliest", "deal_path", "grade", "journey_path", "share_range"]

YEAR_DAYS = 365
SHORTEST = 28  # days of data below which counts are not blown up to a year
POINT = 0.01
ARRIVED = 0.9  # share of the journeys that get to the end whose time is waited for
FEWEST_CASES = 30  # at a step, for a group to serve as the reference
SHOWN, LIKELY = 0.05, 1 - LEVEL  # two-sided error of the two upper grades of evidence


@dataclass(frozen=True)
class Path:
    """Cases on their way through ordered steps, in the year up to the as-of day (or as much of it as there is).

    ``stages``: one row per step [step, before, reached, came, conversion, low, high, leak, point, point_low, point_high];
    ``came`` is how many reached the step before, ``point`` what one point more conversion brings in a year.
    ``groups``: the same counts by channel or product [group, step, cases, came, reached, conversion, low, high].
    ``standing``: for deals, how many stand in each of the client's own stages [stage, opportunities, amount].
    ``yearly`` turns counts into a year's; ``worth`` is the money of one case that gets to the end (None: unknown).
    ``unripe`` is the number of days before the as-of day whose journeys are left out: they may still be on their way.
    """

    case: str
    table: str
    group: str | None
    stages: pd.DataFrame
    groups: pd.DataFrame
    yearly: float
    worth: float | None
    standing: pd.DataFrame | None = None
    unripe: int = 0

    @property
    def cases(self) -> int:
        return int(self.stages["reached"].iloc[0])


@dataclass(frozen=True)
class Reference:
    """A group that does better than the rest at one step by more than chance, and what the rest would gain in a year."""

    group: str
    conversion: float
    rest: float
    gain: float | None
    low: float | None
    high: float | None
    n: int


def journey_path(journey_steps: pd.DataFrame, order_totals: pd.DataFrame | None, as_of: date) -> Path | None:
    """Journeys begun in the year up to ``as_of``, by the furthest step each reached; None with fewer than two steps.

    A journey that skips a step counts as having passed it, so that counts never rise along the way. Journeys that began so late
    that nine in ten of those that got to the end would not have had the time are left out: they are not lost yet.
    """
    reached = first_reach(journey_steps)
    reached = reached[reached["step_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    began = reached.groupby("journey_id")["step_at"].transform("min").dt.normalize()
    since = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)
    reached, began = reached[began >= since], began[began >= since]
    order = step_order(reached)
    if len(order) < 2:
        return None
    rank = {step: k for k, step in enumerate(order)}
    cases = (
        reached.assign(furthest=reached["step"].map(rank), began=began)
        .groupby("journey_id")
        .agg(
            furthest=("furthest", "max"), began=("began", "first"), last=("step_at", "max"),
            **({"group": ("channel", "first")} if "channel" in reached else {}),
        )
    )  # fmt: skip
    unripe = _days_to_the_end(cases[cases["furthest"] == len(order) - 1])
    until = pd.Timestamp(as_of) - pd.Timedelta(days=unripe)
    cases = cases[cases["began"] <= until]
    worth, error = _order_value(order_totals, since, as_of)
    yearly = _yearly(cases["began"].min(), until)
    path = _path("journeys", "journeys", "channel", order, cases, yearly, worth, error, first_leak=1)
    return replace(path, unripe=unripe)


def _days_to_the_end(arrived: pd.DataFrame) -> int:
    """Days within which most of those who got to the end had done so."""
    return 0 if arrived.empty else int((arrived["last"] - arrived["began"]).dt.days.quantile(ARRIVED))


def deal_path(opportunities: pd.DataFrame, as_of: date) -> Path | None:
    """Deals closed in the year up to ``as_of`` or still open: opened, closed, won; None when none was closed.

    Only end states are known, so a deal that is still open is no loss: the only leak is from closed to won.
    """
    ends, last_day = outcome(opportunities["stage"]), pd.Timestamp(as_of)
    since = last_day - pd.Timedelta(days=YEAR_DAYS - 1)
    closed_on = _days(opportunities, "closed_on").fillna(_days(opportunities, "created_on"))
    inside = (ends == "open") | closed_on.isna() | closed_on.between(since, last_day)
    group = next((c for c in ("product", "owner") if c in opportunities), None)
    cases = pd.DataFrame({"furthest": ends.map({"open": 0, "lost": 1, "won": 2})}, index=opportunities.index)
    cases = cases.assign(**({"group": opportunities[group]} if group else {}))[inside]
    if not (cases["furthest"] > 0).any():
        return None
    won = cases.index[cases["furthest"] == 2]
    worth, error = _mean(opportunities.loc[won, "amount"].dropna()) if "amount" in opportunities else (None, 0.0)
    first = closed_on[inside & (ends != "open")].min()
    yearly = _yearly(first, as_of) if pd.notna(first) else 1.0
    path = _path("opportunities", "pipeline", group, ("opened", "closed", "won"), cases, yearly, worth, error, first_leak=2)
    return replace(path, standing=_standing(opportunities.loc[cases.index]))


def costliest(path: Path) -> tuple[pd.Series, Evidence] | None:
    """The step with the lowest conversion, and how sure it is that no other step is lower; None when nothing is lost.

    One point more at a step brings the final count divided by the step's conversion, so the step with
    the lowest conversion is always the one where a point is worth most.
    """
    leaks = path.stages[path.stages["leak"] & (path.stages["came"] > 0)].sort_values("conversion", kind="stable")
    if leaks.empty or leaks["conversion"].iloc[0] >= 1:
        return None
    worst = leaks.iloc[0]
    if len(leaks) == 1:
        return worst, "shown"
    second = leaks.iloc[1]
    return worst, grade(_p_value(worst["reached"], worst["came"], second["reached"], second["came"]))


def best_group(path: Path, step: str) -> Reference | None:
    """The group that converts best at ``step``, if it beats the rest by more than chance (95 %, Bonferroni over the groups).

    Its gain brings every other group up to the best one's conversion and lets them go on from there as they do today.
    """
    at = path.groups[(path.groups["step"] == step) & (path.groups["came"] >= FEWEST_CASES)]
    if len(at) < 2:
        return None
    best = at.sort_values("conversion").iloc[-1]
    rest = at[at["group"] != best["group"]]
    came, reached = rest["came"].sum(), rest["reached"].sum()
    if best["conversion"] <= reached / came or _p_value(best["reached"], best["came"], reached, came) * len(at) >= SHOWN:
        return None
    stages = path.stages.set_index("step")
    downstream = stages["reached"].iloc[-1] / stages.loc[step, "reached"]

    def gain(conversion: float) -> float | None:
        more = (conversion - rest["conversion"]).clip(lower=0) * rest["came"]
        return None if path.worth is None else float(more.sum() * downstream * path.worth * path.yearly)

    at_best = float(best["conversion"])
    gains = gain(at_best), gain(best["low"]), gain(best["high"])
    return Reference(str(best["group"]), at_best, float(reached / came), *gains, int(best["came"]))


def share_range(hits: float, cases: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927); not a number without cases."""
    if not cases:
        return np.nan, np.nan
    low, high = proportion_confint(hits, cases, alpha=1 - level, method="wilson")
    return float(low), float(high)


def grade(p_value: float) -> Evidence:
    """The word for a two-sided error probability."""
    return "shown" if p_value < SHOWN else "likely" if p_value < LIKELY else "indicative"


def _path(case, table, group, order, cases, yearly, worth, error, first_leak) -> Path:
    stages = _stages(order, cases["furthest"])
    final = stages["reached"].iloc[-1]
    point = POINT * final / stages["conversion"].where(stages["conversion"] > 0) * yearly * (np.nan if worth is None else worth)
    # Uncertainty on the log scale: of the share that goes on from here to the end, and of the mean value of a case.
    onward = final / stages["reached"].where(stages["reached"] > 0)
    spread = np.sqrt((1 - onward) / stages["reached"].where(stages["reached"] > 0) / onward.where(onward > 0) + error**2)
    reach = np.exp(norm.ppf((1 + LEVEL) / 2) * spread)
    stages = stages.assign(point=point, point_low=point / reach, point_high=point * reach, leak=stages.index >= first_leak)
    known = cases.dropna(subset=["group"]) if "group" in cases else cases.iloc[:0].assign(group="")
    parts = [_stages(order, part).assign(group=name, cases=len(part)) for name, part in known.groupby("group")["furthest"]]
    groups = pd.concat(parts, ignore_index=True) if parts else stages.iloc[:0].assign(group="", cases=0)
    return Path(case, table, group if parts else None, stages, groups, yearly, worth)


def _stages(order: tuple[str, ...], furthest: pd.Series) -> pd.DataFrame:
    reached = np.array([(furthest >= k).sum() for k in range(len(order))])
    came = np.concatenate([[len(furthest)], reached[:-1]])
    ranges = [share_range(hits, n) for hits, n in zip(reached, came, strict=True)]
    conversion = np.divide(reached, came, out=np.full(len(order), np.nan), where=came > 0)
    frame = pd.DataFrame({"step": order, "before": (None, *order[:-1]), "reached": reached, "came": came})
    return frame.assign(conversion=conversion, low=[low for low, _ in ranges], high=[high for _, high in ranges])


def _standing(opportunities: pd.DataFrame) -> pd.DataFrame:
    known = {"amount": ("amount", "sum")} if "amount" in opportunities else {}
    counts = opportunities.groupby("stage").agg(opportunities=("stage", "size"), **known)
    return counts.sort_values("opportunities", ascending=False, kind="stable").reset_index()


def _order_value(order_totals: pd.DataFrame | None, since: pd.Timestamp, as_of: date) -> tuple[float | None, float]:
    if order_totals is None:
        return None, 0.0
    """Revenue divided by orders, as the KPI of that name has it: what comes back takes off from the worth of a sale."""
    return _mean(order_totals.loc[order_totals["day"].between(since, pd.Timestamp(as_of)), "revenue"])


def _mean(values: pd.Series) -> tuple[float | None, float]:
    """Mean and its relative standard error."""
    if values.empty or values.mean() <= 0:
        return None, 0.0
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)) / values.mean()) if len(values) > 1 else 0.0


def _yearly(first: pd.Timestamp, until: date) -> float:
    days = (pd.Timestamp(until) - first).days + 1
    return YEAR_DAYS / days if days >= SHORTEST else 1.0


def _days(frame: pd.DataFrame, column: str) -> pd.Series:
    return pd.to_datetime(frame[column]) if column in frame else pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")


def _p_value(hits: float, cases: float, other_hits: float, other_cases: float) -> float:
    """Two-sided p value of the test that two shares are equal, with pooled variance."""
    pooled = (hits + other_hits) / (cases + other_cases)
    if pooled in (0, 1):
        return 1.0
    return float(proportions_ztest([hits, other_hits], [cases, other_cases])[1])
