"""Leaks: how many journeys or deals get from step to step, and what one point more at a step is worth in a year."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.needs_analysis.chance import evidence_of, share_p_value, share_range
from playbook.methods.needs_analysis.path.deals import FEWEST_WON, YEAR_DAYS, deal_states, winning_time
from playbook.methods.needs_analysis.path.steps import first_reach, step_order
from playbook.methods.needs_analysis.path.waiting import Waiting
from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = [
    "POINT",
    "Path",
    "Reference",
    "costliest",
    "deal_path",
    "journey_path",
]

DIMENSIONS = ("channel", "owner", "product")
SHORTEST = 28  # days of data below which counts are not blown up to a year
POINT = 0.01
ARRIVED = 0.9  # share of the journeys that get to the end whose time is waited for
MOST_GROUPS = 200  # of one dimension, the most frequent; the rest is too small to be compared
LINKED = 0.5  # share of the journeys that have to be deals of the pipeline for its amounts to price them


@dataclass(frozen=True)
class Path:
    """Cases on their way through ordered steps, in the year up to the as-of day (or as much of it as there is).

    ``stages``: one row per step [step, before, reached, came, conversion, low, high, leak, point, point_low, point_high];
    ``came`` is how many reached the step before, ``point`` what one point more conversion brings in a year.
    ``groups``: the same counts by channel, owner and product (``by``) [by, group, step, cases, came, reached, conversion, days,
    worth]; ``days`` is the median from the beginning to the end of those that get there, ``worth`` the group's own mean
    amount where deals have one. ``group`` is the dimension that leads.
    ``standing``: for deals, how many stand in each of the client's own stages [stage, opportunities, amount].
    ``yearly`` turns counts into a year's; ``worth`` is the money of one case that gets to the end (None: unknown).
    ``priced`` says what the worth is the average of: order or deal; ``took`` is the time from opening to winning a deal.
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
    priced: str = "order"
    took: Waiting | None = None

    @property
    def noun(self) -> str:
        """What the cases are called: journeys that are deals of the pipeline are deals."""
        return "deals" if self.case == "journeys" and self.priced == "deal" else self.case

    @property
    def cases(self) -> int:
        return int(self.stages["reached"].iloc[0])


@dataclass(frozen=True)
class Reference:
    """A group that does better than the rest at one step by more than chance.

    ``gain`` is what a year would bring if everybody did as well as the best quarter of the cases, whose share is ``level``;
    ``conversion`` is the group's own, ``rest`` that of all others.
    """

    group: str
    conversion: float
    rest: float
    gain: float | None
    low: float | None
    high: float | None
    n: int
    level: float


