"""Demand outlook: every series of the levels forecast at once, made to add up, with ranges by month and for their sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.market_research.forecasting.candidates import Candidate
from playbook.methods.market_research.forecasting.forecast import Forecast, forecasts
from playbook.methods.market_research.forecasting.ranges import coverage, sum_width, widths
from playbook.methods.market_research.forecasting.sparse import demand_class
from playbook.methods.market_research.outlook.coherence import Coherent, coherent, settled
from playbook.methods.market_research.outlook.levels import Levels

__all__ = ["Outlook", "SumRange", "outlook"]

YEAR = 12


@dataclass(frozen=True)
class SumRange:
    """Ranges of sums of a series' months ahead: from the trials' errors, else as if all months missed the same way."""

    errors: np.ndarray
    unit: np.ndarray
    back: np.ndarray
    each: np.ndarray

    def width(self, first: int, last: int) -> float:
        """Half width of the range of the sum of the months ``first`` to ``last`` (not included) ahead."""
        alike = float(self.each[first:last].sum())
        if last <= first or not len(self.back):
            return alike
        found = sum_width(self.errors, self.unit, self.back, first, last)
        return alike if found is None else found


@dataclass(frozen=True)
class Outlook:
    """``path`` (one row a series and month): level, id, group, rest, month, expected, low, high; adds up to the cent.

    ``items`` (one row a series): level, id, group, rest, kind (class of demand, or "stopped"), expected, low, high (all months
    ahead together), before, against (what that is: "same" months a year earlier; where no season is known as many "average"
    months of the last year; in a history of less than a year as many "last" months), young (first sold within that year).
    ``total`` is the tested forecast of the total, with path, coverage and tests of what is shown; ``sums`` its ranges of sums;
    ``method`` and ``gains`` as in ``Coherent`` (None without groups).
    """

    path: pd.DataFrame
    items: pd.DataFrame
    total: Forecast
    sums: SumRange
    coverage: float | None
    method: str | None
    gains: dict[str, float]


def outlook(levels: Levels, horizon: int, season: int, extra: Mapping[str, Candidate]) -> Outlook:
    """Forecast all series of ``levels`` ``horizon`` months ahead and make them add up; see ``forecasts`` and ``coherent``."""
    found = list(forecasts(levels.table, horizon, season, extra).values())
    total, history = found[0], levels.table.to_numpy(dtype=float).T
    values = np.array([f.path["value"].to_numpy() for f in found])
    actual, tests = _tested(history, found, total.back, horizon)
    scales = np.array([_size(f, line) for f, line in zip(found, history, strict=True)])
    agreed: Coherent | None = None
    if len(levels.nodes) > 1:
        bottoms, signed = levels.bottoms, np.nanmin(history, axis=1) < 0
        over = np.array([found[place].untested == "stopped" for place in bottoms])
        agreed = coherent(levels.summing, values, tests, actual, scales, levels.nodes["level"].to_numpy(), over)
        settled_bottoms = settled(agreed.values[bottoms], levels.nodes["group"].to_numpy()[bottoms], signed[bottoms])
        values, tests = levels.summing @ settled_bottoms, agreed.tests
    errors = actual - tests
    rows, items, ranges = [], [], []
    ahead = pd.DatetimeIndex(total.path["period"])
    before, against = _before(levels.table, ahead, total.season)
    for place, (node, one) in enumerate(zip(levels.nodes.itertuples(index=False), found, strict=True)):
        each = _each(one, errors[place], horizon)
        ranges.append(SumRange(errors[place], _unit(one, len(total.back)), total.back if one.n_origins else total.back[:0], each))
        positive = np.nanmin(history[place]) >= 0
        low, high = values[place] - each, values[place] + each
        low = np.maximum(low, 0) if positive else low
        rows.append(pd.DataFrame({**node._asdict(), "month": ahead, "expected": values[place], "low": low, "high": high}))
        width, expected = ranges[-1].width(0, horizon), float(values[place].sum())
        known = history[place][np.isfinite(history[place])]
        items.append(
            {
                **node._asdict(),
                "kind": "stopped" if one.untested == "stopped" else demand_class(known) if positive else "smooth",
                "expected": expected,
                "low": max(expected - width, 0.0) if positive else expected - width,
                "high": expected + width,
                "before": float(before[place]),
                "young": bool(np.isnan(history[place][-YEAR:]).any()),
            }
        )
    return Outlook(
        pd.concat(rows, ignore_index=True),
        pd.DataFrame(items).assign(against=against),
        total,
        ranges[0],
        _coverage(total, errors[0]),
        agreed.method if agreed else None,
        agreed.gains if agreed else {},
    )


def _tested(history: np.ndarray, found: list[Forecast], back: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """What came and what would have been forecast (series, starts, steps) at the total's starts; ``actual`` NaN beyond the end.

    A series that was too short for a test at a start takes its mean by then, one not yet begun nothing.
    """
    actual = np.full((len(history), len(back), horizon), np.nan)
    tests = np.zeros_like(actual)
    filled = np.nan_to_num(history)
    for start, behind in enumerate(back):
        now = history.shape[1] - behind
        came = filled[:, now : now + horizon]
        actual[:, start, : came.shape[1]] = came
        for place, one in enumerate(found):
            own = np.flatnonzero(one.back == behind)
            line = one.tests[own[0]] if len(own) else np.full(horizon, np.nan)
            known = history[place, :now][np.isfinite(history[place, :now])]
            tests[place, start] = np.where(np.isfinite(line), line, known.mean() if len(known) else 0.0)
    return actual, tests


def _size(one: Forecast, line: np.ndarray) -> float:
    """What an error of the series is measured in: its typical change from month to month."""
    known = line[np.isfinite(line)]
    size = float(np.mean(np.abs(np.diff(known)))) if len(known) > 1 else 0.0
    return size or float(np.abs(known).mean()) or 1.0


def _unit(one: Forecast, starts: int) -> np.ndarray:
    return np.nan_to_num(one.unit, nan=1.0) if len(one.unit) == starts else np.ones(starts)


def _each(one: Forecast, errors: np.ndarray, horizon: int) -> np.ndarray:
    """Half widths by month from the errors of what is shown; those of the series' own forecast where nothing was tested."""
    if not (one.n_origins and len(errors)):
        return (one.path["high"] - one.path["value"]).to_numpy()
    scaled = np.abs(errors) * _unit(one, len(errors))[:, None]
    started = np.isfinite(one.errors).any(axis=1)
    return widths(scaled[started], horizon, int(one.back[started][0]))


def _coverage(total: Forecast, errors: np.ndarray) -> float | None:
    if not total.n_origins:
        return None
    return coverage(np.abs(errors) * _unit(total, len(errors))[:, None], total.back)


def _before(table: pd.DataFrame, ahead: pd.DatetimeIndex, season: int) -> tuple[np.ndarray, str]:
    year = table.tail(YEAR).fillna(0.0).to_numpy(dtype=float)
    if len(year) < YEAR:
        return year[-len(ahead) :].sum(axis=0), "last"
    if season > 1 and len(ahead) <= YEAR:
        return year[: len(ahead)].sum(axis=0), "same"
    return year.mean(axis=0) * len(ahead), "average"
