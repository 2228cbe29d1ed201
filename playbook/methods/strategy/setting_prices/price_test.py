"""Price tests: which prices to try, by how much and for how long, so that the answer is known and not guessed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.strategy.setting_prices.choice import CHANGES, Limits
from playbook.methods.strategy.setting_prices.demand import optimum_price
from playbook.methods.strategy.setting_prices.today import YEAR

__all__ = ["CERTAIN", "POWER", "by_lot", "price_tests", "weeks_needed"]

TEST_COLUMNS = ("product_id", "category", "kind", "price", "test_price", "step", "units", "information", "half")
CERTAIN, POWER = 0.95, 0.80  # a two-sided test at 95 percent that finds the answer in four of five cases
UNSURE = ("unclear", "no answer")
SHORTEST = 4  # weeks of a test: customers have to notice
STEP = 0.10  # a test step: one learns by its square, so that small steps take years
MOST_TRIED = 500  # prices around it
NEAR = 0.03  # around it, for the client's endings
MATTERS = 0.5  # smallest distance of an elasticity from the one at which the step just pays that a test has to find
SEED = 11


def weeks_needed(information: Sequence[float] | np.ndarray) -> float:
    """Weeks of a test of several prices together, at least four: (z(0.975) + z(0.80))² / sum of what a week tells of each.

    They are found to pay or not taken together; infinite where nothing is sold.
    """
    total = float(np.nansum(np.asarray(information, dtype=float)))
    weeks = (norm.ppf((1 + CERTAIN) / 2) + norm.ppf(POWER)) ** 2 / total if total > 0 else np.inf
    return float(max(weeks, SHORTEST))


def price_tests(today: pd.DataFrame, elasticity: np.ndarray, choice: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """One row per product whose price changes or should be tested, with ``TEST_COLUMNS``; same index as ``today``.

    ``kind``: "change" (the advised price), "beyond" (the best price seems to lie past those seen) or "unclear" (the range of
    the gain includes none). ``units``: a week's. ``information``: what a week tells, squared distance of log units from those
    at which the step just pays over its variance; with the new price for half of the customers or weeks, the variance is 4 x
    dispersion / units. The distance is that of ``elasticity`` (n, the best guess; missing: only the smallest that matters) from
    break-even. ``half`` ("first", "second") is drawn by lot within groups.
    """
    kinds = choice["verdict"].map({**dict.fromkeys(CHANGES, "change"), "no room": "beyond", **dict.fromkeys(UNSURE, "unclear")})
    known = kinds.notna() & (today["paid"] > today["cost"]) & (today["cost"] > 0)
    table = today.loc[known, ["product_id", "category", "price"]].assign(kind=kinds[known])
    lower = (choice["value_based"] < today["price"]) | (optimum_price(today["cost"], elasticity) < today["paid"])
    lower = lower.where(choice["verdict"] != "no answer", False)
    table["test_price"] = [
        choice["advised"][i] if kinds[i] == "change" else _test_price(today.loc[i], lower[i], limits) for i in table.index
    ]
    table = table.dropna(subset=["test_price"])
    rows, ratio = today.loc[table.index], table["test_price"] / table["price"]
    paid, cost = rows["paid"], rows["cost"]
    table["step"] = ratio - 1
    table["units"] = rows["units"] / YEAR
    after = (ratio * paid - cost).clip(lower=1e-9 * paid)
    even = np.log((paid - cost) / after) / np.log(ratio)
    guess = pd.Series(elasticity, index=today.index)[table.index]
    distance = (guess - even).abs().fillna(0.0).clip(lower=MATTERS)
    table["information"] = (distance * np.log(ratio)) ** 2 * table["units"] / (4 * rows["dispersion"])
    table["half"] = by_lot(table["category"] + np.where(table["kind"] == "change", "", "/test"))
    return table[list(TEST_COLUMNS)]


def by_lot(groups: pd.Series) -> pd.Series:
    """Which half each row is in, first or second, drawn by lot so that each group is halved; same input, same lot."""
    rng = np.random.default_rng(SEED)
    order = pd.Series(rng.permutation(len(groups)), index=groups.index)
    starts = dict(zip(sorted(groups.unique()), rng.integers(0, 2, groups.nunique()), strict=True))
    place = order.groupby(groups).rank(method="first").astype(int) + groups.map(starts).astype(int)
    return (place % 2).map({1: "first", 0: "second"})


def _test_price(row: pd.Series, lower: bool, limits: Limits) -> float:
    """A price that ends as the client's do, about a tenth above that of now, or below; missing where that is below the floor."""
    aim = row["price"] * (1 - STEP if lower else 1 + STEP)
    floor = limits.floor(row["cost"])
    tried = limits.endings.allowed(max(aim * (1 - NEAR), floor), aim * (1 + NEAR), MOST_TRIED)
    return float(tried[np.abs(tried - aim).argmin()]) if len(tried) else aim if aim >= floor else np.nan
