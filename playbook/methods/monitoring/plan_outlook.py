"""Outlook: one KPI against its plan so far, and its forecast to the end of the plan with the chance to reach the target."""

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from playbook.methods.market_research.forecasting.forecast import SEASON_MARGIN, SEASONS_NEEDED, forecast
from playbook.methods.monitoring.planned import YEAR
from playbook.methods.needs_analysis.kpis.catalogue import Indicator
from playbook.result.contract import Result
from playbook.result.formats import LEVEL

__all__ = ["SEASON_KNOWN", "outlook", "spread_of_sums"]

HISTORY_PER_MONTH = 3  # months of history that a month ahead takes; further ahead a forecast would be a guess
PACE = 3  # latest months that stand for today's pace
EDGE = norm.ppf(0.5 + LEVEL / 2)
# Degrees of freedom of the chance. Of 178 simulated forecasts of a quarter 5 percent lay beyond twice the range's half width and
# 2 percent beyond three times; a normal curve would have 1 and 0.01 percent there, a t curve with 3 degrees 5 and 2.
TAILS = 3
SEASON_KNOWN = SEASONS_NEEDED * YEAR + SEASON_MARGIN  # months of history from which the forecast knows the season


def spread_of_sums(spread: np.ndarray) -> np.ndarray:
    """Standard deviation of the sum of the first 1, 2, ... forecasts, from each forecast's own.

    Errors as in simple exponential smoothing, var(h) = s2 (1 + (h-1) a2) and cov(h, h+k) = s2 (a + (h-1) a2) with a2 = a squared
    (Hyndman, Koehler, Ord and Snyder 2008, ch. 6): ``a`` is read off how fast the spread grows. With a = 0 months err
    independently, with a = 1 the level is a random walk.
    """
    steps = np.arange(len(spread))
    first = spread[0] if len(spread) else 0.0
    if first <= 0:
        return np.cumsum(spread)  # nothing to read the growth from: fully correlated, the widest
    growth = ((spread[1:] / first) ** 2 - 1) / steps[1:]
    a = float(np.sqrt(np.clip(growth.mean(), 0, 1))) if len(growth) else 0.0
    earlier = np.minimum.outer(steps, steps)
    scale = 1 + steps * a**2
    correlation = (a + earlier * a**2) / np.sqrt(np.multiply.outer(scale, scale))
    np.fill_diagonal(correlation, 1)
    variances = np.multiply.outer(spread, spread) * correlation
    return np.array([np.sqrt(variances[:h, :h].sum()) for h in steps + 1])


def outlook(kpi: Indicator, course: pd.Series, targets: pd.DataFrame, demand: Result | None) -> tuple[dict, pd.DataFrame]:
    """One KPI's row of ``PlanTracking.status_table`` and its rows of ``paths``.

    ``course``: values of complete months; ``targets`` [period, kpi, target]. Flows (revenue, orders) are summed over the months
    of the plan, anything else is compared month by month. Months without data are left out of plan and actual alike.
    """
    target = targets[targets["kpi"] == kpi.id].set_index("period")["target"]
    latest, flow = course.index[-1], kpi.kind == "flow"
    target = target[(target.index > latest) | target.index.isin(course.index)]
    actual = course.reindex(target.index[target.index <= latest])
    ahead = target.index[target.index > latest]
    path, spread = _ahead(kpi, course, ahead, demand)
    total = target.cumsum() if flow else target
    so_far = actual.cumsum() if flow else actual
    reached = float(so_far.iloc[-1]) if len(so_far) else 0.0 if flow else np.nan
    future = reached + path.cumsum() if flow else path
    width = EDGE * (spread_of_sums(spread) if flow else spread)
    end_target = float(total.iloc[-1]) if len(total) else np.nan
    end, low, high, probability = reached, np.nan, np.nan, np.nan
    if len(ahead):
        known = len(future) == len(ahead) and len(future) > 0
        end, low, high = (future.iloc[-1], future.iloc[-1] - width[-1], future.iloc[-1] + width[-1]) if known else (np.nan,) * 3
        scale = max(width[-1], abs(end) * 1e-9 + 1e-12) / t.ppf(0.5 + LEVEL / 2, TAILS) if known else np.nan
        probability = float(t.sf(end_target, TAILS, end, scale)) if known else np.nan
        probability = 1 - probability if kpi.good == "down" else probability
    expected = float(total.loc[:latest].iloc[-1]) if len(actual) else 0.0 if flow else np.nan
    needed = np.nan if not len(ahead) else (end_target - reached) / len(ahead) if flow else end_target
    row = {
        "kpi": kpi.id,
        "expected": expected,
        "actual": reached,
        "gap": reached - expected,
        "end_target": end_target,
        "forecast": end,
        "low": low,
        "high": high,
        "probability": probability,
        "needed": needed,
        "pace": float(course.tail(PACE).mean()),
        "months_left": len(ahead),
        "latest": latest,
        "seasoned": len(course) >= SEASON_KNOWN,
        "start": target.index.min(),
        "end": target.index.max(),
    }
    row["status"] = _status(row, kpi)
    steps = pd.DataFrame(
        {"kpi": kpi.id, "target": total, "actual": so_far, "forecast": future, "low": future - width, "high": future + width}
    )
    return row, steps.rename_axis("period").reset_index()


def _ahead(kpi: Indicator, course: pd.Series, ahead: pd.DatetimeIndex, demand: Result | None) -> tuple[pd.Series, np.ndarray]:
    """Forecast of the months ahead, and its standard deviation; empty where the history is too short."""
    given = getattr(demand, "forecast", None)
    nothing = pd.Series(dtype="float64", index=ahead[:0]), np.array([])
    if not len(ahead):
        return nothing
    if kpi.id == "revenue" and given is not None and ahead.isin(given["month"]).all():
        path = given.rename(columns={"month": "period", "revenue": "value"})
    else:
        horizon = int((ahead[-1].to_period("M") - course.index[-1].to_period("M")).n)
        if horizon * HISTORY_PER_MONTH > len(course):
            return nothing
        course = course.asfreq("MS").interpolate()
        # A share over trailing months has no season of its own.
        path = forecast(course, horizon, 1 if kpi.kind == "share" else YEAR).path
    path = path.set_index(pd.DatetimeIndex(path["period"])).reindex(ahead)
    return path["value"].astype(float), ((path["high"] - path["low"]) / (2 * EDGE)).to_numpy(dtype=float)


def _status(row: dict, kpi: Indicator) -> str:
    if not row["months_left"]:
        return "reached" if (row["actual"] >= row["end_target"]) == (kpi.good == "up") else "missed"
    if np.isnan(row["probability"]) or 1 - LEVEL < row["probability"] < LEVEL:
        return "open"
    return "on track" if row["probability"] >= LEVEL else "behind"
