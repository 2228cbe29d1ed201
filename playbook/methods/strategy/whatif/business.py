"""Business: what a client's revenue is made of, read from the last twelve months: a shop, a pipeline, or contracts.

    shop        customers x orders a customer x value of an order; visits x conversion for customers where visits are known
    pipeline    deals in progress / days to a decision x win rate x deal size (Little's law: Little 1961)
    contracts   contracts that run, new ones a month, the share that ends a month, the fee

A driver moves by a factor around 1; a price moves sales by its elasticity, and the cost of goods moves with sales.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.path.steps import first_reach, outcome, step_order

__all__ = [
    "DOWN",
    "LABELS",
    "MONTHS",
    "Business",
    "contract_business",
    "pipeline_business",
    "shop_business",
    "visit_months",
]

MONTHS = 12
LABELS = {
    "visits": ("Number of journeys", "count"), "customers": ("Customers a month", "count"), "conversion": ("Conversion", "share"),
    "frequency": ("Orders per customer and month", "number"), "orders": ("Orders a month", "count"),
    "order_value": ("Value of an order", "money"),
    "open_deals": ("Deals in progress", "count"), "cycle": ("Days to a decision", "number"), "win_rate": ("Win rate", "share"),
    "deal_size": ("Size of a deal", "money"), "new": ("New contracts a month", "number"),
    "churn": ("Contracts ending a month", "share"),
    "price": ("Price", "share"), "cost": ("Unit cost", "share"),
}  # fmt: skip
DOWN = ("cycle", "churn", "cost")  # drivers of which more is worse


@dataclass(frozen=True)
class Business:
    """What makes a client's revenue.

    ``base``: level of each driver over the last twelve months, by name (LABELS); ``history``: a row a month, the same columns
    (price and cost are not in it); ``revenue``: of twelve months when no driver moves; ``margin``: share of it, None where not
    stated; ``fixed``: marketing and sales budget of a year, not moved by the drivers; ``running``: contracts at the start.
    """

    kind: str
    base: dict[str, float]
    history: pd.DataFrame = field(repr=False)
    revenue: float
    margin: float | None = None
    fixed: float = 0.0
    elasticity: float = 0.0
    elasticity_error: float = 0.0
    running: float = 0.0

    @property
    def drivers(self) -> tuple[str, ...]:
        """Names of what can move: price only where its effect is known, unit cost only where the margin is."""
        priced = self.kind == "contracts" or self.elasticity != 0.0
        return (*self.base, *(["price"] if priced else []), *(["cost"] if self.margin else []))

    @property
    def judged(self) -> str:
        """The outcome it is judged by: "profit", or "revenue" where no margin is stated."""
        return "profit" if self.margin else "revenue"

    @property
    def meant(self) -> str:
        """What that outcome is, as far as is stated: "revenue", "margin", or "profit" (margin less the budget)."""
        return "revenue" if not self.margin else "profit" if self.fixed > 0 else "margin"

    def outcome(self, factors: dict[str, np.ndarray], elasticity: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Revenue and profit of twelve months when drivers are multiplied by ``factors`` (arrays of one shape; absent ones stay).

        Profit is margin less the budget; NaN where no margin is stated.
        """
        price = np.asarray(factors.get("price", 1.0), dtype=float)
        answer = price ** (self.elasticity if elasticity is None else elasticity)
        sold = self._volume(factors) * answer
        revenue = self.revenue * sold * price
        if self.margin is None:
            return revenue, np.full(np.shape(revenue), np.nan)
        cost = self.revenue * (1 - self.margin) * sold * np.asarray(factors.get("cost", 1.0), dtype=float)
        return revenue, revenue - cost - self.fixed

    def _volume(self, factors: dict[str, np.ndarray]) -> np.ndarray:
        """Sales at base prices, as a share of those when nothing moves."""
        if self.kind == "contracts":
            still = self._paid(1.0, 1.0)
            return self._paid(factors.get("new", 1.0), factors.get("churn", 1.0)) / still if still > 0 else np.ones(())
        volume = np.ones(())
        for name in self.base:
            factor = np.asarray(factors.get(name, 1.0), dtype=float)
            volume = volume / factor if name == "cycle" else volume * factor
        return volume

    def _paid(self, new: np.ndarray, churn: np.ndarray) -> np.ndarray:
        """Monthly fees paid in twelve months: contracts end and begin once a month, and pay at its end."""
        stays = 1 - np.clip(self.base["churn"] * np.asarray(churn, dtype=float), 0.0, 1.0)
        running, paid = np.asarray(self.running, dtype=float), np.zeros(())
        for _ in range(MONTHS):
            running = running * stays + self.base["new"] * np.asarray(new, dtype=float)
            paid = paid + running
        return paid


