"""Stock: when to reorder what and how much, what empty shelves cost, and what lies there for nothing."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.holding.classes import abc, xyz
from playbook.methods.strategy.holding.demand import demand_table, weekly
from playbook.methods.strategy.holding.figures import matrix_figure
from playbook.methods.strategy.holding.findings import Held, findings, headline
from playbook.methods.strategy.holding.forecast import forecast
from playbook.methods.strategy.holding.lists import proposals, worklists
from playbook.methods.strategy.holding.policy import REVIEW_WEEKS, over_lead, reorder, replay
from playbook.methods.strategy.holding.tables import assumptions, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Stock", "stock"]

YEAR = 52  # weeks
USUAL_LEAD = 2.0  # weeks, where the client states none
FEWEST_WEEKS = 13  # of sales
FEWEST_COUNTS = 8  # in the last year, below which a product's share of empty counts is chance
STALE = 4  # weeks beyond lead and review time, after which a count says nothing of today


@dataclass(frozen=True, kw_only=True)
class Stock(Result):
    """``products``: one row per product counted: product_id, name, mean and variance (units a week), lead (weeks), point, safety,
    quantity, fill, abc, xyz, on_hand, on_order, order (units to order now), out (share of its counts at zero, NaN below 8
    counts), missed (margin a year lost to that), weeks_left, dead (units beyond a year's demand), tied (their cost, money).
    ``served``: share of demand that the policy would have served over the last year, ``average`` its mean stock; ``was`` and
    ``lay`` the same as it was (NaN below 8 counts)."""

    products: pd.DataFrame = field(repr=False)
    served: float
    average: float
    was: float
    lay: float

    def figures(self) -> tuple[Figure, ...]:
        """Where the money lies: stock at cost by class."""
        return (matrix_figure(self.products, self.fmt),) if self.products["value"].sum() > 0 else ()


@section(
    "stock",
    "What should be reordered, when, and how much?",
    promise="a reorder point, safety stock and order for each product, what running out costs, and what lies idle",
)
def stock(
    stock_levels: pd.DataFrame,
    stocked_weeks: pd.DataFrame,
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    product_list: pd.DataFrame | None = None,
) -> Stock | Locked:
    """Order points from the forecast distribution of demand over lead and review time, orders by Harris' square root or by cover.

    Weeks that began without stock teach nothing of demand (``weekly``). Locked below 13 weeks of sales.
    """
    counts = stock_levels[stock_levels["date"] <= pd.Timestamp(as_of)]
    span = stocked_weeks["week"].nunique()
    if counts.empty or span < FEWEST_WEEKS:
        weeks = fmt.count(FEWEST_WEEKS)
        need = fmt.say("orders (product_id, quantity) over {n} weeks, and stock (date, product_id, on_hand)", n=weeks)
        return Locked(
            fmt=fmt,
            headline="No reorder point can be set yet: too few weeks of sales are known",
            unlock=(need,),
            promise=stock.section.promise,
        )
    last = stocked_weeks["week"].max()
    weeks = (last - stocked_weeks["week"].min()).days // 7 + 1
    ids = sorted(counts["product_id"].unique())
    units = weekly(stocked_weeks, counts, ids, last, weeks)
    recent = units.tail(YEAR)
    table = demand_table(recent)
    table = table.join(_prices(stocked_weeks, last)).join(_listed(product_list)).join(_state(counts)).reindex(ids)
    table["lead_variance"] = table["lead_variance"].fillna(0.0)
    table["unit_margin"] = _unit_margin(table, parameters.gross_margin)
    found = forecast(units)
    table = table.join(over_lead(found, len(units), table["lead"], table["lead_variance"]))
    table = table.join(reorder(table, parameters.service_level, parameters.order_cost, parameters.holding_rate))
    yearly = table["mean"] * YEAR
    known = table["unit_margin"].notna().any()
    table["abc"] = abc(yearly * table["unit_margin" if known else "price"].fillna(0.0))
    table["xyz"] = xyz(table["mean"], table["variance"])
    table["value"] = (table["on_hand"] * table["cost"]).fillna(0.0)
    position = table["on_hand"] + table["on_order"]
    need = table["known"] & ~table["stale"] & (position <= table["point"]) & (table["mean"] > 0)
    lots = np.ceil((table["point"] - position).clip(lower=0) / table["quantity"].where(table["quantity"] > 0)).clip(lower=1)
    table["order"] = (lots * table["quantity"]).where(need, 0.0).fillna(0.0)
    table["missed"] = table["out"].fillna(0.0) * yearly * table["unit_margin"]
    soon = table["expected"] / (table["lead"] + REVIEW_WEEKS)  # a week
    table["weeks_left"] = (table["on_hand"] / soon).where(soon > 0, np.inf)
    table["dead"] = (table["on_hand"] - yearly).clip(lower=0).where(table["known"], 0.0)
    table.loc[table["stale"], "dead"] = 0.0
    table["tied"] = table["dead"] * table["cost"]
    products = table.rename_axis("product_id").reset_index()
    sold = table["known"] & (table["mean"] > 0)
    begin = counts.sort_values("date").drop_duplicates("product_id").set_index("product_id")["on_hand"].reindex(ids).fillna(0.0)
    played = forecast(units.loc[:, sold])
    served, average, replayed = replay(units.loc[:, sold], played, table[sold], parameters.service_level, begin[sold])
    told_out = table[table["out"].notna() & (table["mean"] > 0)]
    was = 1 - float((told_out["out"] * told_out["mean"]).sum() / told_out["mean"].sum()) if len(told_out) else np.nan
    lay = _lay(counts)
    told = Held(
        fmt=fmt,
        products=products,
        parameters=parameters,
        as_of=as_of,
        served=served,
        average=average,
        was=was,
        lay=lay,
        replayed=replayed,
        seasonal=found.seasonal,
    )
    return Stock(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        proposals=proposals(told),
        worklists=worklists(told),
        products=products,
        served=served,
        average=average,
        was=told.was,
        lay=lay,
    )


def _prices(sold: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """Mean price of a unit in the last year, by product."""
    sums = sold[sold["week"] > last - pd.Timedelta(weeks=YEAR)].groupby("product_id")[["units", "revenue"]].sum()
    return pd.DataFrame({"price": sums["revenue"] / sums["units"].where(sums["units"] > 0)})


def _listed(product_list: pd.DataFrame | None) -> pd.DataFrame:
    """name and cost by product; NaN where the list is silent."""
    if product_list is None:
        return pd.DataFrame({"name": pd.Series(dtype=object), "cost": pd.Series(dtype=float)})
    table = product_list.drop_duplicates("product_id").set_index("product_id")
    return pd.DataFrame({"name": table.get("name"), "cost": table.get("cost")}, index=table.index).astype({"cost": float})


def _state(counts: pd.DataFrame) -> pd.DataFrame:
    """By product: on_hand and on_order at the latest count, lead (weeks) and its variance, smallest order, out (share of the
    counts of the last year at zero), stale (counted too long ago to say what is there now)."""
    recent = counts[counts["date"] > counts["date"].max() - pd.Timedelta(weeks=YEAR)]
    latest = counts.sort_values("date").drop_duplicates("product_id", keep="last").set_index("product_id")
    lead = recent.groupby("product_id")["lead_time_days"] if "lead_time_days" in recent else None
    table = pd.DataFrame({"on_hand": latest["on_hand"].astype(float)})
    table["on_order"] = latest["on_order"].astype(float).fillna(0.0) if "on_order" in latest else 0.0
    table["lead"] = USUAL_LEAD if lead is None else (lead.last().astype(float) / 7)
    table["lead"] = table["lead"].fillna(USUAL_LEAD)
    table["lead_variance"] = 0.0 if lead is None else (lead.var(ddof=1).astype(float) / 49)
    table["smallest"] = latest["min_order"].astype(float) if "min_order" in latest else np.nan
    counted = (recent["on_hand"] <= 0).groupby(recent["product_id"]).agg(["mean", "size"])
    table["out"] = counted["mean"].where(counted["size"] >= FEWEST_COUNTS)
    age = (counts["date"].max() - latest["date"]).dt.days / 7
    table["stale"] = age > table["lead"] + REVIEW_WEEKS + STALE
    return table


def _lay(counts: pd.DataFrame) -> float:
    """Mean stock of the last year in units, all products together; between its counts a product's stock is that of the last."""
    days = counts.pivot_table(index="date", columns="product_id", values="on_hand", aggfunc="last").ffill()
    year = days[days.index > days.index.max() - pd.Timedelta(weeks=YEAR)]
    return float(year.sum(axis=1).resample("W").last().mean())


def _unit_margin(table: pd.DataFrame, margin: float | None) -> pd.Series:
    """Margin of one unit: price less cost, else the share stated; NaN where neither is known."""
    own = table["price"] - table["cost"]
    return own if margin is None else own.fillna(table["price"] * margin)
