"""At risk: what each customer would bring in the next twelve months by staying, and which part of it leaving may take."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.lifetime.bg_nbd import NAMES, BuyingFit
from playbook.methods.market_research.lifetime.bg_nbd_future import alive_probability
from playbook.methods.market_research.lifetime.customer_worth import YEAR
from playbook.methods.market_research.lifetime.purchase_histories import purchase_histories
from playbook.methods.market_research.lifetime_value import LifetimeValue

__all__ = ["COLUMNS", "FALL_DAYS", "GONE", "IN_DOUBT", "nobody_leaves", "risk_by_contracts", "risk_by_orders"]

COLUMNS = ("customer_id", "segment", "alive", "before", "stays", "expected", "at_risk", "state")
GONE = 0.05  # chance to be active below which a customer counts as gone: lost already, and no longer at risk
DOUBT = 0.80  # below it a customer is in doubt, and slipping where the chance fell by FALL in the last FALL_DAYS
FALL, FALL_DAYS = 0.10, 90
IN_DOUBT = ("slipping", "in doubt")  # states in which something can be done today
MONTH = 365.25 / 12  # days
TOP = 0.10  # of contracts: those most likely to leave
NOTHING = 0.001  # share of what customers bring by staying, below which what is at risk is none


def risk_by_orders(worth: LifetimeValue, order_totals: pd.DataFrame, as_of: pd.Timestamp, margin: float) -> pd.DataFrame:
    """A row per customer of ``worth``: COLUMNS.

    ``alive``: chance to be active today, ``before``: FALL_DAYS ago (missing for who came since). ``stays``: orders at the
    customer's own pace all year (mean of its gamma posterior: Fader, Hardie & Lee 2005), times order value and ``margin``;
    ``expected``: what the model expects, leaving allowed for; ``at_risk``: the difference, none for who is gone.
    ``state``: gone, slipping, in doubt or steady.
    """
    fit = _buying(worth)
    histories = purchase_histories(order_totals, as_of)
    r, alpha = fit.estimates[:2]
    pace = (r + fit.k * histories["repeats"]) / (alpha + histories["age"]) / fit.k
    past = purchase_histories(order_totals, as_of - pd.Timedelta(days=FALL_DAYS))
    before = pd.Series(alive_probability(fit, past), past["customer_id"]) if len(past) else pd.Series(dtype=float)
    customers = worth.customers
    value = customers["order_value"] * margin
    expected = customers["expected_orders"] * value
    stays = customers["customer_id"].map(pd.Series(pace.to_numpy(), histories["customer_id"])) * YEAR * value
    table = _table(worth, customers["customer_id"].map(before), np.maximum(stays, expected), expected)
    fell = table["before"] - table["alive"] >= FALL
    state = np.select([table["alive"] < GONE, table["alive"] >= DOUBT, fell], ["gone", "steady", "slipping"], "in doubt")
    at_risk = (table["stays"] - table["expected"]).where(state != "gone", 0.0)
    return table.assign(at_risk=at_risk, state=state)[list(COLUMNS)]


def nobody_leaves(risk: pd.DataFrame) -> bool:
    """Whether the model of buying sees nobody leave in ``risk_by_orders``: it lies at its edge, and does not tell who left."""
    return not risk["state"].eq("gone").any() and risk["at_risk"].sum() <= NOTHING * risk["stays"].sum()


def risk_by_contracts(
    worth: LifetimeValue, leaving: pd.Series | None, horizon: int, margin: float, bought: pd.Series | None = None
) -> pd.DataFrame:
    """A row per running contract: COLUMNS; ``leaving``: chance to leave within ``horizon`` days by customer_id, None where only
    curves are known.

    ``stays``: twelve payments, or what customers ``bought`` in the last twelve months (revenue by customer_id) where that is more
    in all, since orders then hold more than fees; ``expected``: as much of it as falls before the contract ends; ``at_risk``: the
    difference. The curve of the contract's kind says when it may end; with ``leaving``, that chance is spread evenly over the
    horizon and the curve holds for the months after it, ``alive`` is the chance to stay, and the tenth most likely to leave are
    slipping.
    """
    customers = worth.customers
    year = 12 * customers["order_value"]
    orders = 0.0 if bought is None else customers["customer_id"].map(bought).fillna(0.0).clip(lower=0.0)
    stays = (orders if np.sum(orders) > year.sum() else year) * margin
    payments, chance = customers["expected_orders"], None
    if leaving is not None:
        chance = customers["customer_id"].map(leaving)
        chance = chance.fillna(chance.mean())
        payments = _payments(chance.to_numpy(), horizon, payments.to_numpy())
    table = _table(worth, pd.Series(np.nan, customers.index), stays, stays * payments / 12)
    table = table.assign(at_risk=table["stays"] - table["expected"], state="steady")
    if chance is None:
        return table[list(COLUMNS)]
    first = chance.rank(ascending=False, method="first") <= max(1, round(TOP * len(chance)))
    state = np.where(first, "slipping", "steady")
    return table.assign(alive=1 - chance, state=state)[list(COLUMNS)]


def _payments(chance: np.ndarray, horizon: int, usual: np.ndarray) -> np.ndarray:
    """(N,) payments expected in twelve months, one at the end of each month that a contract still runs.

    ``chance`` to leave within ``horizon`` days; after them the monthly share that stays is the one at which ``usual`` payments in
    twelve months are expected.
    """
    shares = np.linspace(0, 1, 1001)
    months = np.arange(1, 13)
    later = np.interp(usual, (shares[:, None] ** months).sum(axis=1), shares)[:, None]
    soon, until = (1 - chance[:, None]) ** (MONTH / horizon), horizon / MONTH
    return (soon ** np.minimum(months, until) * later ** np.maximum(months - until, 0)).sum(axis=1)


def _table(worth: LifetimeValue, before: pd.Series, stays: pd.Series, expected: pd.Series) -> pd.DataFrame:
    customers = worth.customers
    segment = customers["segment"] if "segment" in customers else worth.fmt.say("All customers")
    return pd.DataFrame(
        {"customer_id": customers["customer_id"], "segment": segment, "alive": customers["alive"], "before": before.astype(float),
         "stays": stays, "expected": expected}
    )  # fmt: skip


def _buying(worth: LifetimeValue) -> BuyingFit:
    """The model of buying as lifetime value estimated it."""
    rows = worth.fit[worth.fit["part"] == "buying"].set_index("parameter").loc[list(NAMES)]
    estimates, errors = rows["estimate"].to_numpy(dtype=float), rows["error"].to_numpy(dtype=float)
    early = worth.model.startswith("MBG")
    return BuyingFit(
        worth.k, early, estimates, errors, np.zeros((4, 4)), float(rows["log_likelihood"].iloc[0]), int(rows["n"].iloc[0])
    )
