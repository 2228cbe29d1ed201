"""Contributions: a change of revenue split among groups, to the cent, and how far it lies from all groups moving alike."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.revenue.price_volume_mix import EFFECTS, price_volume_mix
from playbook.methods.needs_analysis.revenue.shapley import shapley, to_the_cent

__all__ = ["REST", "contributions", "factor_parts", "price_parts", "surprise"]

REST = mark("not assigned")  # what the groups do not hold of the total


def contributions(actual: pd.Series, reference: pd.Series, expected: float, total: float) -> pd.DataFrame:
    """What each group adds to ``total`` - ``expected``: group, expected, actual, change; changes add up to it exactly.

    ``actual`` and ``reference``: revenue by group, now and in the time that tells its usual share. A group is expected to bring
    its usual share of what was expected in all, so that its change is what it did beside the others. Changes are whole cents,
    the largest in the direction of the whole first.
    """
    groups = actual.index.union(reference.index)
    usual = reference.reindex(groups, fill_value=0.0).clip(lower=0)
    now = actual.reindex(groups, fill_value=0.0).astype("float64")
    left = total - now.sum()
    if abs(left) >= 0.005:
        now[REST] = now.get(REST, 0.0) + left
        usual = usual.reindex(now.index, fill_value=0.0)
    share = usual / usual.sum() if usual.sum() > 0 else now * 0.0
    if usual.sum() <= 0:
        share[:] = 1 / len(share)
    due = share * expected
    cents = to_the_cent(list((now - due) * 100), round((total - expected) * 100))
    frame = pd.DataFrame(
        {"group": now.index.astype(str), "expected": due.to_numpy(), "actual": now.to_numpy(), "change": np.array(cents) / 100}
    )
    return frame.sort_values("change", ascending=total < expected, kind="stable", ignore_index=True)


def surprise(actual: pd.Series, reference: pd.Series) -> float:
    """How far the groups' shares now lie from their usual ones: Jensen-Shannon divergence, 0 when all moved alike.

    Source: Adtributor, Bhagwan et al. (2014, NSDI), eq. 3, summed over the groups.
    """
    groups = actual.index.union(reference.index)
    p, q = (s.reindex(groups, fill_value=0.0).clip(lower=0).to_numpy(dtype=float) for s in (reference, actual))
    if not p.sum() > 0 or not q.sum() > 0:
        return 0.0
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    terms = [np.where(s > 0, s * np.log(np.where(s > 0, s, 1) / np.where(middle > 0, middle, 1)), 0.0).sum() for s in (p, q)]
    return max(float(sum(terms)) / 2, 0.0)


def factor_parts(expected: tuple[float, float], actual: tuple[float, float]) -> pd.Series | None:
    """The change of revenue by its two factors, orders and order value (Shapley), to the cent; each pair is orders and revenue.

    None where one of the numbers of orders is zero.
    """
    if expected[0] <= 0 or actual[0] <= 0:
        return None
    before, after = ((orders, revenue / orders) for orders, revenue in (expected, actual))
    parts = to_the_cent([part * 100 for part in shapley(before, after)], round((actual[1] - expected[1]) * 100))
    return pd.Series(parts, index=[mark("orders"), mark("order value")]) / 100


def price_parts(actual: pd.DataFrame, reference: pd.DataFrame, expected: float, total: float) -> pd.Series | None:
    """The change by prices, units and mix, and what has no units (``other``), to the cent.

    ``actual`` and ``reference``: rows [product_id, category, revenue, units]. The reference is brought to ``expected``: as many
    units more or less of every product, at its price. None without units in both.
    """
    kept = []
    for rows in (reference, actual):
        rows = rows.assign(product_id=rows["product_id"].astype("object").fillna(""), units=rows["units"].fillna(0.0))
        kept.append(rows.astype({"category": "str", "product_id": "str"}))
    earlier, later = kept
    if not (earlier["units"].sum() > 0 and later["units"].sum() > 0 and earlier["revenue"].sum() > 0):
        return None
    scale = expected / earlier["revenue"].sum()
    earlier = earlier.assign(revenue=earlier["revenue"] * scale, units=earlier["units"] * scale)
    split = price_volume_mix(earlier, later)[[*EFFECTS, "other"]].sum()
    goal = round((total - expected) * 100)
    split["other"] += goal - split.sum()  # rows that no product holds, and cents of the rounding by group
    return split.astype("float64") / 100
