"""Today: what each product costs, sells and earns at its price of now, the prices seen so far, and what competitors ask."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.pricing.panel import DISCOUNTED, FAR_OFF, LEAST
from playbook.methods.market_research.pricing.position import FAR_OFF as OTHER_GOODS
from playbook.methods.market_research.pricing.steps import RECENT, price_now

__all__ = ["YEAR", "competitor_prices", "prices_today"]

TODAY_COLUMNS = (
    "product_id", "category", "price", "paid", "units", "moved", "price_low", "price_high", "n_weeks", "dispersion", "cost",
    "stated", "odd",
)  # fmt: skip
YEAR = 52  # weeks
SEEN = 4  # weeks in which a price was paid, or one further out, for it to count as seen
LEAST_SPAN = 13  # weeks that a product's sales of a year are judged from at least
MOST_MOVED = 1.5  # the price now may differ by this factor from the year's; beyond it the year tells nothing of now
ODD_COST = 2  # a cost above this many times the price is that of another unit


def prices_today(
    product_weeks: pd.DataFrame, product_list: pd.DataFrame | None = None, gross_margin: float | None = None
) -> pd.DataFrame:
    """One row per product sold in the last quarter, in order of id, with ``TODAY_COLUMNS``.

    ``price``: what one unit costs now; ``paid``: what is paid for it on average at that price, promotions included; ``units``:
    a year's, as sold over the last year; ``moved``: the price now over the year's mean price; ``price_low`` and ``price_high``:
    the range of weekly prices seen in at least four weeks; ``dispersion``: variance of a week's units over their mean, at least
    1, from differences between weeks, so that slow trends do not count.

    ``cost`` of a unit as ``product_list`` states it (``stated``); where it states none, or nothing but 0, the client's
    ``gross_margin`` (share of revenue) stands in, and without one it is missing. ``odd``: stated, but more than twice the
    price, so that of another unit, and not used. Takes the frames of these names.
    """
    table = _clean(product_weeks)
    if table.empty:
        return pd.DataFrame(columns=list(TODAY_COLUMNS))
    last = table["week"].max()
    year = table[table["week"] > last - pd.Timedelta(weeks=YEAR)]
    recent = year[year["week"] > last - pd.Timedelta(weeks=RECENT)]
    sold = year.groupby("product")[["revenue", "units"]].sum()
    # The year's price is compared with that of now: both outside promotions, or both within where there was no week without.
    plain = year[(year["promotion"] == 0) & year["product"].isin(recent.loc[recent["promotion"] == 0, "product"])]
    plain = plain.groupby("product")[["revenue", "units"]].sum().reindex(sold.index)
    usual = (plain["revenue"] / plain["units"]).fillna(sold["revenue"] / sold["units"])
    begun = table.groupby("product")["week"].min()
    span = ((last - begun).dt.days / 7 + 1).clip(LEAST_SPAN, YEAR)
    today = pd.DataFrame({"price": price_now(recent, _stated(product_list, "list_price"))})
    today["category"] = table.drop_duplicates("product").set_index("product")["category"]
    today["moved"] = (today["price"] / usual).clip(1 / MOST_MOVED, MOST_MOVED)
    today["paid"] = sold["revenue"] / sold["units"] * today["moved"]
    today["units"] = sold["units"] * YEAR / span
    ordered = table.sort_values(["product", "price"]).groupby("product")["price"]
    # Promotions are prices too: the range is that of what was paid, and holds the price of now in any case.
    today["price_low"] = np.minimum(ordered.apply(lambda p: p.iloc[min(SEEN, len(p)) - 1]), today["price"])
    today["price_high"] = np.maximum(ordered.apply(lambda p: p.iloc[-min(SEEN, len(p))]), today["price"])
    today["n_weeks"] = table.groupby("product").size()
    today["dispersion"] = _dispersion(year)
    known = _stated(product_list, "cost").reindex(today.index)
    today["odd"] = known > ODD_COST * today["paid"]
    today["stated"] = (known > 0) & ~today["odd"]
    stand_in = np.nan if gross_margin is None else today["paid"] / today["moved"] * (1 - gross_margin)  # the year's margin
    today["cost"] = known.where(today["stated"], stand_in)
    return today.rename_axis("product_id").reset_index()[list(TODAY_COLUMNS)]


def _clean(product_weeks: pd.DataFrame) -> pd.DataFrame:
    """Weeks with a sale at a price that may be right: product, category, week, units, revenue, price, promotion."""
    columns = ["product_id", "category", "week", "units", "revenue"]
    table = product_weeks[columns].astype({"product_id": str, "category": str, "units": float, "revenue": float})
    table = table.rename(columns={"product_id": "product"}).assign(promotion=0.0)
    if "discounted_units" in product_weeks:
        table["promotion"] = (product_weeks["discounted_units"] > DISCOUNTED * product_weeks["units"]).astype(float)
    table = table[(table["units"] >= LEAST) & (table["revenue"] >= LEAST)].sort_values(["product", "week"])
    table["price"] = table["revenue"] / table["units"]
    usual = table.groupby("product")["price"].transform("median")
    return table[np.log(table["price"] / usual).abs() <= FAR_OFF].reset_index(drop=True)


def _dispersion(year: pd.DataFrame) -> pd.Series:
    units = year.pivot_table(index="week", columns="product", values="units", aggfunc="sum").fillna(0.0)
    noise = (units.diff().iloc[1:] ** 2).mean() / 2
    return (noise / units.mean()).clip(lower=1.0).fillna(1.0)


def _stated(product_list: pd.DataFrame | None, column: str) -> pd.Series:
    if product_list is None or column not in product_list:
        return pd.Series(dtype=float)
    values = product_list.astype({"product_id": str}).drop_duplicates("product_id").set_index("product_id")[column]
    return values.astype(float)


def competitor_prices(today: pd.DataFrame, competitor_weeks: pd.DataFrame | None) -> tuple[pd.DataFrame, int]:
    """product_id, rivals (median of each competitor's latest price), competitors (number), seen (Monday of the latest week).

    And how many of the latest prices were left out. Of the last 13 weeks with competitors' prices. A price more than four times
    the client's, or less than a quarter, is that of another thing or an error.
    """
    columns = ["product_id", "rivals", "competitors", "seen"]
    if competitor_weeks is None or competitor_weeks.empty:
        return pd.DataFrame(columns=columns), 0
    seen = competitor_weeks.astype({"product_id": str, "competitor": str})
    seen = seen[
        (seen["price"] > 0) & np.isfinite(seen["price"]) & (seen["week"] > seen["week"].max() - pd.Timedelta(weeks=RECENT))
    ]
    latest = seen.sort_values("week", kind="stable").drop_duplicates(["product_id", "competitor"], keep="last")
    latest = latest.merge(today[["product_id", "paid"]], on="product_id")
    right = np.log(latest["price"] / latest["paid"]).abs() <= OTHER_GOODS
    kept = latest[right].groupby("product_id")
    table = kept.agg(rivals=("price", "median"), competitors=("competitor", "size"), seen=("week", "max")).reset_index()
    return table[columns], int((~right).sum())
