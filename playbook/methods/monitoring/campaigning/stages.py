"""Stages: the share of journeys that take each step of the way now, against what the plan asks and against the year before."""

from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Objective
from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.path.steps import first_reach, step_order

__all__ = ["asked_conversion", "stage_rates"]

RECENT, YEAR = 28, 364  # days of journeys now, and before them
USUAL, LONGEST = 0.9, 60  # share of the moves that set how long one waits for a move, and days at most
FEWEST = 30  # journeys at a step, now and before


def asked_conversion(plan_targets: pd.DataFrame | None, objectives: tuple[Objective, ...], as_of: date) -> float | None:
    """Conversion that the plan asks of this month, or else the client's goal; None where neither names it."""
    if plan_targets is not None:
        mine = plan_targets[(plan_targets["kpi"] == "conversion") & (plan_targets["period"] <= pd.Timestamp(as_of))]
        mine = mine.dropna(subset=["target"]).sort_values("period")
        if len(mine):
            return float(mine["target"].iloc[-1])
    return next((o.target for o in objectives if o.kpi == "conversion"), None)


def stage_rates(
    journey_steps: pd.DataFrame, as_of: date, stages: tuple[str, ...] = (), asked: float | None = None
) -> pd.DataFrame:
    """One row per step of the way: step, next_step, days (waited for the move), cases, moved, rate, low, high (Wilson), before
    (the year before, waited for as long), cases_before, asked, onward (share of those at next_step who came to the end), year.

    ``asked`` is the conversion from first to last step; each step is asked for the same relative improvement on the year before,
    so that together they reach it (none, where the year before reached it); missing without a plan. ``year``: journeys at the
    step in a year. Journeys so young that their move may still come are left out. Empty without two steps or enough journeys.
    """
    reached = first_reach(journey_steps)
    order = step_order(reached, stages)
    if len(order) < 2:
        return pd.DataFrame()
    times = reached.pivot(index="journey_id", columns="step", values="step_at").reindex(columns=list(order))
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    rows = [_rate(times, one, other, end) for one, other in zip(order, order[1:], strict=False)]
    frame = pd.DataFrame(rows)
    frame = frame[(frame["cases"] >= FEWEST) & (frame["cases_before"] >= FEWEST)]
    if frame.empty:
        return frame.reset_index(drop=True)
    onward = frame["before"][::-1].cumprod()[::-1].shift(-1, fill_value=1.0)
    whole = float(frame["before"].prod())
    better = (asked / whole) ** (1 / len(frame)) if asked and whole and len(frame) == len(order) - 1 else np.nan
    return frame.assign(onward=onward, asked=(frame["before"] * np.maximum(better, 1.0)).clip(upper=1.0)).reset_index(drop=True)


def _rate(times: pd.DataFrame, one: str, other: str, end: pd.Timestamp) -> dict:
    """Journeys at a step in the latest window that all had time to move on, and the same of the year before it."""
    at, took = times[one], (times[other] - times[one]).dt.total_seconds() / 86_400
    moved = took[took >= 0]
    days = int(np.clip(np.ceil(moved.quantile(USUAL)), 1, LONGEST)) if len(moved) else 1
    last = end - pd.Timedelta(days=days)
    first = last - pd.Timedelta(days=RECENT)
    now = (at >= first) & (at < last)
    before = (at >= first - pd.Timedelta(days=YEAR)) & (at < first)
    hit = (took >= 0) & (took <= days)
    cases, hits, cases_before = int(now.sum()), int((now & hit).sum()), int(before.sum())
    low, high = share_range(hits, cases)
    earliest = at[before].min()
    span = YEAR if pd.isna(earliest) else max((first - earliest).days, 1)
    return {
        "step": one, "next_step": other, "days": days, "cases": cases, "moved": hits, "rate": hits / cases if cases else np.nan,
        "low": low, "high": high, "before": (before & hit).sum() / cases_before if cases_before else np.nan,
        "cases_before": cases_before, "year": cases_before * 365 / span,
    }  # fmt: skip
