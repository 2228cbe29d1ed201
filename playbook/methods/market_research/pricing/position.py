"""Price position: what the client asks against each competitor, product by product, group by group, month by month."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.market_research.pricing.panel import ONE_GROUP

__all__ = ["AGAINST_COLUMNS", "FAR_OFF", "MONTH_COLUMNS", "RECENT", "Position", "price_position"]

MONTH_COLUMNS = ("category", "competitor", "month", "index", "products")
AGAINST_COLUMNS = ("product_id", "category", "against", "cheaper", "dearer", "n_weeks")
RECENT = 13  # weeks that "now" is
FAR_OFF = np.log(4)  # a competitor's price more than four times ours or less than a quarter of it is another product


@dataclass(frozen=True)
class Position:
    """Own price divided by the competitor's: 1.05 is five percent dearer; means are geometric and of matched products only.

    ``months``: category, competitor, month, index, products (category "all products" for all of them together);
    ``products``: product_id, category, against (index against the mean of its competitors), cheaper and dearer (number of
    competitors that ask less, more), n_weeks, over the last quarter; ``now``: competitor, index, earlier (the same products
    in the first quarter of the data, NaN if too short), products; ``odd``: pairs left out as
    prices of different things.
    """

    months: pd.DataFrame
    products: pd.DataFrame
    now: pd.DataFrame
    odd: int


def price_position(product_weeks: pd.DataFrame, competitor_weeks: pd.DataFrame | None) -> Position | None:
    """Compare the price paid for each product with what competitors asked in the same week; None when nothing matches.

    Own prices are revenue / units of the week, promotions included, as a shopper meets them; in weeks without a sale that of the
    last week with one. Columns of both frames as in ``playbook.intake.frames``.
    """
    if competitor_weeks is None or competitor_weeks.empty or product_weeks.empty:
        return None
    pairs = _matched(product_weeks, competitor_weeks)
    typical = pairs.groupby(["product_id", "competitor"])["log_ratio"].transform("median").abs()
    other = typical > FAR_OFF
    odd = int(pairs.loc[other, ["product_id", "competitor"]].drop_duplicates().shape[0])
    pairs = pairs[~other & (pairs["log_ratio"].abs() < 2 * FAR_OFF)]
    if pairs.empty:
        return None
    pairs = pairs.assign(month=pairs["week"].dt.to_period("M").dt.start_time)
    together = [pairs.assign(category=ONE_GROUP), *([pairs] if pairs["category"].nunique() > 1 else [])]
    months = pd.concat([_monthly(part) for part in together], ignore_index=True)
    last = pairs["week"].max()
    recent = pairs[pairs["week"] > last - pd.Timedelta(weeks=RECENT)]
    return Position(months, _products(recent), _now(pairs, recent), odd)


def _matched(product_weeks: pd.DataFrame, competitor_weeks: pd.DataFrame) -> pd.DataFrame:
    own = product_weeks.loc[(product_weeks["units"] > 0) & (product_weeks["revenue"] > 0)]
    own = own[["product_id", "category", "week", "units", "revenue"]].astype({"product_id": str, "category": str})
    own = own.assign(ours=own["revenue"] / own["units"])[["product_id", "category", "week", "ours"]].sort_values(
        ["week", "product_id"]
    )
    theirs = competitor_weeks.astype({"product_id": str, "competitor": str})
    theirs = theirs[(theirs["price"] > 0) & np.isfinite(theirs["price"])].sort_values(["week", "product_id", "competitor"])
    theirs = theirs.assign(week=theirs["week"].astype(own["week"].dtype))
    pairs = pd.merge_asof(theirs, own, on="week", by="product_id", tolerance=pd.Timedelta(weeks=RECENT)).dropna(subset=["ours"])
    return pairs.assign(log_ratio=np.log(pairs["ours"] / pairs["price"]))


def _monthly(pairs: pd.DataFrame) -> pd.DataFrame:
    """Mean over products of each product's mean of the month, so that a product seen in more weeks counts no more than others."""
    each = pairs.groupby(["category", "competitor", "month", "product_id"])["log_ratio"].mean()
    table = each.groupby(["category", "competitor", "month"]).agg(["mean", "size"]).reset_index()
    return table.assign(index=np.exp(table["mean"]), products=table["size"]).drop(columns=["mean", "size"])


def _products(recent: pd.DataFrame) -> pd.DataFrame:
    each = recent.groupby(["product_id", "category", "competitor"])["log_ratio"].mean().reset_index()
    table = each.groupby(["product_id", "category"]).agg(
        against=("log_ratio", "mean"),
        cheaper=("log_ratio", lambda r: int((r > 0).sum())),
        dearer=("log_ratio", lambda r: int((r < 0).sum())),
    )
    weeks = recent.groupby("product_id")["week"].nunique().rename("n_weeks")
    table = table.reset_index().join(weeks, on="product_id")
    return table.assign(against=np.exp(table["against"]))


def _now(pairs: pd.DataFrame, recent: pd.DataFrame) -> pd.DataFrame:
    by = ["competitor", "product_id"]
    now = recent.groupby(by)["log_ratio"].mean().rename("now")
    first, last = pairs["week"].min(), pairs["week"].max()
    begin = (
        pairs[pairs["week"] < first + pd.Timedelta(weeks=RECENT)] if last - first >= pd.Timedelta(weeks=3 * RECENT) else pairs[:0]
    )
    both = now.to_frame().join(begin.groupby(by)["log_ratio"].mean().rename("earlier")).reset_index()
    same = both.dropna(subset=["earlier"]).groupby("competitor")
    table = both.groupby("competitor").agg(index=("now", "mean"), products=("product_id", "size")).reset_index()
    moved = (same["now"].mean() - same["earlier"].mean()).reindex(table["competitor"]).to_numpy()
    table["earlier"] = np.exp(table["index"] - moved)
    return table.assign(index=np.exp(table["index"]))[["competitor", "index", "earlier", "products"]]
