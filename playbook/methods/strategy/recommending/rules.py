"""Rules: which items may be offered at all, and what one of them brings."""

import numpy as np
import pandas as pd

from playbook.locale import mark

__all__ = ["FEWEST_BUYERS", "RULES", "offered", "texts", "worth"]

RULES = {  # why an item may not be offered, and how that is said
    "no longer listed": mark("{n} no longer listed"), "out of stock": mark("{n} out of stock"),
    "not sold within a year": mark("{n} not sold within a year"), "sold without a margin": mark("{n} sold without a margin"),
}  # fmt: skip

FEWEST_BUYERS = 5  # with fewer nobody can say who likes an item, other than by its words
_WORDS = ("name", "category", "brand", "description")


def texts(items: pd.DataFrame) -> list[str]:
    """What the product list says of each item, in one line; empty where it says nothing."""
    known = [c for c in _WORDS if c in items]
    if not known:
        return [""] * len(items)
    return [" ".join(w for w in row if isinstance(w, str)) for row in items[known].astype(object).itertuples(index=False)]


def worth(items: pd.DataFrame, margin: float | None) -> pd.Series:
    """Gross margin of one unit: price less cost where the cost is known, else the share ``margin`` of the price; without either
    the price itself. Missing where nothing was sold in the last year and no cost tells more."""
    price = (items["revenue"] / items["units"]).where(items["units"] > 0)
    usual = price * (1.0 if margin is None else margin)
    return usual if "cost" not in items or margin is None else (price - items["cost"]).fillna(usual)


def offered(items: pd.DataFrame, brings: pd.Series) -> tuple[np.ndarray, dict[str, int]]:
    """Which items (I,) may be offered, and how many each rule keeps back, the first that holds counting: not in the product list
    any more, none in stock, no margin."""
    free, kept_back = np.ones(len(items), dtype=bool), {}
    rules = {
        "no longer listed": ~items["listed"].to_numpy(dtype=bool) if "listed" in items and items["listed"].any() else None,
        "out of stock": (items["on_hand"] <= 0).to_numpy() if "on_hand" in items else None,
        "not sold within a year": brings.isna().to_numpy(),
        "sold without a margin": (brings <= 0).to_numpy(),
    }
    for rule, holds in rules.items():
        if holds is not None:
            kept_back[rule] = int((holds & free).sum())
            free &= ~holds
    return free, {rule: n for rule, n in kept_back.items() if n}
