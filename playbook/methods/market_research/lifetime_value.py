"""Lifetime value: what customers are still worth, what a new one is worth, and how far that can be trusted."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import buying_habits
from playbook.methods.market_research.lifetime.bg_nbd import NAMES, choose_buying
from playbook.methods.market_research.lifetime.contract_survival import MONTH
from playbook.methods.market_research.lifetime.contract_worth import (
    OTHER,
    fees_beside,
    hold_out_contracts,
    monthly_fees,
    worth_by_contracts,
)
from playbook.methods.market_research.lifetime.customer_worth import YEAR, Terms, learn_spending, worth_by_orders
from playbook.methods.market_research.lifetime.figures import band_figure, holdout_figure, survival_figure, value_figure
from playbook.methods.market_research.lifetime.findings import findings, headline
from playbook.methods.market_research.lifetime.gamma_gamma import NAMES as SPENDING
from playbook.methods.market_research.lifetime.groups import ALL, NONE, Told, group_frame, membership
from playbook.methods.market_research.lifetime.holdout import Holdout, hold_out_orders
from playbook.methods.market_research.lifetime.newcomer_worth import Newcomer, newcomer_worth
from playbook.methods.market_research.lifetime.notes import contract_notes, order_notes
from playbook.methods.market_research.lifetime.purchase_histories import WEEK, purchase_histories
from playbook.methods.market_research.lifetime.tables import BUYING, tables
from playbook.methods.market_research.segments import Segments
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["LifetimeValue", "lifetime_value"]

FEWEST, FEWEST_BACK = 30, 10  # customers, and those of them who came back (or whose contract ended)
SOURCE = mark("orders, net of returns")
SHORTEST = 12.0  # weeks from the first order to the as-of day


@dataclass(frozen=True, kw_only=True)
class LifetimeValue(Result):
    """What customers are worth from now to the horizon, discounted; in margin, or in revenue where no margin is stated.

    ``customers`` (under contract: those whose contract runs): customer_id, alive (probability), expected_orders (next twelve
    months; payments under contract), order_value, value, low, high (what may really happen), and segment where known;
    ``groups``: segment, customers, active, value, low, high, share, per_customer, and ratio and net to the acquisition cost
    where stated; ``fit``: part, model, parameter, estimate, error, log_likelihood, n; ``model``; ``k`` (regularity of the gaps
    between orders, 1 is none; None for contracts); ``new_customer``: value, low, high, repeats; ``clv_cac`` (ratio) and
    ``clv_net`` (money), None without an acquisition cost; ``holdout``: forecast and what happened, None where the data are too
    short; ``total``, ``total_low``, ``total_high``: value of all; ``survival``: kind, month, alive, low, high, seen (contracts
    only); ``years``.
    """

    customers: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    fit: pd.DataFrame = field(repr=False)
    model: str
    k: int | None
    new_customer: Newcomer
    clv_cac: float | None
    clv_net: float | None
    holdout: Holdout | None
    total: float
    total_low: float
    total_high: float
    survival: pd.DataFrame | None = field(default=None, repr=False)
    years: int = 3
    source: str = SOURCE

    def figures(self) -> tuple[Figure, ...]:
        drawn = [value_figure(self.groups, self.years, self.fmt, self.source)] if len(self.groups) > 1 else []
        if self.survival is not None:
            drawn.append(survival_figure(self.survival, self.fmt, self.source))
        if self.holdout is not None:
            drawn.append(holdout_figure(self.holdout, self.fmt, self.source))
            if self.holdout.bands is not None and len(self.holdout.bands) > 1:
                drawn.append(band_figure(self.holdout, self.fmt, self.source))
        return tuple(drawn)


@section(
    "lifetime-value",
    "What are the customers worth?",
    promise="what a new customer is worth against the cost of winning one, and where the value still to come lies",
    one_of=("order_totals", "contracts"),
)
def lifetime_value(
    as_of: date,
    fmt: Formats,
    parameters: Assumptions,
    order_totals: pd.DataFrame | None = None,
    contracts: pd.DataFrame | None = None,
    segments: Segments | None = None,
    customers: pd.DataFrame | None = None,
    *,
    years: int = 3,
) -> LifetimeValue | Locked:
    """Value of each customer over ``years``: expected purchases or payments, times margin, discounted; with ranges.

    With contracts of which some ended: Kaplan-Meier and beyond the data sBG, times the fee. Else, and where customers order far
    more than the contracts bring, from orders with a customer:
    BG/NBD or its regular relatives (see ``choose_buying``) times Gamma-Gamma. Ranges of totals and groups hold the scatter of
    customers, how exactly the models are known, and how far the hold-out forecast was off; the range of a single customer
    holds what may really happen. ``customers`` (acquired_on) tells who came new within the data. Raises ValueError for a
    horizon below one year.
    """
    if years < 1:
        raise ValueError(f"a horizon of {years} years is none")
    day = pd.Timestamp(as_of)
    terms = Terms(parameters.gross_margin or 1.0, parameters.discount_rate, years * YEAR)
    assigned = None if segments is None else segments.assignments
    beside = None
    if contracts is not None and len(contracts) >= FEWEST and contracts["end"].notna().sum() >= FEWEST_BACK:
        fees, read = monthly_fees(contracts, order_totals, day)
        beside = fees_beside(contracts, fees, order_totals, day) if read == "fee" else None
        if beside is None and fees is not None and contracts["end"].isna().any():
            return _by_contracts(contracts, fees, read, day, terms, assigned, parameters, fmt, years)
    if order_totals is None or "customer_id" not in order_totals:
        return _locked(fmt, fmt.say("orders (customer_id), or customers (acquired_on, left_on, fee)"))
    histories = purchase_histories(order_totals, day)
    returned = int((histories["revenue"] <= 0).sum())
    histories = histories[histories["revenue"] > 0].reset_index(drop=True)
    back = int((histories["repeats"] > 0).sum())
    if len(histories) < FEWEST or back < FEWEST_BACK:
        need = fmt.say(
            "orders of at least {fewest} customers, {returning} of whom came back ({n} bought so far, {back} came back)",
            fewest=FEWEST, returning=FEWEST_BACK, n=fmt.count(len(histories)), back=fmt.count(back),
        )  # fmt: skip
        return _locked(fmt, need)
    if histories["age"].max() < SHORTEST:
        return _locked(fmt, fmt.say("orders over at least three months"))
    since = _since(customers, day)
    return _by_orders(order_totals, histories, returned, since, day, terms, assigned, parameters, fmt, years, beside)


def _locked(fmt: Formats, *need: str) -> Locked:
    promise = lifetime_value.section.promise
    return Locked(fmt=fmt, headline="Not answered yet: What are the customers worth?", unlock=need, promise=promise)


def _since(customers: pd.DataFrame | None, day: pd.Timestamp) -> pd.Series | None:
    """Weeks since each customer was won, where that is known."""
    if customers is None or "acquired_on" not in customers:
        return None
    known = customers.dropna(subset=["acquired_on"]).drop_duplicates("customer_id").set_index("customer_id")["acquired_on"]
    return (day - pd.to_datetime(known)).dt.days / WEEK


def _by_orders(
    order_totals: pd.DataFrame, histories: pd.DataFrame, returned: int, since: pd.Series | None, day: pd.Timestamp, terms: Terms,
    assigned: pd.DataFrame | None, parameters: Assumptions, fmt: Formats, years: int, beside: float | None,
) -> LifetimeValue:  # fmt: skip
    fit = choose_buying(histories)
    spending = learn_spending(histories)
    names, codes = membership(histories["customer_id"], assigned, fmt)
    worth = worth_by_orders(histories, fit, spending, terms, codes, len(names))
    newcomer = newcomer_worth(histories, fit, terms, since)
    holdout = hold_out_orders(order_totals, day, FEWEST, FEWEST_BACK)
    rows = [
        (BUYING, fit.name, n, e, s, fit.log_likelihood, fit.customers)
        for n, e, s in zip(NAMES, fit.estimates, fit.errors, strict=True)
    ]
    for i, one in enumerate(spending.fits):
        least = int(max(spending.bounds[i], 1))
        part = fmt.say("order value") if len(spending.fits) == 1 else fmt.say("order value ({n}+ orders)", n=fmt.count(least))
        rows += [
            (part, "Gamma-Gamma", n, e, s, one.log_likelihood, one.customers)
            for n, e, s in zip(SPENDING, one.estimates, one.errors, strict=True)
        ]
    habits = buying_habits(order_totals, day).set_index("customer_id")["active_year"].reindex(histories["customer_id"])
    once = None if fit.early else (histories["repeats"] == 0).to_numpy()
    told = Told(worth, newcomer, holdout, terms, years, parameters, "order", past=habits.fillna(0.0).to_numpy(), once=once)
    unnamed = int(order_totals["customer_id"].isna().sum())
    notes = order_notes(told, fit, spending, histories, returned, unnamed, beside, fmt)
    return _result(told, names, codes, assigned, rows, fit.name, fit.k, notes, None, SOURCE, fmt)


def _by_contracts(
    contracts: pd.DataFrame, fees: pd.Series, read: str, day: pd.Timestamp, terms: Terms,
    assigned: pd.DataFrame | None, parameters: Assumptions, fmt: Formats, years: int,
) -> LifetimeValue:  # fmt: skip
    if assigned is None and "contract" in contracts:
        kinds = contracts[["customer_id", "contract"]].dropna().rename(columns={"contract": "segment"})
        names, codes = membership(contracts["customer_id"], kinds, fmt)
    else:
        kinds = assigned
        names, codes = membership(contracts["customer_id"], assigned, fmt)
    found = worth_by_contracts(contracts, fees, day, terms, codes, len(names))
    holdout = hold_out_contracts(contracts, day, FEWEST, FEWEST_BACK)
    kinds_of = {fmt.told(OTHER) if name == OTHER else name: one for name, one in found.kinds.items()}
    rows = [
        (fmt.say("contracts") if len(kinds_of) == 1 else name, "sBG", n, e, s, one.fit.log_likelihood, len(one.months))
        for name, one in kinds_of.items()
        for n, e, s in zip(("alpha", "beta"), one.fit.estimates, one.fit.errors, strict=True)
    ]
    curves = {fmt.told(ALL): found.retention} | (kinds_of if len(kinds_of) > 1 else {})
    ahead = round(years * 365.25 / MONTH)
    survival = pd.concat([_curve(name, one, one.seen + ahead) for name, one in curves.items()], ignore_index=True)
    told = Told(found.worth, found.newcomer, holdout, terms, years, parameters, "contract", past=None)
    notes = contract_notes(told, found, read, int(fees.isna().sum()), fmt)
    codes = codes[contracts["end"].isna().to_numpy()]
    return _result(told, names, codes, kinds, rows, "Kaplan-Meier and sBG", None, notes, survival, mark("customers"), fmt)


def _curve(name: str, one, until: int) -> pd.DataFrame:
    """A curve as seen with its range, and carried on to ``until`` without one."""
    month = np.arange(until + 1)
    frame = pd.DataFrame({"kind": name, "month": month, "alive": one.survival(until), "seen": month <= one.seen})
    ranges = one.curve.set_index("month")[["low", "high"]].reindex(month).reset_index(drop=True)
    return frame.join(ranges.where(frame["seen"]))


def _result(told: Told, names, codes, assigned, rows, model, k, notes, survival, source, fmt: Formats) -> LifetimeValue:
    groups = group_frame(told, names, codes, fmt.told(NONE))
    whole = group_frame(told, np.array([ALL]), np.zeros(len(codes), dtype=int)).iloc[0]
    told = told.with_groups(groups, whole)
    customers = told.worth.customers
    if assigned is not None:
        customers = customers.assign(segment=names[codes])
    fit = pd.DataFrame(rows, columns=["part", "model", "parameter", "estimate", "error", "log_likelihood", "n"])
    cost = told.parameters.acquisition_cost
    return LifetimeValue(
        fmt=fmt,
        headline=headline(told, fmt),
        findings=findings(told, fmt),
        tables=tables(told, customers, fit, source, fmt),
        assumptions=notes,
        customers=customers, groups=groups, fit=fit, model=model, k=k, new_customer=told.newcomer_wide,
        clv_cac=told.newcomer.value / cost if cost else None,
        clv_net=told.newcomer.value - cost if cost is not None else None,
        holdout=told.holdout, total=float(whole["value"]), total_low=float(whole["low"]), total_high=float(whole["high"]),
        survival=survival, years=told.years, source=source,
    )  # fmt: skip
