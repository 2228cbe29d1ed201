"""Asked: what a client's tables ask the score: which rows have an outcome, which are still open, and what a yes is worth."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.intake.frames.snapshots import HORIZON
from playbook.intake.schema import FEATURE
from playbook.locale import mark, said
from playbook.methods.needs_analysis.path.deals import deal_states
from playbook.methods.strategy.keeping.states import STEADY
from playbook.methods.strategy.predicting.treatments import NONE, treatments
from playbook.methods.strategy.predicting.worth import EFFECT, FEWEST, PLANNED, next_purchases, share_caused, worth
from playbook.result.formats import Formats

__all__ = ["Asked", "Nouns", "ask_cases", "ask_customers", "ask_deals"]

CONTACTS = 3  # in the 90 days that are scored
TESTED = 100  # cases treated, and left alone, before their difference says what a treatment causes
_DAYS = ("opened_on", "created_on", "cut_off")  # of cases, deals and customers


@dataclass(frozen=True)
class Nouns:
    """How the report speaks of rows and of their outcome, to be ``told``: Case number, cases, open cases, "end with yes"."""

    one: str
    many: str
    open: str
    do: str

    def told(self, fmt: Formats) -> dict[str, str]:
        """The words for ``fmt.say``: ``many``, ``open`` and ``do``."""
        return {"many": fmt.told(self.many), "open": fmt.told(self.open), "do": fmt.told(self.do)}


@dataclass(frozen=True)
class Asked:
    """Rows to learn from and rows to score, aligned by position.

    ``features``: what may be learnt from; ``outcome``: boolean, missing while open; ``when``: the day a row is as its
    features say, or None; ``keys``: the client's ids; ``shown``: columns that help whoever works the list; ``value``:
    margin (revenue where ``margin`` is None) that a yes brings, ``cost``: of working the row once, NaN where not known;
    ``worked``: rows that were worked on, all where nobody was left alone; ``caused``: share of the yes that working on a row
    brings about, low, expected, high, and whether a control group has ``measured`` it; ``margin``: stated, or of the deals with a
    cost of their own (``costed``: how many they are); ``known``: features taken on the day, which the leakage guard may trust;
    ``later``: columns of the customers table that hold today's state only; ``protected``: columns that are kept for judging;
    ``absent``: protected names that no column has.
    """

    kind: Literal["cases", "deals", "customers"]
    nouns: Nouns
    source: str
    features: pd.DataFrame = field(repr=False)
    outcome: pd.Series = field(repr=False)
    when: pd.Series | None = field(repr=False)
    keys: pd.Series = field(repr=False)
    shown: pd.DataFrame = field(repr=False)
    value: np.ndarray = field(repr=False)
    cost: np.ndarray = field(repr=False)
    worked: np.ndarray = field(repr=False)
    caused: tuple[float, float, float] = PLANNED
    measured: bool = False
    margin: float | None = None
    costed: int = 0
    known: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    protected: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    absent: tuple[str, ...] = ()

    @property
    def closed(self) -> np.ndarray:
        return self.outcome.notna().to_numpy()

    @property
    def priced(self) -> np.ndarray:
        """Rows that were worked on and of which worth and cost are known: those on which money can be judged."""
        return self.worked & np.isfinite(self.value) & np.isfinite(self.cost)

    @property
    def counts(self) -> tuple[int, int]:
        """Closed rows with yes, and with no."""
        yes = int(self.outcome.sum())
        return yes, int(self.closed.sum()) - yes


def ask_cases(cases: pd.DataFrame, customers: pd.DataFrame | None, parameters: Assumptions, protected: tuple[str, ...]) -> Asked:
    """From the frame ``labelled_cases``: leads won or lost, offers taken or not.

    With ``treatment`` in it, the score is of a case that gets the usual treatment, and only the share of yes that those left
    alone did not say anyway counts as brought about; without enough of them PLANNED does.
    """
    cases = cases.reset_index(drop=True)
    outcome = cases["outcome"]
    fixed = ["case_id", "outcome", "opened_on", "cost", "customer_id"]
    features = _with_customers(cases.drop(columns=[c for c in fixed if c in cases]), cases, customers)
    worked, caused, measured = np.ones(len(cases), dtype=bool), PLANNED, False
    if "treatment" in cases:
        done = treatments(cases["treatment"])
        treated, closed = done != NONE, outcome.notna()
        features = features.drop(columns="treatment")
        if min((closed & treated).sum(), (closed & ~treated).sum()) >= TESTED:
            features = features.assign(treatment=done.mask(~closed, done[treated].mode().iloc[0]))
            worked, measured = (treated | ~closed).to_numpy(), True
            caused = share_caused(outcome[closed & treated], outcome[closed & ~treated])
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    cost = cases["cost"].astype(float).fillna(contact) if "cost" in cases else pd.Series(contact, index=cases.index)
    value = worth(cases["value"], outcome, cases.get("subject")) if "value" in cases else np.full(len(cases), np.nan)
    nouns = Nouns(mark("Case number"), mark("cases"), mark("open cases"), mark("end in success"))
    shown = cases[[c for c in ("customer_id", "subject", "opened_on") if c in cases]]
    known = ("treatment",) if "treatment" in features else ()
    asked = Asked(
        "cases", nouns, mark("cases"), features, outcome, _days(cases, "opened_on"), cases["case_id"], shown,
        value, cost.to_numpy(float), worked, caused, measured, 1.0, known=known,
    )  # fmt: skip
    return _set_aside(asked, cases, customers, protected)


def ask_deals(
    opportunities: pd.DataFrame, customers: pd.DataFrame | None, as_of: date, parameters: Assumptions, protected: tuple[str, ...]
) -> Asked:
    """From the frame ``opportunities``: deals won or lost, open ones scored as they were on their first day."""
    deals = opportunities.reset_index(drop=True)
    states = deal_states(deals, as_of)
    outcome = pd.Series(states["end"] == "won", dtype="boolean").mask(states["end"] == "open")
    fixed = ["opportunity_id", "stage", "created_on", "closed_on", "customer_id", "cost"]
    features = _with_customers(deals.drop(columns=[c for c in fixed if c in deals]), deals, customers)
    amount = worth(states["amount"], outcome, deals.get("product"))
    margin, costed, value = parameters.gross_margin, 0, amount * (parameters.gross_margin or 1.0)
    if "cost" in deals:
        own, known = deals["cost"].to_numpy(float), deals["cost"].notna() & (states["amount"] > 0)
        if margin is None and known.sum() >= FEWEST:
            costed = int(known.sum())
            margin = max(1 - float(deals["cost"][known].sum() / states["amount"][known].sum()), 0.0)
        if margin is not None:  # else all of it stays revenue: a mix of margin and revenue ranks nothing
            value = np.where(np.isnan(own), amount * margin, np.maximum(amount - own, 0.0))
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    nouns = Nouns(mark("Deal number"), mark("deals"), mark("open deals"), mark("are won"))
    shown = deals[[c for c in ("customer_id", "product", "owner", "stage", "created_on") if c in deals]]
    asked = Asked(
        "deals", nouns, mark("pipeline"), features, outcome, states["created"] if "created_on" in deals else None,
        deals["opportunity_id"], shown, value, np.full(len(deals), contact), np.ones(len(deals), dtype=bool),
        margin=margin, costed=costed,
    )  # fmt: skip
    return _set_aside(asked, deals, customers, protected)


def ask_customers(
    snapshots: pd.DataFrame, customers: pd.DataFrame | None, parameters: Assumptions, protected: tuple[str, ...]
) -> Asked:
    """From the frame ``customer_snapshots``: who buys within 90 days, customers as they are on the as-of day to be scored.

    A yes is worth the margin of what customers like it bought in the 90 days (by what they had bought in the year before); of
    that only EFFECT counts as brought about by CONTACTS contacts. Of ``customers`` only STEADY columns are learnt from: the
    others are as they are today, when the outcome of the earlier days is known.
    """
    rows = snapshots.reset_index(drop=True)
    bought = rows["orders_next_90"]
    outcome = pd.Series(bought > 0, dtype="boolean").mask(bought.isna())
    own = rows.drop(columns=["customer_id", "cut_off", "orders_next_90", "revenue_next_90"])
    steady, later = customers, ()
    if customers is not None:
        steady = customers[["customer_id", *(c for c in STEADY if c in customers)]]
        later = tuple(c for c in customers if c not in (*steady, *own, "acquired_on", "left_on"))
    features = _with_customers(own, rows, steady)
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    shown = rows[["customer_id", "recency_days", "revenue_365"]]
    nouns = Nouns(mark("Customer"), mark("customers"), mark("customers of today"), said("buy within {n} days", n=HORIZON))
    asked = Asked(
        "customers", nouns, mark("orders"), features, outcome, rows["cut_off"], rows["customer_id"], shown,
        next_purchases(rows) * (parameters.gross_margin or 1.0), np.full(len(rows), CONTACTS * contact),
        np.ones(len(rows), dtype=bool), EFFECT, margin=parameters.gross_margin, known=tuple(own.columns), later=later,
    )  # fmt: skip
    return _set_aside(asked, rows, customers, protected)


def _with_customers(features: pd.DataFrame, rows: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """Features and what the customers table knows of the row's customer, as it stands there today."""
    if customers is None or "customer_id" not in rows:
        return features
    more = customers.drop_duplicates("customer_id").set_index("customer_id").drop(columns="left_on", errors="ignore")
    more = more[[c for c in more if c not in features]].reindex(rows["customer_id"]).set_axis(features.index)
    return pd.concat([features, _signed_by_then(more, rows)], axis=1)


