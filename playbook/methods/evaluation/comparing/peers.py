"""Peers: the quantiles of other clients' KPIs that may be shown, and where the client stands among them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.methods.evaluation.comparing.disclosure import safe
from playbook.methods.evaluation.comparing.quantiles import rounded, weights
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE

__all__ = ["FEWEST", "compared", "place", "quantiles"]

FEWEST = 5  # other clients, below which nothing is shown
SHARES = (0.25, 0.5, 0.75)
STEP = 5  # a place is told in steps of this many of a hundred
MONEY = frozenset({"money", "unit_money"})
BOUNDS = {"share": (0.0, 1.0), "score": (-100.0, 100.0)}  # of figures; all others are not negative
COLUMNS = ("kpi", "own", "lower", "middle", "upper", "place", "better")


def quantiles(values: np.ndarray, kpi: str) -> dict[float, float]:
    """The quartiles of the other clients' ``values`` to two figures, the median alone where they would give a figure away, and
    nothing where that would too, or with fewer than five."""
    known = np.sort(np.asarray(values, dtype=float))
    known = known[np.isfinite(known)]
    if len(known) < FEWEST:
        return {}
    indicator = CATALOGUE[kpi]
    bounds = BOUNDS.get(indicator.kind, BOUNDS.get(indicator.unit, (0.0, None)))
    for shares in (SHARES, SHARES[1:2]):
        published = {share: rounded(float(weights(len(known), share) @ known)) for share in shares}
        if safe(known, published, bounds):
            return published
    return {}


def compared(own: Mapping[str, float], peers: pd.DataFrame, industry: str, currency: str) -> pd.DataFrame:
    """One row a KPI that may be shown, with ``COLUMNS``: the client's figure, the quartiles of the others of its industry (NaN
    where only the median may be shown), its place among a hundred (NaN outside the quartiles) and whether it is in the better
    half. ``peers``: industry, currency, kpi, value; money is compared within one currency."""
    alike, rows = peers[peers["industry"] == industry], []
    for kpi, value in own.items():
        others = alike[alike["kpi"] == kpi]
        if CATALOGUE[kpi].unit in MONEY:
            others = others[others["currency"] == currency]
        found = quantiles(others["value"].to_numpy(dtype=float), kpi)
        if found:
            edges = [found.get(share, np.nan) for share in SHARES]
            higher = value > found[0.5]
            better = np.nan if value == found[0.5] else float(higher == (CATALOGUE[kpi].good == "up"))
            rows.append((kpi, value, *edges, place(value, edges), better))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def place(value: float, edges: list[float]) -> float:
    """How many of a hundred lie below, between the quartiles shown, in steps of five; NaN outside them or without them."""
    if np.isnan(edges).any() or not edges[0] <= value <= edges[2]:
        return np.nan
    return float(round(np.interp(value, edges, [25, 50, 75]) / STEP) * STEP)
