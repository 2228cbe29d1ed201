"""Price steps: what a small step of one product's price would bring in margin a year, within the prices already seen."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.panel import PricePanel

__all__ = ["RECENT", "STEP", "STEP_COLUMNS", "price_now", "price_steps", "step_gain"]

STEP_COLUMNS = (
    "product_id", "category", "price", "cost", "stated", "margin", "units_year", "revenue_year", "elasticity", "low", "high",
    "step", "gain", "gain_low", "gain_high", "verdict",
)  # fmt: skip
STEP = 0.05  # tried up and down
SMALLEST = 0.01  # a step that the prices seen leave less room than this for is none
YEAR = 52  # weeks
RECENT = 13  # weeks in which a price counts as that of now
SAME = 0.005  # a smaller difference of two prices is none
LATEST = 3  # of them, the middle one of the last so many: an odd number, so that it is a price that was asked
ODD_COST = 2  # a cost above this many times the price is that of another unit
WORTH = 0.005  # gain as a share of the product's margin below which the price is about right


def step_gain(units, price, cost, elasticity, step):
    """Change of margin when a price moves by ``step`` (0.05 is up five percent) and units by (1 + step) ** elasticity.

    All may be arrays of one shape. At a small step its sign is that of step * (1 + elasticity * (price - cost) / price): the
    rule of Lerner (1934, Rev. Economic Studies 1), after which a price is right when the margin is 1 / |elasticity|.
    """
    return units * (((1 + step) * price - cost) * (1 + step) ** elasticity - (price - cost))


def price_now(recent: pd.DataFrame, listed: pd.Series | None = None) -> pd.Series:
    """What a unit costs now, by product: the middle of the last three weeks' prices, of weeks without promotion if there are any.

    Takes product, week, price and promotion (0 or 1) of the last weeks. Of a product whose ``listed`` price (by product) was
    paid in the last of these weeks, it is that one: the price has just been changed.
    """
    ordered = recent.sort_values(["product", "week"])
    plain = ordered["promotion"] == 0
    told = ordered[plain | ~plain.groupby(ordered["product"]).transform("any")].groupby("product")["price"]
    price = ordered.loc[told.tail(LATEST).index].groupby("product")["price"].median()
    if listed is not None:
        asked = listed.reindex(price.index)
        price = price.mask((asked / told.last() - 1).abs() < SAME, asked)
    return price


def price_steps(response: Response, panel: PricePanel, products: pd.DataFrame | None, gross_margin: float | None) -> pd.DataFrame:
    """One row per measured product with a known margin, in ``STEP_COLUMNS``, the largest gain first.

    ``products`` (product_id, cost) states the cost; where it does not (``stated`` is False), ``gross_margin`` (share of
    revenue) stands in. ``step`` is the better of up and down by 5 percent, less where the prices seen end sooner; ``gain`` is
    margin a year by it, with the range that the elasticity leaves. ``verdict``: "could cost more", "costs too much", "about
    right", "no room" (the prices seen end here) or "not clear"; where a reaction is not even shown, step and gain are NaN.
    """
    last = panel.rows["week"].max()
    year = panel.rows[panel.rows["week"] > last - pd.Timedelta(weeks=YEAR)]
    weeks = min(YEAR, int(panel.rows["week_code"].max() - panel.rows["week_code"].min()) + 1)
    sold = (year.groupby("product")[["units", "revenue"]].sum() * YEAR / weeks).add_suffix("_year")
    table = response.products.set_index("product").join(sold, how="inner")
    paid = table["revenue_year"] / table["units_year"]
    listed = table["product_id"].map(_stated(products, "list_price"))
    table["price"] = price_now(panel.rows[panel.rows["week"] > last - pd.Timedelta(weeks=RECENT)], listed)
    table["price"] = table["price"].fillna(paid)
    table["cost"] = table["product_id"].map(_stated(products, "cost"))
    table["stated"] = table["cost"].notna()
    if gross_margin is not None:
        table["cost"] = table["cost"].fillna(paid * (1 - gross_margin))
    table = table[(table["cost"] > 0) & (table["cost"] < ODD_COST * paid)].copy()
    paid, units, cost = paid[table.index], table["units_year"], table["cost"]
    table["margin"] = 1 - cost / paid
    # The direction that pays is chosen before asking whether the prices seen leave room for it.
    upward = step_gain(1.0, paid, cost, table["elasticity"], STEP) >= step_gain(1.0, paid, cost, table["elasticity"], -STEP)
    up = np.clip(table["price_high"] / table["price"] - 1, 0, STEP)
    down = np.clip(table["price_low"] / table["price"] - 1, -STEP, 0)
    table["step"] = np.where(upward, up, down)
    ends = [step_gain(units, paid, cost, table[end], table["step"]) for end in ("low", "high")]
    table["gain"] = step_gain(units, paid, cost, table["elasticity"], table["step"])
    table["gain_low"], table["gain_high"] = np.minimum(*ends), np.maximum(*ends)
    table["verdict"] = _verdict(table)
    # A price whose rise is not shown to cost sales would seem to pay without end: no sum is told.
    table.loc[table["high"] >= 0, ["step", "gain", "gain_low", "gain_high"]] = np.nan
    return table.sort_values(["gain", "product_id"], ascending=[False, True], ignore_index=True)[list(STEP_COLUMNS)]


def _stated(products: pd.DataFrame | None, column: str) -> dict[str, float]:
    if products is None or column not in products:
        return {}
    known = products.dropna(subset=[column])
    return dict(zip(known["product_id"].astype(str), known[column].astype(float), strict=True))


def _verdict(table: pd.DataFrame) -> np.ndarray:
    small = table["gain"] < WORTH * table["margin"] * table["revenue_year"]
    return np.select(
        [table["high"] >= 0, table["step"].abs() < SMALLEST, small, table["gain_low"] <= 0, table["step"] > 0],
        [mark("not clear"), mark("no room"), mark("about right"), "not clear", mark("could cost more")],
        mark("costs too much"),
    )
