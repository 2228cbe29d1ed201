"""Contract worth: the monthly fee, times the margin, times the chance that the contract still runs, discounted to today."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.lifetime.contract_survival import Retention, draw_curves, fit_retention, months_held
from playbook.methods.market_research.lifetime.customer_worth import WIDTH, Terms, Worth
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.methods.market_research.lifetime.newcomer_worth import Newcomer
from playbook.result.formats import EDGES

__all__ = ["OTHER", "ContractWorth", "fees_beside", "hold_out_contracts", "monthly_fees", "worth_by_contracts"]

MINOR = 0.5  # of what customers order in a year, below which the fees of contracts are not what customers are worth
WEEKS_A_MONTH = 365.25 / 12 / 7
KINDS, PER_KIND, ENDED = 6, 100, 10  # kinds of contract with a curve of their own, and what each needs for it
OTHER = mark("other")
WORLDS, SEED = 300, 7
LONGEST, SHORTEST = 6, 1  # months hidden for the check
RECENT = 12  # months: contracts begun since show what new customers take


@dataclass(frozen=True)
class ContractWorth:
    """The worth of the running contracts, of a new customer, the overall curve and those of the kinds of contract."""

    worth: Worth
    newcomer: Newcomer
    retention: Retention
    kinds: dict[str, Retention]


def monthly_fees(contracts: pd.DataFrame, order_totals: pd.DataFrame | None, as_of: pd.Timestamp) -> tuple[pd.Series | None, str]:
    """What each contract brings a month, and where that is read: 'fee', 'orders' of the last year (while it ran), or nothing."""
    if "fee" in contracts and contracts["fee"].notna().any():
        return contracts["fee"].astype(float).reset_index(drop=True), "fee"
    if order_totals is None or "customer_id" not in order_totals:
        return None, ""
    first = as_of - pd.Timedelta(days=364)
    recent = order_totals[(order_totals["day"] >= first) & (order_totals["day"] <= as_of)]
    revenue = contracts["customer_id"].map(recent.groupby("customer_id")["revenue"].sum()).fillna(0.0).clip(lower=0.0)
    days = (contracts["end"].fillna(as_of) - contracts["start"].clip(lower=first)).dt.days + 1
    fees = (revenue / (days / (365.25 / 12)).clip(lower=1.0)).where(days > 0).reset_index(drop=True)
    return (fees, "orders") if fees.sum() > 0 else (None, "")


def fees_beside(contracts: pd.DataFrame, fees: pd.Series, order_totals: pd.DataFrame | None, as_of: pd.Timestamp) -> float | None:
    """A year's ``fees`` of the running contracts, where customers order far more than that; else None.

    A maker of machines has service contracts with some of its customers, and lives on the orders of all of them.
    """
    if order_totals is None or "customer_id" not in order_totals:
        return None
    recent = order_totals[order_totals["day"].between(as_of - pd.Timedelta(days=364), as_of)].dropna(subset=["customer_id"])
    yearly = 12 * float(fees[contracts["end"].isna().to_numpy()].sum())
    return yearly if yearly < MINOR * float(recent["revenue"].sum()) else None


def worth_by_contracts(
    contracts: pd.DataFrame, fees: pd.Series, as_of: pd.Timestamp, terms: Terms, groups: np.ndarray, many: int
) -> ContractWorth:
    """The value of each contract within the horizon: a fee at the end of every month that it still runs, given how long it has.

    Kinds of contract with at least 100 contracts, 10 of them ended, have a curve of their own. The range of a single contract
    says how long it may really run; the totals hold that and how exactly the curves are known. Of ``customers`` only those whose
    contract runs; ``groups`` (contracts,): numbers 0 .. many - 1 of all.
    """
    months, ended = months_held(contracts, as_of)
    retention = fit_retention(months, ended)
    kind = _kinds(contracts, ended)
    kinds = {name: fit_retention(months[kind == name], ended[kind == name]) for name in np.unique(kind)}
    ahead = max(1, round(terms.weeks / WEEKS_A_MONTH))
    discount = (1 + terms.rate) ** (-np.arange(ahead + 1) / 12)
    running, rng = ~ended, np.random.default_rng(SEED)
    paid = fees.fillna(fees.groupby(kind).transform("mean")).fillna(fees.mean()).to_numpy() * terms.margin
    chance, totals = np.zeros((len(contracts), ahead)), np.zeros((WORLDS, many))
    welcome, welcome_drawn = {}, {}
    for name, curve in kinds.items():
        own = running & (kind == name)
        until = int(months.max()) + ahead
        alive = curve.survival(until)
        chance[own] = _given(alive, months[own], ahead)
        drawn = draw_curves(curve, until, WORLDS, rng)
        # Tenures are few, contracts many: what a curve is worth is worked out once a tenure.
        tenures, at = np.unique(months[own], return_inverse=True)
        money = np.zeros((len(tenures), many))
        np.add.at(money, (at, groups[own]), paid[own])
        for world in range(WORLDS):
            totals[world] += (_given(drawn[world], tenures, ahead) @ discount[1:]) @ money
        welcome[name] = float(alive[:ahead] @ discount[:-1])
        welcome_drawn[name] = drawn[:, :ahead] @ discount[:-1]
    value = paid * (chance @ discount[1:])
    totals += rng.normal(size=totals.shape) * _scatter(chance, discount, paid, groups, many)
    annuity = np.append(0.0, discount[1:].cumsum())
    low, high = (paid * annuity[(chance > share).sum(axis=1)] for share in reversed(EDGES))
    year, soon = chance[:, : min(12, ahead)].sum(axis=1), chance[:, : min(12, ahead)] @ discount[1 : min(12, ahead) + 1]
    customers = pd.DataFrame(
        {
            "customer_id": contracts["customer_id"].to_numpy(),
            "alive": running.astype(float),
            "expected_orders": year,
            "order_value": paid / terms.margin,
            "value": value,
            "low": np.minimum(low, value),
            "high": np.maximum(high, value),
        }
    )
    customers = customers[running].reset_index(drop=True)
    newcomer = _newcomer(contracts, kind, paid, as_of, welcome, welcome_drawn)
    return ContractWorth(Worth(customers, totals.clip(min=0.0), (soon * paid)[running]), newcomer, retention, kinds)


def _given(alive: np.ndarray, months: np.ndarray, ahead: int) -> np.ndarray:
    """The chance to last 1 .. ``ahead`` more months, given how many a contract has lasted: (contracts, ahead)."""
    now = alive[months][:, None]
    return np.divide(alive[months[:, None] + np.arange(1, ahead + 1)], now, out=np.zeros((len(months), ahead)), where=now > 0)


def _kinds(contracts: pd.DataFrame, ended: np.ndarray) -> np.ndarray:
    if "contract" not in contracts:
        return np.full(len(contracts), OTHER, dtype=object)
    kind = contracts["contract"].astype("object").where(contracts["contract"].notna(), OTHER)
    size = pd.DataFrame({"kind": kind.to_numpy(), "ended": ended}).groupby("kind")["ended"].agg(["size", "sum"])
    large = size[(size["size"] >= PER_KIND) & (size["sum"] >= ENDED)].sort_values("size", ascending=False, kind="stable")
    kept = set(large.index[:KINDS])
    return kind.where(kind.isin(kept), OTHER).to_numpy()


def _scatter(chance: np.ndarray, discount: np.ndarray, paid: np.ndarray, groups: np.ndarray, many: int) -> np.ndarray:
    """Standard deviation of a group's value from contracts ending by chance, each on its own: (many,)."""
    annuity = discount[1:].cumsum()
    mean = chance @ discount[1:]
    # E[a(N)^2] by parts: the chance to reach month m, times what the square grows there.
    square = chance @ np.diff(annuity**2, prepend=0.0)
    variance = paid**2 * np.maximum(square - mean**2, 0.0)
    return np.sqrt(np.bincount(groups, weights=variance, minlength=many))


