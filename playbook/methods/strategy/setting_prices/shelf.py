"""Shelf: all products with their prices by cost, by competitors and by value side by side, and the price advised."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.market_research.prices import Prices
from playbook.methods.market_research.pricing.panel import REASONS
from playbook.methods.market_research.pricing.tables import product_names
from playbook.methods.strategy.setting_prices.choice import CHANGES, Limits, choose, gain_of
from playbook.methods.strategy.setting_prices.demand import Demand, draw_demand, known_answers
from playbook.methods.strategy.setting_prices.endings import learn_endings
from playbook.methods.strategy.setting_prices.price_test import price_tests, weeks_needed
from playbook.methods.strategy.setting_prices.today import YEAR, competitor_prices, prices_today
from playbook.result.formats import EDGES

__all__ = ["Shelf", "price_shelf"]

FOLLOWS = {"none": 0.0, "half": 0.5, "full": 1.0}  # share of a step that competitors follow
COSTED = 0.9  # share of a gain that has to rest on stated costs for its sum to be told as more than rough
REACTION_COLUMNS = ("follows", "gain", "gain_low", "gain_high", "paying")


@dataclass(frozen=True)
class Shelf:
    """``sheet``: one row per product sold in the last quarter, the largest gain first: those of ``prices_today``, ``choose`` and
    ``price_tests`` and name, cost_plus, rivals, competitors, seen, floor, elasticity, shared, alone, source ("own", "group" or
    missing), units_change and break_even (expected change of units by the advised price, and that at which it just pays).

    ``gain``: margin a year of all changes together: mean, low, high; ``reactions``: the same by how far competitors follow,
    with the number of changes that still pay; ``faster``: the gain if demand fell faster at higher prices (semi-log);
    ``weeks``: of the changes as a test of themselves; ``margin``: the target margin of cost-plus, ``stated`` in client.yml or
    what is earned now; ``unknown_fixed``: names under fixed_prices in client.yml that are neither a product sold nor a group.
    """

    sheet: pd.DataFrame
    gain: tuple[float, float, float]
    reactions: pd.DataFrame
    faster: float
    weeks: float
    margin: float | None
    margin_stated: bool
    limits: Limits
    odd_rivals: int
    unknown_fixed: tuple[str, ...]
    rivals_measured: bool

    @property
    def changes(self) -> pd.DataFrame:
        return self.sheet[self.sheet["verdict"].isin(CHANGES)]

    @cached_property
    def halved(self) -> bool:
        """Whether the changes come in two halves, one after the other."""
        return {"first", "second"} <= set(self.changes["half"])

    @cached_property
    def costed(self) -> bool:
        """Whether nearly all of the gain is that of products whose cost is stated."""
        gain = self.changes["gain"]
        return bool(gain[self.changes["stated"]].sum() >= COSTED * gain.sum())

    @property
    def tests(self) -> pd.DataFrame:
        """Products whose price should be tested and not changed yet."""
        return self.sheet[self.sheet["kind"].notna() & (self.sheet["kind"] != "change")]

    @cached_property
    def testable(self) -> bool:
        """Whether a test of all of them together would end within a year: a longer one is no advice."""
        return bool(weeks_needed(self.tests["information"]) <= YEAR)


def price_shelf(
    product_weeks: pd.DataFrame,
    prices: Prices | None,
    product_list: pd.DataFrame | None,
    competitor_weeks: pd.DataFrame | None,
    parameters: Assumptions,
    largest_step: float,
) -> Shelf | None:
    """Work out the shelf; None when no product was sold in the last quarter."""
    today = prices_today(product_weeks, product_list, parameters.gross_margin)
    if today.empty:
        return None
    answers = known_answers(today, prices)
    demand = draw_demand(today, answers, prices)
    named, known = today[["product_id", "category"]], set(today["product_id"]) | set(today["category"])
    fixed = today["product_id"][named.isin(parameters.fixed_prices).any(axis=1)]
    limits = Limits(parameters.least_margin, largest_step, learn_endings(today["price"]), frozenset(fixed))
    choice, draws = choose(today, demand, limits)
    if prices is not None:
        reasons = prices.left_out.astype({"product_id": str}).set_index("product_id")["reason"]
        weighed = today["product_id"].map(reasons) == REASONS["weighed"]
        choice["verdict"] = choice["verdict"].mask(weighed & (choice["verdict"] == "no answer"), "no unit price")
    tests = price_tests(today, answers["elasticity"].to_numpy(dtype=float), choice, limits)
    margin, stated = _target_margin(today, parameters.gross_margin)
    rivals, odd = competitor_prices(today, competitor_weeks)
    sheet = pd.concat([today, answers, choice, tests[["kind", "test_price", "information", "half"]]], axis=1)
    sheet = sheet.assign(
        name=sheet["product_id"].map(product_names(product_weeks, product_list)),
        cost_plus=np.nan if margin is None else sheet["cost"] / (1 - margin),
        floor=limits.floor(sheet["cost"]),
        **_units(sheet),
    ).merge(rivals, on="product_id", how="left")
    sheet["gain_now"] = sheet["units"] * (sheet["paid"] - sheet["cost"])
    changed = choice["verdict"].isin(CHANGES).to_numpy()
    ranked = sheet.sort_values(["gain", "gain_now", "product_id"], ascending=[False, False, True], ignore_index=True)
    return Shelf(
        sheet=ranked.drop(columns="gain_now"),
        gain=_range(draws[changed].sum(axis=0)),
        reactions=_reactions(today, demand, choice, changed),
        faster=_faster(today, demand, choice, changed),
        weeks=weeks_needed(tests.loc[tests["kind"] == "change", "information"]),
        margin=margin,
        margin_stated=stated,
        limits=limits,
        odd_rivals=odd,
        unknown_fixed=tuple(name for name in parameters.fixed_prices if name not in known),
        rivals_measured=prices is not None and prices.rivals is not None,
    )


def _range(draws: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(draws, EDGES)
    return float(draws.mean()), float(low), float(high)


def _target_margin(today: pd.DataFrame, gross_margin: float | None) -> tuple[float | None, bool]:
    """The client's stated margin, else what the products with a stated cost earn now; None where that is nothing."""
    if gross_margin is not None:
        return gross_margin, True
    known = today[today["stated"]]
    revenue = float((known["units"] * known["paid"]).sum())
    margin = 1 - float((known["units"] * known["cost"]).sum()) / revenue if revenue > 0 else 0.0
    return (margin, False) if 0 < margin < 1 else (None, False)