def journey_path(
    journey_steps: pd.DataFrame,
    order_totals: pd.DataFrame | None,
    as_of: date,
    stages: tuple[str, ...] = (),
    opportunities: pd.DataFrame | None = None,
) -> Path | None:
    """Journeys begun in the year up to ``as_of``, by the furthest step each reached; None with fewer than two steps.

    A journey that skips a step counts as having passed it, so that counts never rise along the way. Journeys that began so late
    that nine in ten of those that got to the end would not have had the time are left out: they are not lost yet.
    ``stages`` is the client's own order; for ``opportunities`` of the same ids their amounts won, not orders, price a sale.
    """
    reached = first_reach(journey_steps)
    reached = reached[reached["step_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    began = reached.groupby("journey_id")["step_at"].transform("min").dt.normalize()
    since = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)
    reached, began = reached[began >= since], began[began >= since]
    order = step_order(reached, stages)
    if len(order) < 2:
        return None
    rank = {step: k for k, step in enumerate(order)}
    own = [c for c in DIMENSIONS if c in reached]
    cases = (
        reached.assign(furthest=reached["step"].map(rank), began=began)
        .groupby("journey_id")
        .agg(
            furthest=("furthest", "max"), began=("began", "first"), start=("step_at", "min"), last=("step_at", "max"),
            **{c: (c, "first") for c in own},
        )
    )  # fmt: skip
    cases = cases[cases["furthest"].notna()]  # who took none of the client's own stages is not on the way
    unripe = _days_to_the_end(cases[cases["furthest"] == len(order) - 1])
    until = pd.Timestamp(as_of) - pd.Timedelta(days=unripe)
    cases = cases[cases["began"] <= until]
    if cases.empty:
        return None
    cases["days"] = ((cases["last"] - cases["start"]) / pd.Timedelta(days=1)).where(cases["furthest"] == len(order) - 1)
    (worth, error), table = _order_value(order_totals, since, as_of), "journeys"
    deals = _linked(cases, opportunities)
    if deals is not None:
        cases = cases.join(deals[[c for c in DIMENSIONS if c in deals and c not in own]])
        won = _won_amounts(deals, as_of)
        cases["worth"] = won.reindex(cases.index)
        table, (worth, error) = "journeys and pipeline", _mean(won)
    yearly = _yearly(cases["began"].min(), until)
    path = _path("journeys", table, order, cases, yearly, worth, error, first_leak=1)
    return replace(path, unripe=unripe, priced="deal" if deals is not None else "order")


def _linked(cases: pd.DataFrame, opportunities: pd.DataFrame | None) -> pd.DataFrame | None:
    """The pipeline by journey, where the journeys are its deals."""
    if opportunities is None or cases.index.isin(opportunities["opportunity_id"]).mean() < LINKED:
        return None
    return opportunities.drop_duplicates("opportunity_id").set_index("opportunity_id")


def _won_amounts(deals: pd.DataFrame, as_of: date) -> pd.Series:
    states = deal_states(deals, as_of)
    return states.loc[(states["end"] == "won") & states["recent"], "amount"].dropna()


def _days_to_the_end(arrived: pd.DataFrame) -> int:
    """Days within which most of those who got to the end had done so."""
    return 0 if arrived.empty else int((arrived["last"] - arrived["began"]).dt.days.quantile(ARRIVED))


def deal_path(opportunities: pd.DataFrame, as_of: date) -> Path | None:
    """Deals closed in the year up to ``as_of`` or still open: opened, closed, won; None when none was closed.

    Only end states are known, so a deal that is still open is no loss: the only leak is from closed to won.
    """
    states = deal_states(opportunities, as_of)
    states = states[states["recent"]]
    if not (states["end"] != "open").any():
        return None
    cases = pd.DataFrame({"furthest": states["end"].map({"open": 0, "lost": 1, "won": 2}), "days": states["days"]})
    cases["worth"] = states["amount"].where(states["end"] == "won")
    cases = cases.join(opportunities[[c for c in DIMENSIONS if c in opportunities]])
    worth, error = _mean(states.loc[states["end"] == "won", "amount"].dropna())
    first = states.loc[states["end"] != "open", "closed"].min()
    yearly = _yearly(first, as_of) if pd.notna(first) else 1.0
    path = _path("opportunities", "pipeline", ("opened", "closed", "won"), cases, yearly, worth, error, first_leak=2)
    standing = _standing(opportunities.loc[states.index], states)
    return replace(path, standing=standing, priced="deal", took=winning_time(states, as_of))


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
    alone = share_p_value(worst["reached"], worst["came"], second["reached"], second["came"])
    return worst, evidence_of(alone, otherwise="indicative")


def _path(case, table, order, cases, yearly, worth, error, first_leak) -> Path:
    stages = _stages(order, cases["furthest"])
    final = stages["reached"].iloc[-1]
    point = POINT * final / stages["conversion"].where(stages["conversion"] > 0) * yearly * (np.nan if worth is None else worth)
    # Uncertainty on the log scale: of the share that goes on from here to the end, and of the mean value of a case.
    onward = final / stages["reached"].where(stages["reached"] > 0)
    spread = np.sqrt((1 - onward) / stages["reached"].where(stages["reached"] > 0) / onward.where(onward > 0) + error**2)
    reach = np.exp(norm.ppf((1 + LEVEL) / 2) * spread)
    stages = stages.assign(point=point, point_low=point / reach, point_high=point * reach, leak=stages.index >= first_leak)
    parts = [_groups(order, cases, by, worth) for by in DIMENSIONS if by in cases]
    parts = [part for part in parts if len(part)]
    groups = pd.concat(parts, ignore_index=True) if parts else _groups(order, cases.iloc[:0].assign(channel=""), "channel", worth)
    return Path(case, table, parts[0]["by"].iloc[0] if parts else None, stages, groups, yearly, worth)


def _groups(order: tuple[str, ...], cases: pd.DataFrame, by: str, worth: float | None) -> pd.DataFrame:
    """Cases by one dimension and step; the most frequent groups only."""
    known = cases.dropna(subset=[by])
    counts = known.groupby([by, "furthest"]).size().unstack(fill_value=0).reindex(columns=range(len(order)), fill_value=0)
    size = counts.sum(axis=1)
    counts = counts.loc[size.sort_index().sort_values(ascending=False, kind="stable").index[:MOST_GROUPS]]
    reached = counts.to_numpy()[:, ::-1].cumsum(axis=1)[:, ::-1]
    came = np.column_stack([reached[:, :1], reached[:, :-1]])
    end = known[known["furthest"] == len(order) - 1].groupby(by)["days"].median().reindex(counts.index)
    own = known.groupby(by)["worth"].agg(["mean", "count"]) if "worth" in known else pd.DataFrame(columns=["mean", "count"])
    amount = (
        own["mean"]
        .where(own["count"] >= FEWEST_WON)
        .reindex(counts.index)
        .astype("float64")
        .fillna(np.nan if worth is None else worth)
    )
    width = len(order)
    frame = pd.DataFrame(
        {
            "by": by, "group": np.repeat(counts.index.astype("str"), width), "step": np.tile(order, len(counts)),
            "cases": np.repeat(size.loc[counts.index].to_numpy(), width), "came": came.ravel(), "reached": reached.ravel(),
            "days": np.repeat(end.to_numpy("float64"), width), "worth": np.repeat(amount.to_numpy("float64"), width),
        }
    )  # fmt: skip
    return frame.assign(conversion=frame["reached"] / frame["came"].where(frame["came"] > 0))


def _stages(order: tuple[str, ...], furthest: pd.Series) -> pd.DataFrame:
    reached = np.array([(furthest >= k).sum() for k in range(len(order))])
    came = np.concatenate([[len(furthest)], reached[:-1]])
    ranges = [share_range(hits, n) for hits, n in zip(reached, came, strict=True)]
    conversion = np.divide(reached, came, out=np.full(len(order), np.nan), where=came > 0)
    frame = pd.DataFrame({"step": order, "before": (None, *order[:-1]), "reached": reached, "came": came})
    return frame.assign(conversion=conversion, low=[low for low, _ in ranges], high=[high for _, high in ranges])


def _standing(opportunities: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    known = {"amount": ("amount", lambda a: a.sum(min_count=1))} if "amount" in opportunities else {}
    counts = opportunities.assign(amount=states["amount"], days=states["days"].where(states["end"] == "open"))
    counts = counts.groupby("stage").agg(opportunities=("stage", "size"), **known, days=("days", "median"))
    return counts.sort_values("opportunities", ascending=False, kind="stable").reset_index()


def _order_value(order_totals: pd.DataFrame | None, since: pd.Timestamp, as_of: date) -> tuple[float | None, float]:
    """Revenue divided by orders, and its relative standard error: what comes back takes off from the worth of a sale, and an
    order that only brings goods back is none."""
    if order_totals is None:
        return None, 0.0
    revenue = order_totals.loc[order_totals["day"].between(since, pd.Timestamp(as_of)), "revenue"]
    bought = revenue >= 0
    placed, total = int(bought.sum()), float(revenue.sum())
    if total <= 0:
        return None, 0.0
    value = total / placed
    return value, float((revenue - value * bought).std(ddof=1) * np.sqrt(len(revenue)) / total) if len(revenue) > 1 else 0.0


def _mean(values: pd.Series) -> tuple[float | None, float]:
    """Mean and its relative standard error."""
    if values.empty or values.mean() <= 0:
        return None, 0.0
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)) / values.mean()) if len(values) > 1 else 0.0


def _yearly(first: pd.Timestamp, until: date) -> float:
    days = (pd.Timestamp(until) - first).days + 1
    return YEAR_DAYS / days if days >= SHORTEST else 1.0
