"""Price, volume and mix: what the change of revenue owes to prices, to the number of units, and to which products they were."""

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.revenue.shapley import to_the_cent

__all__ = ["EFFECTS", "price_volume_mix"]

EFFECTS = ("price", "volume", "mix")


def price_volume_mix(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Split the change of revenue by product group: [category, before, after, change, price, volume, mix, other], in cents.

    Takes rows of product_months [product_id, category, revenue, units] of two windows. Revenue of a product is the units of
    its group x its share of them x its price (units of different groups, litres and pieces, are never added up). Volume,
    mix and price get their Shapley values (Shapley 1953): no order of the three is preferred, and each row adds up to the
    cent. A product sold in one window only has the same price in both: its change is mix. ``other``: products whose
    units do not add up to more than zero in a window that has revenue.
    """
    table = _by_product(earlier).merge(_by_product(later), how="outer", left_index=True, right_index=True, suffixes=("_0", "_1"))
    table = table.fillna(0.0)
    sane = pd.Series(True, index=table.index)
    for w in (0, 1):
        sane &= (table[f"units_{w}"] > 0) | ((table[f"units_{w}"] == 0) & (table[f"revenue_{w}"] == 0))
    good, odd = table[sane], table[~sane]
    effects = _effects(good).groupby("category", observed=True).sum()
    frame = table.groupby("category", observed=True)[["revenue_0", "revenue_1"]].sum()
    frame = frame.rename(columns={"revenue_0": "before", "revenue_1": "after"}).join(effects).fillna(0.0)
    frame["other"] = (odd["revenue_1"] - odd["revenue_0"]).groupby("category", observed=True).sum().reindex(frame.index).fillna(0)
    return _whole_cents(frame).reset_index()


def _by_product(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["category", "product_id"], observed=True)[["revenue", "units"]].sum()


def _effects(products: pd.DataFrame) -> pd.DataFrame:
    """Shapley values of the group's units, share and price for every product: closed form for a product of three factors."""
    units = [products[f"units_{w}"].to_numpy() for w in (0, 1)]
    total = [products.groupby("category", observed=True)[f"units_{w}"].transform("sum").to_numpy() for w in (0, 1)]
    share = [np.divide(u, t, out=np.zeros(len(u)), where=t > 0) for u, t in zip(units, total, strict=True)]
    price = [
        np.divide(products[f"revenue_{w}"].to_numpy(), units[w], out=np.full(len(products), np.nan), where=units[w] > 0)
        for w in (0, 1)
    ]
    price = [np.where(np.isnan(price[w]), price[1 - w], price[w]) for w in (0, 1)]
    price = [np.nan_to_num(p) for p in price]

    def part(changed, first, second) -> np.ndarray:
        both = first[0] * second[0] / 3 + (first[0] * second[1] + first[1] * second[0]) / 6 + first[1] * second[1] / 3
        return (changed[1] - changed[0]) * both

    return pd.DataFrame(
        {"price": part(price, total, share), "volume": part(total, share, price), "mix": part(share, total, price)},
        index=products.index,
    )


def _whole_cents(frame: pd.DataFrame) -> pd.DataFrame:
    before, after = ((frame[c] * 100).round().astype("int64") for c in ("before", "after"))
    names = [*EFFECTS, "other"]
    rounded = [
        to_the_cent(list(row), int(change)) for row, change in zip((frame[names] * 100).to_numpy(), after - before, strict=True)
    ]
    split = pd.DataFrame(rounded, columns=names, index=frame.index)
    return pd.concat([before, after, (after - before).rename("change"), split], axis=1)