def _signed_by_then(more: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Without contracts that began after the row's day: one signed because the deal was won would give the end away."""
    if "contract_on" not in more:
        return more
    day = next((pd.to_datetime(rows[c]).set_axis(more.index) for c in _DAYS if c in rows), pd.Series(pd.NaT, more.index))
    known = pd.to_datetime(more["contract_on"]) <= day
    terms = {c: more[c].where(known) for c in ("contract", "fee") if c in more}
    return more.assign(**terms).drop(columns="contract_on")


def _set_aside(asked: Asked, rows: pd.DataFrame, customers: pd.DataFrame | None, names: tuple[str, ...]) -> Asked:
    """Take the protected columns out of what is learnt from, and keep them for judging."""
    if not names:
        return asked
    held, absent = {}, []
    everything = _with_customers(rows, rows, customers)
    for name in names:
        column = next((c for c in (name, FEATURE + name) if c in everything), None)
        if column is None:
            absent.append(name)
        else:
            held[name] = everything[column]
    drop = [c for n in names for c in (n, FEATURE + n) if c in asked.features]
    return replace(
        asked, features=asked.features.drop(columns=drop), protected=pd.DataFrame(held, index=rows.index), absent=tuple(absent)
    )


def _days(rows: pd.DataFrame, column: str) -> pd.Series | None:
    return pd.to_datetime(rows[column]) if column in rows else None