def shop_business(months: pd.DataFrame, visits: pd.DataFrame | None = None, **stated) -> Business | None:
    """From complete ``months`` (month, revenue, orders, customers) and ``visits`` (month, visits, bought), if known.

    None without an order in the last twelve months. Where customers are not known, orders stand for customers x frequency.
    ``stated``: further fields of Business, such as margin.
    """
    history = months.set_index("month").astype(float)
    last = history.tail(MONTHS)
    if not (last["orders"].sum() > 0 and last["revenue"].sum() > 0):
        return None
    table = pd.DataFrame({"order_value": history["revenue"] / history["orders"].where(history["orders"] > 0)})
    base = {"order_value": float(last["revenue"].sum() / last["orders"].sum())}
    if history["customers"].notna().all() and last["customers"].sum() > 0:
        customers = history["customers"]
        table = table.assign(customers=customers, frequency=history["orders"] / customers.where(customers > 0))
        base = {
            "customers": float(last["customers"].mean()),
            "frequency": float(last["orders"].sum() / last["customers"].sum()),
        } | base
    else:
        table, base = table.assign(orders=history["orders"]), {"orders": float(last["orders"].mean())} | base
    visits = pd.DataFrame(columns=["month", "visits", "bought"], dtype=float) if visits is None else visits
    seen = visits.set_index("month")
    if seen.tail(MONTHS)["bought"].sum() > 0:
        # What moved customers (or orders) until now moves visits: these are often known for a shorter time, or in part only.
        moved = next(iter(base))
        table = table.rename(columns={moved: "visits"}).join((seen["bought"] / seen["visits"]).rename("conversion"))
        del base[moved]
        whole = seen.tail(MONTHS).sum()
        base = {"visits": float(whole["visits"]), "conversion": float(whole["bought"] / whole["visits"])} | base
    scale = MONTHS / len(last)
    return Business("shop", base, table[list(base)], float(last["revenue"].sum()) * scale, **stated)


def visit_months(journey_steps: pd.DataFrame, stages: tuple[str, ...], as_of: pd.Timestamp) -> pd.DataFrame | None:
    """Journeys by the complete month in which they began: month, visits, bought (reached the last step); None with one step."""
    reached = first_reach(journey_steps)
    order = step_order(reached, stages)
    if len(order) < 2:
        return None
    journeys = (
        reached.assign(hit=reached["step"] == order[-1]).groupby("journey_id").agg(day=("step_at", "min"), hit=("hit", "any"))
    )
    month = journeys["day"].dt.to_period("M").dt.to_timestamp()
    table = journeys.groupby(month.rename("month")).agg(visits=("hit", "size"), bought=("hit", "sum")).reset_index()
    return table[table["month"] + pd.offsets.MonthEnd() <= as_of].reset_index(drop=True)


def pipeline_business(opportunities: pd.DataFrame, as_of: pd.Timestamp, **stated) -> Business | None:
    """From deals with a day of closing and an amount; None without a won one in the last twelve months.

    The days to a decision come in where the day of creation is known: with as many deals in progress, shorter ones are decided
    sooner, and more of them in a year.
    """
    if not {"closed_on", "amount"} <= set(opportunities):
        return None
    deals = opportunities.assign(end=outcome(opportunities["stage"]), closed=pd.to_datetime(opportunities["closed_on"]))
    deals = deals[(deals["end"] != "open") & deals["closed"].notna() & (deals["closed"] <= as_of)]
    first = as_of + pd.Timedelta(days=1) - pd.DateOffset(months=MONTHS)
    if "created_on" in deals:
        deals = deals.assign(days=(deals["closed"] - pd.to_datetime(deals["created_on"])).dt.days.clip(lower=0))
    month = deals["closed"].dt.to_period("M").dt.to_timestamp().rename("month")
    history = deals.groupby(month).apply(_decided, include_groups=False)
    last = deals[deals["closed"] >= first]
    found = _decided(last)
    if not found["won"] > 0 or not found["deal_size"] > 0:
        return None
    span = (
        MONTHS
        if len(deals) and deals["closed"].min() <= first
        else max((as_of - deals["closed"].min()).days / (365.25 / 12), 1.0)
    )
    decided = len(last) * MONTHS / span
    base = {"win_rate": found["win_rate"], "deal_size": found["deal_size"]}
    if found["cycle"] > 0:
        base = {"open_deals": decided * found["cycle"] / 365.25, "cycle": found["cycle"]} | base
        history["open_deals"] = history["decided"] * history["cycle"]
    else:
        base = {"orders": decided} | base
        history["orders"] = history["decided"]
    revenue = decided * found["win_rate"] * found["deal_size"]
    history = history[history.index + pd.offsets.MonthEnd() <= as_of]
    return Business("pipeline", base, history[list(base)].astype(float), float(revenue), **stated)


def _decided(deals: pd.DataFrame) -> pd.Series:
    won = deals["end"] == "won"
    size = deals.loc[won, "amount"].astype(float).mean()
    cycle = deals["days"].mean() if "days" in deals else np.nan
    rate = won.mean() if len(deals) else np.nan
    return pd.Series(
        {"decided": len(deals), "won": int(won.sum()), "win_rate": rate, "deal_size": size, "cycle": cycle}, dtype=float
    )


def contract_business(contracts: pd.DataFrame, fee: float, as_of: pd.Timestamp, **stated) -> Business | None:
    """From contracts (start, end) and the mean monthly ``fee``; None without a running contract. Price is the fee."""
    start, end = contracts["start"], contracts["end"]
    running = int((end.isna()).sum())
    if running == 0 or not fee > 0:
        return None
    first = start.min()
    edges = pd.date_range(first.to_period("M").to_timestamp() + pd.offsets.MonthBegin(), as_of + pd.Timedelta(days=1), freq="MS")[
        -49:
    ]
    begun, ended = (np.searchsorted(np.sort(days.dropna().to_numpy()), edges.to_numpy()) for days in (start, end))
    at_work = (begun - ended)[:-1].astype(float)
    churn = np.divide(np.diff(ended), at_work, out=np.full(len(at_work), np.nan), where=at_work > 0)
    history = pd.DataFrame({"new": np.diff(begun), "churn": churn}, index=edges[:-1])
    last = history.tail(MONTHS)
    base = {name: float(last[name].mean()) if len(last) and last[name].notna().any() else 0.0 for name in ("new", "churn")}
    empty = Business("contracts", base, history.astype(float), 1.0, running=float(running))
    return Business(
        "contracts", base, history.astype(float), float(empty._paid(1.0, 1.0) * fee), running=float(running), **stated
    )
