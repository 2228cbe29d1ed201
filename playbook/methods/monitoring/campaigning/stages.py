"""Stages: the share of journeys that take each step of the way now, against what the plan asks and against the year before."""

from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Objective
from playbook.methods.monitoring.campaigning.measures import scatter
from playbook.methods.monitoring.campaigning.sequential import always_valid, evidence
from playbook.methods.monitoring.campaigning.watch import quarter_start
from playbook.methods.needs_analysis.chance import holm, share_range
from playbook.methods.needs_analysis.path.steps import first_reach, step_order

__all__ = ["asked_conversion", "stage_rates"]

YEAR = 364  # days before the quarter that tell what is usual
USUAL, LONGEST = 0.9, 60  # share of the moves that set how long one waits for a move, and days at most
FEWEST = 30  # journeys at a step, now and before
MEANT = 0.1  # relative change of a step worth finding


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
    """One row per step of the way, the quarter so far (see ``quarter_start``) against the plan and the year before it.

    step, next_step, since, days (waited for the move), looks (weeks), cases, moved, rate, low, high (Wilson), before (the year
    before, waited for as long), cases_before, asked, p_value (of no difference from ``asked``, at all weekly looks, Holm over the
    steps), onward (share of those at next_step who came to the end), year (journeys at the step in a year).

    ``asked`` is the conversion from first to last step; each step is asked for the same relative improvement on the year before,
    so that together they reach it (none, where the year before reached it); missing without a plan. Journeys so young that their
    move may still come are left out. Scatter from week to week beyond chance widens ranges. Empty without two steps or enough
    journeys.
    """
    reached = first_reach(journey_steps)
    order = step_order(reached, stages)
    if len(order) < 2:
        return pd.DataFrame()
    times = reached.pivot(index="journey_id", columns="step", values="step_at").reindex(columns=list(order))
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    latest = end - pd.Timedelta(days=end.day_of_week + 7)  # Monday of the latest whole week
    since = quarter_start(pd.Series([latest]))
    seen = [_moves(times, one, other, since, end) for one, other in zip(order, order[1:], strict=False)]
    frame = pd.DataFrame([row for row, _ in seen], index=range(len(seen)))
    kept = (frame["cases"] >= FEWEST) & (frame["cases_before"] >= FEWEST)
    frame, looks = frame[kept], [weeks for (_, weeks), keep in zip(seen, kept, strict=True) if keep]
    if frame.empty:
        return frame.reset_index(drop=True)
    onward = frame["before"][::-1].cumprod()[::-1].shift(-1, fill_value=1.0)
    whole = float(frame["before"].prod())
    better = (asked / whole) ** (1 / len(frame)) if asked and whole and kept.all() else np.nan
    frame = frame.assign(onward=onward, asked=(frame["before"] * np.maximum(better, 1.0)).clip(upper=1.0))
    chances = [_chance(row, weeks) for row, weeks in zip(frame.itertuples(), looks, strict=True)]
    known = frame["asked"].notna().all()
    return frame.assign(p_value=holm(chances) if known else np.nan).reset_index(drop=True)


def _moves(times: pd.DataFrame, one: str, other: str, since: pd.Timestamp, end: pd.Timestamp) -> tuple[dict, pd.DataFrame]:
    """A step's row, and its cases and hits by week since the quarter began, of journeys that all had time to move on."""
    at, took = times[one], (times[other] - times[one]).dt.total_seconds() / 86_400
    moved = took[took >= 0]
    days = int(np.clip(np.ceil(moved.quantile(USUAL)), 1, LONGEST)) if len(moved) else 1
    hit = (took >= 0) & (took <= days)
    start = since - pd.Timedelta(days=YEAR)
    inside = (at >= start) & (at < end - pd.Timedelta(days=days))
    counted = pd.DataFrame({"week": (at[inside] - start).dt.days // 7, "hits": hit[inside]}).groupby("week")["hits"]
    weeks = counted.agg(["size", "sum"]).set_axis(["cases", "hits"], axis=1)
    before, now = weeks[weeks.index < YEAR // 7], weeks[weeks.index >= YEAR // 7]
    cases, hits, usual = int(now["cases"].sum()), int(now["hits"].sum()), int(before["cases"].sum())
    share = before["hits"].sum() / usual if usual else np.nan
    least = share * (1 - share) if usual else 0.0
    beyond = 1.0
    if least > 0:
        beyond = scatter(before["hits"].to_numpy(dtype=float), before["cases"].to_numpy(dtype=float), least) / least
    low, high = share_range(hits / beyond, cases / beyond)
    span = 7 * len(range(int(before.index.min()), YEAR // 7)) if usual else YEAR
    return {
        "step": one, "next_step": other, "since": since, "days": days, "looks": len(now), "cases": cases, "moved": hits,
        "rate": hits / cases if cases else np.nan, "low": low, "high": high, "before": share, "cases_before": usual,
        "beyond": beyond, "year": usual * 365 / span,
    }, now.cumsum()  # fmt: skip


def _chance(row, weeks: pd.DataFrame) -> float:
    """Always-valid p value of a step's share so far against what is asked of it, whose own error comes from the year before."""
    if not 0 < row.asked < 1:
        return 1.0
    cases = weeks["cases"].to_numpy(dtype=float)
    variance = row.beyond * row.asked * (1 - row.asked) * (1 / cases + 1 / row.cases_before)
    return float(always_valid(evidence(weeks["hits"].to_numpy() / cases - row.asked, variance, MEANT * row.asked))[-1])