def _newcomer(
    contracts: pd.DataFrame, kind: np.ndarray, paid: np.ndarray, as_of: pd.Timestamp, welcome: dict, drawn: dict
) -> Newcomer:
    """What the customers won lately would be worth on their first day: the first fee is paid at once."""
    recent = (contracts["start"] > as_of - pd.DateOffset(months=RECENT)).to_numpy()
    chosen = recent if recent.sum() >= 30 else np.ones(len(contracts), dtype=bool)
    names = list(welcome)
    mean = {name: paid[chosen & (kind == name)].sum() / chosen.sum() for name in names}
    value = sum(mean[name] * welcome[name] for name in names)
    worlds = sum(mean[name] * drawn[name] for name in names)
    own = paid[chosen] * pd.Series(kind[chosen]).map(welcome).to_numpy(dtype=float)
    spread = float(np.hypot(worlds.std(), own.std() / np.sqrt(len(own))))
    return Newcomer(
        float(value),
        max(float(value) - WIDTH * spread, 0.0),
        float(value) + WIDTH * spread,
        0.0,
        int(chosen.sum()),
        "acquired" if recent.sum() >= 30 else "all",
    )


def hold_out_contracts(contracts: pd.DataFrame, as_of: pd.Timestamp, fewest: int, fewest_ended: int) -> Holdout | None:
    """Learn from what was known a quarter of the data ago (half a year at most): contracts expected to end, and ended."""
    span = (as_of - contracts["start"].min()).days / (365.25 / 12) if len(contracts) else 0.0
    hidden = int(min(LONGEST, span // 4))
    if hidden < SHORTEST:
        return None
    cut = as_of - pd.DateOffset(months=hidden)
    known = contracts[contracts["start"] <= cut].reset_index(drop=True)
    past = known.assign(end=known["end"].where(known["end"] <= cut))
    if len(past) < fewest or past["end"].notna().sum() < fewest_ended or past["end"].isna().sum() == 0:
        return None
    months, ended = months_held(past, cut)
    kind = _kinds(past, ended)
    stays = np.zeros((len(past), hidden))
    for name in np.unique(kind):
        own = kind == name
        stays[own] = _given(fit_retention(months[own], ended[own]).survival(int(months.max()) + hidden), months[own], hidden)
    leaves = (1 - stays)[~ended]
    mean, spread = leaves.sum(axis=0), np.sqrt((leaves * (1 - leaves)).sum(axis=0))
    after = known.loc[~ended, "end"]
    marks = [cut + pd.DateOffset(months=m) for m in range(1, hidden + 1)]
    actual = [int((after <= mark).sum()) for mark in marks]
    course = pd.DataFrame(
        {
            "step": np.arange(hidden + 1),
            "expected": [0.0, *mean],
            "low": [0.0, *np.maximum(mean - WIDTH * spread, 0.0)],
            "high": [0.0, *(mean + WIDTH * spread)],
            "actual": [0, *actual],
        }
    )
    return Holdout("month", cut.date(), as_of.date(), int((~ended).sum()), float(mean[-1]), float(actual[-1]), course)
