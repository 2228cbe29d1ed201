"""Demand drivers: what a regression may know of each series: the calendar, prices, promotions, and competitors' prices."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.forecasting.candidates import Candidate
from playbook.methods.market_research.forecasting.regression import Drivers, regression
from playbook.methods.market_research.outlook.levels import OTHER, Levels

__all__ = ["driver_candidate"]

LEAST_MONTHS = 30  # below, a regression on drivers has more to learn than months to learn it from
WEEKEND = 5  # Saturday and Sunday: days of the week from here on


def driver_candidate(
    levels: Levels, horizon: int, product_weeks: pd.DataFrame | None, competitor_weeks: pd.DataFrame | None
) -> tuple[dict[str, Candidate], tuple[str, ...]]:
    """The regression on drivers, ready for ``forecasts``, and words for the drivers in it; nothing for a short history.

    Prices are mean log prices paid of a series' products, each against its own mean and weighed by its revenue; promotions the
    share of units sold at a discount; competitors' prices log ratios to ours. A driver takes part only if it is known for every
    month: what is known of late only says nothing about the months before.
    """
    span = pd.DatetimeIndex(levels.table.index)
    if len(span) < LEAST_MONTHS:
        return {}, ()
    words = [mark("the calendar")]
    held, repeated = [], []
    if product_weeks is not None and len(product_weeks):
        rows = _by_month(product_weeks, span)
        held.append(_price(rows, levels, span))
        words.append(mark("prices"))
        if "discounted_units" in rows:
            repeated.append(_promotion(rows, levels, span))
            words.append(mark("promotions"))
        if competitor_weeks is not None and (ratio := _competitors(rows, competitor_weeks, levels, span)) is not None:
            held.append(ratio)
            words.append(mark("competitors' prices"))
    begins = levels.table.notna().to_numpy().argmax(axis=0)
    drivers = Drivers(
        _from(_calendar(span, horizon, len(levels.nodes)), begins),
        _from(np.stack(held, axis=2), begins) if held else None,
        _from(np.stack(repeated, axis=2), begins) if repeated else None,
    )
    return {"regression on drivers": regression(drivers)}, tuple(words)


def _calendar(span: pd.DatetimeIndex, horizon: int, series: int) -> np.ndarray:
    """Days and weekend days of each month, those ahead included, (series, months, 2)."""
    first = pd.date_range(span[0], periods=len(span) + horizon + 1, freq="MS")
    days = pd.date_range(first[0], first[-1], freq="D", inclusive="left")
    month = (days.year - first[0].year) * 12 + days.month - first[0].month
    counts = np.stack([np.bincount(month), np.bincount(month, weights=days.day_of_week >= WEEKEND)], axis=1)
    return np.broadcast_to(counts.astype(float), (series, *counts.shape))


def _from(drivers: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Each series' drivers from the month in which it begins, the end filled with the last ones."""
    places = np.minimum(np.arange(drivers.shape[1]) + begins[:, None], drivers.shape[1] - 1)
    return np.take_along_axis(drivers, places[:, :, None], axis=1)


def _by_month(weeks: pd.DataFrame, span: pd.DatetimeIndex) -> pd.DataFrame:
    """Product and month (of the week's Thursday): units, revenue, discounted units, and the log price paid less its mean."""
    month = (weeks["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    sums = ["units", "revenue", *(["discounted_units"] if "discounted_units" in weeks else [])]
    rows = weeks.assign(product_id=weeks["product_id"].astype(str), category=weeks["category"].astype(str), month=month)
    rows = rows.groupby(["product_id", "category", "month"], as_index=False)[sums].sum()
    rows = rows[rows["month"].isin(span) & (rows["units"] > 0) & (rows["revenue"] > 0)]
    price = np.log(rows["revenue"] / rows["units"])
    return rows.assign(log_price=price, price=price - price.groupby(rows["product_id"]).transform("mean"))


def _monthly(rows: pd.DataFrame, column: str, weight: str, levels: Levels, span: pd.DatetimeIndex) -> np.ndarray:
    """Weighted means of the rows of each series (series, months), carried over months without one."""
    nodes, product, category = levels.nodes, rows["product_id"].to_numpy(dtype=object), rows["category"]
    groups = nodes.loc[nodes["level"] == "group", "id"]
    group = category.where(category.isin(groups), OTHER).to_numpy(dtype=object)
    month = span.get_indexer(rows["month"])
    weights = rows[weight].to_numpy(dtype=float)
    top, below = np.nan_to_num(rows[column].to_numpy(dtype=float) * weights), np.nan_to_num(weights)
    lines = []
    for node in nodes.itertuples():
        if node.level == "total":
            own = slice(None)
        else:
            own = group == node.group if node.level == "group" or node.rest else product == node.id
        above, under = (np.bincount(month[own], weights=part[own], minlength=len(span)) for part in (top, below))
        lines.append(np.divide(above, under, out=np.full(len(span), np.nan), where=under > 0))
    return pd.DataFrame(lines).T.ffill().bfill().fillna(0.0).to_numpy().T


def _price(rows: pd.DataFrame, levels: Levels, span: pd.DatetimeIndex) -> np.ndarray:
    usual = rows.groupby("product_id")["revenue"].transform(
        "mean"
    )  # fixed weights, so that a change of mix is no change of price
    return _monthly(rows.assign(usual=usual), "price", "usual", levels, span)


def _promotion(rows: pd.DataFrame, levels: Levels, span: pd.DatetimeIndex) -> np.ndarray:
    return _monthly(rows.assign(promoted=rows["discounted_units"] / rows["units"]), "promoted", "units", levels, span)


def _competitors(rows: pd.DataFrame, seen: pd.DataFrame, levels: Levels, span: pd.DatetimeIndex) -> np.ndarray | None:
    month = (seen["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    theirs = np.log(seen["price"].where(seen["price"] > 0))
    asked = theirs.groupby([seen["product_id"].astype(str), month.rename("month")]).mean().rename("asked").reset_index()
    both = rows.merge(asked.dropna(), on=["product_id", "month"])
    if not span.isin(both["month"]).all():
        return None
    both = both.assign(ratio=both["asked"] - both["log_price"])
    return _monthly(both, "ratio", "revenue", levels, span)
