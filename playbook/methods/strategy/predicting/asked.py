"""Asked: what a client's tables ask the score: which rows have an outcome, which are still open, and what a yes is worth."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from playbook.engagement import Assumptions
from playbook.intake.frames.snapshots import HORIZON
from playbook.intake.schema import FEATURE
from playbook.methods.needs_analysis.path.deals import deal_states

__all__ = ["CONTACTS", "EFFECT", "Asked", "Nouns", "ask_cases", "ask_customers", "ask_deals"]

# What writing to customers once a month adds to what they would buy anyway: low, expected, high. Hillstrom's e-mail test, as in
# the playbook's advice for segments (3 percent of a year's purchases for twelve mails).
EFFECT = (0.013, 0.03, 0.047)
CONTACTS = 3  # in the 90 days that are scored
TESTED = 100  # cases treated, and left alone, before their difference says what a treatment causes
_DAYS = ("opened_on", "created_on", "cut_off")  # of cases, deals and customers
FEWEST = 10  # yes of one subject or product, for its average to stand for all of them
PRICED = 0.5  # share of the no cases that have a value, from which the value is one known before


@dataclass(frozen=True)
class Nouns:
    """How the report speaks of rows and of their outcome: a case, cases, "ends with yes", "end with yes"."""

    one: str
    many: str
    does: str
    do: str


@dataclass(frozen=True)
class Asked:
    """Rows to learn from and rows to score, aligned by position.

    ``features``: what may be learnt from; ``outcome``: boolean, missing while open; ``when``: the day a row is as its
    features say, or None; ``keys``: the client's ids; ``shown``: columns that help whoever works the list; ``value``:
    margin (revenue where ``margin`` is None) that a yes brings, ``cost``: of working the row once, NaN where not known;
    ``worked``: rows that were worked on, all where nobody was left alone; ``caused``: share of the yes that working on a row
    brings about, low, expected, high; ``known``: features taken on the day, which the leakage guard may trust; ``protected``:
    columns that are kept for judging; ``absent``: protected names that no column has.
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
    caused: tuple[float, float, float] = (1.0, 1.0, 1.0)
    margin: float | None = None
    known: tuple[str, ...] = ()
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
    alone did not say anyway counts as brought about.
    """
    cases = cases.reset_index(drop=True)
    outcome = cases["outcome"]
    fixed = ["case_id", "outcome", "opened_on", "cost", "customer_id"]
    features = _with_customers(cases.drop(columns=[c for c in fixed if c in cases]), cases, customers)
    worked, caused = np.ones(len(cases), dtype=bool), (1.0, 1.0, 1.0)
    if "treatment" in cases:
        treated = ~cases["treatment"].fillna("none").astype(str).str.strip().str.casefold().isin(["", "none"])
        features = features.drop(columns="treatment")
        closed = outcome.notna()
        if min((closed & treated).sum(), (closed & ~treated).sum()) >= TESTED:
            usual = cases.loc[treated, "treatment"].mode().iloc[0]
            done = cases["treatment"].where(treated, "none").mask(outcome.isna(), usual)
            features = features.assign(treatment=done)
            worked = (treated | ~closed).to_numpy()
            caused = _caused(outcome[closed & treated], outcome[closed & ~treated])
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    cost = cases["cost"].astype(float).fillna(contact) if "cost" in cases else pd.Series(contact, index=cases.index)
    value = _worth(cases["value"], outcome, cases.get("subject")) if "value" in cases else np.full(len(cases), np.nan)
    nouns = Nouns("case", "cases", "ends with yes", "end with yes")
    shown = cases[[c for c in ("customer_id", "subject", "opened_on") if c in cases]]
    known = ("treatment",) if "treatment" in features else ()
    asked = Asked(
        "cases", nouns, "cases", features, outcome, _days(cases, "opened_on"), cases["case_id"], shown,
        value, cost.to_numpy(float), worked, caused, 1.0, known,
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
    amount = _worth(states["amount"], outcome, deals.get("product"))
    value = amount * (parameters.gross_margin or 1.0)
    if "cost" in deals:
        own = deals["cost"].to_numpy(float)
        value = np.where(np.isnan(own), value, np.maximum(amount - own, 0.0))
    margin = parameters.gross_margin if "cost" not in deals else 1.0
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    nouns = Nouns("deal", "deals", "is won", "are won")
    shown = deals[[c for c in ("customer_id", "product", "owner", "stage", "created_on") if c in deals]]
    asked = Asked(
        "deals", nouns, "pipeline", features, outcome, states["created"] if "created_on" in deals else None,
        deals["opportunity_id"], shown, value, np.full(len(deals), contact), np.ones(len(deals), dtype=bool), margin=margin,
    )  # fmt: skip
    return _set_aside(asked, deals, customers, protected)


def ask_customers(
    snapshots: pd.DataFrame, customers: pd.DataFrame | None, parameters: Assumptions, protected: tuple[str, ...]
) -> Asked:
    """From the frame ``customer_snapshots``: who buys within 90 days, customers as they are on the as-of day to be scored.

    A yes is worth the margin of what customers like it bought in the 90 days (by what they had bought in the year before); of
    that only EFFECT counts as brought about by CONTACTS contacts.
    """
    rows = snapshots.reset_index(drop=True)
    bought = rows["orders_next_90"]
    outcome = pd.Series(bought > 0, dtype="boolean").mask(bought.isna())
    own = rows.drop(columns=["customer_id", "cut_off", "orders_next_90", "revenue_next_90"])
    features = _with_customers(own, rows, customers).drop(columns="acquired_on", errors="ignore")
    contact = parameters.contact_cost if parameters.contact_cost is not None else np.nan
    shown = rows[["customer_id", "recency_days", "revenue_365"]]
    nouns = Nouns("customer", "customers", f"buys within {HORIZON} days", f"buy within {HORIZON} days")
    asked = Asked(
        "customers", nouns, "orders", features, outcome, rows["cut_off"], rows["customer_id"], shown,
        _next_purchases(rows) * (parameters.gross_margin or 1.0), np.full(len(rows), CONTACTS * contact),
        np.ones(len(rows), dtype=bool), EFFECT, parameters.gross_margin, tuple(own.columns),
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


def _worth(values: pd.Series, outcome: pd.Series, group: pd.Series | None) -> np.ndarray:
    """What a yes of each row brings: its own value where values are known before the end, else the mean of its group's yes.

    Values that only rows with yes have (or that are 0 for the others) were written at the end.
    """
    values = values.astype(float)
    yes, no = outcome.fillna(False).astype(bool), outcome.eq(False).fillna(False).astype(bool)
    usual = pd.Series(values[yes].mean(), index=values.index)
    if group is not None:
        table = values[yes].groupby(group[yes]).agg(["mean", "count"])
        usual = group.map(table.loc[table["count"] >= FEWEST, "mean"]).astype(float).fillna(usual)
    before = no.any() and (values[no] > 0).mean() >= PRICED
    return (values.where(values > 0).fillna(usual) if before else usual).to_numpy(float)


def _caused(treated: pd.Series, alone: pd.Series) -> tuple[float, float, float]:
    """Share of the yes of those treated that those left alone did not say: 1 - rate alone / rate treated, with its range."""
    a, b = float(treated.mean()), float(alone.mean())
    if a == 0:
        return 0.0, 0.0, 0.0
    error = np.hypot(np.sqrt(a * (1 - a) / len(treated)) * b / a**2, np.sqrt(b * (1 - b) / len(alone)) / a)
    return tuple(float(np.clip(1 - b / a + z * error, 0, 1)) for z in (-1.2816, 0, 1.2816))


def _next_purchases(rows: pd.DataFrame) -> np.ndarray:
    """Revenue of the next 90 days of a customer who buys in them: a rising step curve of the revenue of the year before."""
    buyers = rows[rows["orders_next_90"] > 0]
    if buyers.empty:
        return np.full(len(rows), np.nan)
    curve = IsotonicRegression(y_min=0, out_of_bounds="clip").fit(buyers["revenue_365"], buyers["revenue_next_90"].clip(lower=0))
    return curve.predict(rows["revenue_365"])


def _days(rows: pd.DataFrame, column: str) -> pd.Series | None:
    return pd.to_datetime(rows[column]) if column in rows else None
