"""Plan pace: what an action of the plan should have brought by now, can have brought, and can still bring in its first year."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.result.formats import LEVEL

__all__ = ["PACE", "action_pace"]

PACE = ("due", "so_far", "ahead", "ahead_low", "ahead_high", "chance", "needed")
YEAR = 365  # days from its planned start in which an action is to bring its value; it runs for all of them or for some
MONTH = YEAR / 12
_EDGE = norm.ppf(0.5 + LEVEL / 2)
STEP = 0.05  # a chance is told in steps of this size


def action_pace(action: Mapping, began: pd.Timestamp | None, ended: pd.Timestamp | None, today: pd.Timestamp) -> dict[str, float]:
    """``PACE`` of one action: ``due`` (of its promised value, by today), ``so_far`` (if it brought what was promised since it
    began),
    ``ahead`` with its range (by the end of the first year from the planned start), ``chance`` (to reach the promised value) and
    ``needed`` (a month of the time left, to reach it).

    The value is taken to come evenly over the ``days`` that the action was planned to run (a year where the plan does not say),
    within a year from its planned start. An action that has not begun by its day is taken to begin tomorrow, one that
    has ended brings nothing more. What it truly brought is for evaluation to say; this is how far the plan still holds.
    """
    start, value = pd.Timestamp(action["start"]), float(action["value"])
    low, high = (float(value if action.get(f"value_{edge}") is None else action[f"value_{edge}"]) for edge in ("low", "high"))
    days = min(action.get("days") or YEAR, YEAR)
    close, running = start + pd.Timedelta(days=YEAR), ended is None or ended > today
    first = began if began is not None else max(start, today + pd.Timedelta(days=1))
    planned = min(first + pd.Timedelta(days=days), close)
    last = planned if running else min(ended + pd.Timedelta(days=1), planned)
    until_today = today + pd.Timedelta(days=1)
    reached = _part(first, min(last, until_today), days) if began is not None else 0.0
    whole, left = _part(first, last, days), max((planned - max(first, until_today)).days, 0) / MONTH
    spread = (high - low) / (2 * _EDGE) * whole
    chance = float(norm.sf(value, value * whole, spread)) if spread > 0 else float(whole >= 1)
    missing = value * (1 - reached)
    return {
        "due": value * _part(start, until_today, days), "so_far": value * reached, "ahead": value * whole,
        "ahead_low": low * whole, "ahead_high": high * whole, "chance": round(chance / STEP) * STEP,
        "needed": missing / left if left and missing > 0 and running else np.nan,
    }  # fmt: skip


def _part(first: pd.Timestamp, after: pd.Timestamp, days: int) -> float:
    """Share of its ``days`` from ``first`` to the day before ``after``."""
    return float(np.clip((after - first).days / days, 0.0, 1.0))
