"""Staggered start: some customers got it earlier than others; each start is compared with those who did not have it yet.

One regression with a dummy for "has it" would use those who started early as a comparison for those who started late, and count
what their effect still does as if nothing had happened to them; with effects that grow it can turn the sign round
(Goodman-Bacon 2021). Here each group of customers with the same start, and each week, has an effect of its own, measured against
customers not yet treated in that week, and the effects are then averaged (Callaway & Sant'Anna 2021, eq. 2.8 and table 1).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.methods.evaluation.measuring.estimate import Estimate

__all__ = ["NEVER", "Staggered", "staggered"]

NEVER = np.inf  # first treated period of those who never got it


@dataclass(frozen=True)
class Staggered:
    """``estimate``: mean effect over all treated customers and their treated periods, per customer and period; ``expected``: the
    mean level they would have had; ``effects``: start, period, effect, se, n (customers), by group and period; ``by_time``: time
    since the start (negative: before), effect, se, low, high, n; ``treated_periods``: customers times periods treated."""

    estimate: Estimate
    expected: float
    effects: pd.DataFrame = field(repr=False)
    by_time: pd.DataFrame = field(repr=False)
    treated_periods: int


def staggered(
    panel: pd.DataFrame, first: pd.Series, base: int = 1, clusters: pd.Series | None = None, fewest: int = 2
) -> Staggered | None:
    """Group-time effects and their averages.

    ``panel``: units x periods (integers, ascending); ``first``: first treated period of each unit, ``NEVER`` if none;
    ``base``: periods before a group's start whose mean it is measured from (1 as in Callaway & Sant'Anna; more are steadier where
    weeks scatter, and assume parallel courses for longer). ``clusters``: what units belong to, where whole clusters were treated
    together; without it errors are clustered by unit. Effects are weighted by customers; the weights count as known.
    ``fewest`` customers not yet treated make a comparison (at least two). None where no group has ``base`` periods before its
    start and so many to compare with.
    """
    values, periods = panel.to_numpy(dtype=float), panel.columns.to_numpy()
    start = first.reindex(panel.index).fillna(NEVER).to_numpy(dtype=float)
    rows, shares = [], []
    for group in np.unique(start[np.isfinite(start)]):
        mine = start == group
        ahead = (periods >= group - base) & (periods < group)
        if ahead.sum() < base or mine.sum() < 2:
            continue
        level = values[:, ahead].mean(axis=1)
        for place, period in enumerate(periods):
            others = (start > max(period, group)) & ~mine
            if others.sum() < fewest:
                continue
            change = values[:, place] - level
            own, their = change[mine], change[others]
            share = np.zeros(len(values))  # each unit's part in the error of this effect
            share[mine] = (own - own.mean()) / mine.sum()
            share[others] = -(their - their.mean()) / others.sum()
            rows.append((group, period, period - group, own.mean() - their.mean(), values[mine, place].mean(), int(mine.sum())))
            shares.append(share)
    table = pd.DataFrame(rows, columns=["start", "period", "time", "effect", "level", "n"])
    if not (table["time"] >= 0).any():
        return None
    shares = np.array(shares)
    label = np.arange(len(values)) if clusters is None else pd.factorize(clusters.reindex(panel.index))[0]
    treated = np.flatnonzero(table["time"] >= 0)
    estimate = _mean(table, shares, treated, label)
    n = table["n"].to_numpy(dtype=float)
    level = float(np.average(table["level"].to_numpy()[treated], weights=n[treated]))
    single = [_mean(table, shares, np.array([row]), label) for row in range(len(table))]
    by_time = []
    for time, places in table.groupby("time").indices.items():
        one = _mean(table, shares, places, label)
        by_time.append((time, one.effect, one.se, *one.range(), int(n[places].sum())))
    return Staggered(
        estimate,
        level - estimate.effect,
        table.drop(columns=["time", "level"]).assign(se=[one.se for one in single]),
        pd.DataFrame(by_time, columns=["time", "effect", "se", "low", "high", "n"]),
        int(n[treated].sum()),
    )


def _mean(table: pd.DataFrame, shares: np.ndarray, places: np.ndarray, label: np.ndarray) -> Estimate:
    """Mean effect of some rows, weighted by customers; its error adds up by cluster, with the usual small-sample factor."""
    weight = table["n"].to_numpy(dtype=float)[places]
    weight = weight / weight.sum()
    by_cluster = np.bincount(label, weight @ shares[places])
    g = len(by_cluster)
    se = float(np.sqrt(g / (g - 1) * (by_cluster**2).sum()))
    return Estimate(float(weight @ table["effect"].to_numpy()[places]), se, float(g - 1))