def _units(sheet: pd.DataFrame) -> dict[str, pd.Series]:
    changed, ratio = sheet["verdict"].isin(CHANGES), 1 + sheet["step"]
    after = (ratio * sheet["paid"] - sheet["cost"]).where(changed)
    before = sheet["paid"] - sheet["cost"]
    expected = (ratio ** sheet["elasticity"].clip(upper=0.0) - 1).where(changed)
    # Sold below cost, a higher price pays however many units fewer are sold.
    return {"units_change": expected, "break_even": (before / after - 1).where(before > 0, -1.0).where(changed)}


def _changed(today: pd.DataFrame, demand: Demand, choice: pd.DataFrame, changed: np.ndarray):
    ratio = (1 + choice["step"]).to_numpy(dtype=float)[changed, None]
    units, paid, moved = (today[c].to_numpy(dtype=float)[changed, None] for c in ("units", "paid", "moved"))
    return ratio, units, paid, moved, demand.cost[changed], demand.elasticity[changed], demand.spill[changed]


def _reactions(today: pd.DataFrame, demand: Demand, choice: pd.DataFrame, changed: np.ndarray) -> pd.DataFrame:
    parts = _changed(today, demand, choice, changed)
    rows = []
    for name, follow in FOLLOWS.items():
        gains = gain_of(*parts, demand.rivals[changed], follow)
        rows.append((name, *_range(gains.sum(axis=0)), int((gains.mean(axis=1) > 0).sum())))
    return pd.DataFrame(rows, columns=list(REACTION_COLUMNS))


def _faster(today: pd.DataFrame, demand: Demand, choice: pd.DataFrame, changed: np.ndarray) -> float:
    """Gain of all changes when log units fall in a straight line with the price, by the same elasticity at the price of now."""
    ratio, units, paid, moved, cost, elasticity, spill = _changed(today, demand, choice, changed)
    now = units * moved**elasticity
    gains = now * ((ratio * paid - cost) * np.exp(elasticity * (ratio - 1)) - (paid - cost)) + spill * np.log(ratio)
    return float(gains.sum(axis=0).mean())
