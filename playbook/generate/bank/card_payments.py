"""Card payments: each card's own habit, and stolen cards that break it in three ways."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CUSTOMERS, FRAUD_SHARE, LABELLED_FRAUD, LABELLED_HONEST, PATTERNS

__all__ = ["draw_payments"]

PAYMENTS, CARDS, DAYS = 13_500, 850, 120  # for CUSTOMERS, over the last days
KINDS = {
    "groceries": 0.32,
    "restaurant": 0.2,
    "transport": 0.16,
    "online shop": 0.18,
    "electronics": 0.05,
    "travel": 0.05,
    "jewellery": 0.01,
    "health": 0.03,
}
DEARNESS = {
    "groceries": 1.0,
    "restaurant": 1.1,
    "transport": 0.3,
    "online shop": 1.3,
    "electronics": 4.0,
    "travel": 5.0,
    "jewellery": 6.0,
    "health": 1.2,
}
HOME, ABROAD, FAR = "CN", ("HK", "JP", "TH", "DE", "FR"), ("BR", "NG", "RO", "US", "RU", "TR")
TRAVELLERS, TRAVEL_SHARE = 0.15, 0.25  # customers who pay abroad at times, and how often they do
NIGHT_OWLS, NIGHT_SHARE = 0.10, 0.15  # customers who at times pay at night
LARGE = 0.004  # share of honest payments that are far above habit too
ENTRY = {"chip": 0.45, "contactless": 0.35, "online": 0.20}


def draw_payments(people: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Payments of the last 120 days with labels where somebody looked, and the truth: payment_id, pattern of each fraud."""
    scale = len(people) / CUSTOMERS
    there = np.flatnonzero((people["acquired_on"] < last - pd.Timedelta(days=DAYS)) & people["left_on"].isna())
    holders = people.iloc[np.sort(rng.choice(there, min(round(CARDS * scale), len(there)), replace=False))].reset_index(drop=True)
    usual = 60 * rng.lognormal(0, 0.5, len(holders)) * np.sqrt(holders["worth"].to_numpy())
    honest = _honest(holders, usual, round(PAYMENTS * scale), rng)
    stolen = _stolen(holders, usual, FRAUD_SHARE * len(honest), rng)
    payments = pd.concat([honest, stolen], ignore_index=True)
    start = last.normalize() + pd.Timedelta(days=1 - DAYS)
    payments["paid_at"] = start + pd.to_timedelta(np.clip(payments["second"], 0, DAYS * 86_400 - 1).astype(int), "s")
    payments = payments.sort_values(["paid_at", "holder"], kind="stable", ignore_index=True)
    payments["customer_id"] = holders["customer_id"].to_numpy()[payments["holder"]]
    payments["amount"] = payments["amount"].clip(lower=1).round(1)
    fraud = payments["pattern"].notna()
    looked = rng.random(len(payments)) < np.where(fraud, LABELLED_FRAUD, LABELLED_HONEST)
    payments["fraud"] = fraud.astype("boolean").mask(~looked)
    payments.insert(0, "payment_id", [f"Z{number}" for number in range(800_001, 800_001 + len(payments))])
    told = payments.loc[fraud, ["payment_id", "pattern"]].assign(known=looked[fraud])
    return payments.drop(columns=["second", "holder", "pattern"]), told.reset_index(drop=True)


def _honest(holders: pd.DataFrame, usual: np.ndarray, count: int, rng: np.random.Generator) -> pd.DataFrame:
    weight = holders["cards"].to_numpy() / holders["cards"].sum()
    holder = rng.choice(len(holders), count, p=weight)
    kind = rng.choice(list(KINDS), count, p=list(KINDS.values()))
    amount = usual[holder] * pd.Series(kind).map(DEARNESS).to_numpy() * rng.lognormal(0, 0.45, count)
    amount = np.where(rng.random(count) < LARGE, amount * rng.uniform(6, 14, count), amount)
    night = (rng.random(len(holders)) < NIGHT_OWLS)[holder] & (rng.random(count) < NIGHT_SHARE)
    hour = np.where(night, rng.uniform(0, 5, count), np.clip(rng.normal(14.5, 3.8, count), 6.5, 23.5))
    home = np.full(count, HOME, dtype=object)
    goes = rng.random(len(holders)) < TRAVELLERS
    country = rng.choice(ABROAD, len(holders))
    abroad = goes[holder] & (rng.random(count) < TRAVEL_SHARE)
    entry = np.where(kind == "online shop", "online", rng.choice(list(ENTRY), count, p=list(ENTRY.values())))
    return pd.DataFrame(
        {
            "holder": holder,
            "second": rng.integers(0, DAYS, count) * 86_400 + hour * 3600,
            "amount": amount,
            "kind": kind,
            "country": np.where(abroad, country[holder], home),
            "entry": entry,
            "pattern": None,
        }
    )


def _stolen(holders: pd.DataFrame, usual: np.ndarray, payments: float, rng: np.random.Generator) -> pd.DataFrame:
    """Payments with stolen cards, about so many, each card by one pattern within a few hours."""
    frames = []
    for pattern in PATTERNS:
        cards = max(1, round(payments * pattern.share / np.mean(pattern.payments)))
        for holder in rng.choice(len(holders), cards, replace=False):
            size = int(rng.integers(pattern.payments[0], pattern.payments[1] + 1))
            day = int(rng.integers(0, DAYS))
            frames.append(_spree(pattern.name, size, usual[holder], day, rng).assign(holder=holder, pattern=pattern.name))
    return pd.concat(frames, ignore_index=True)


def _spree(name: str, size: int, usual: float, day: int, rng: np.random.Generator) -> pd.DataFrame:
    """second, amount, kind, country, entry of the payments one thief makes."""
    gaps = rng.integers(60, 900, size).cumsum()
    hour = rng.uniform(8, 22) if name == "burst" else rng.uniform(1, 4.5) if name == "abroad at night" else rng.uniform(9, 20)
    amount = usual * {"burst": 1.2, "abroad at night": 3.0, "far above habit": 13.0}[name] * rng.lognormal(0, 0.35, size)
    kind = {"burst": ("online shop",), "abroad at night": ("online shop", "electronics", "restaurant")}.get(
        name, ("electronics", "jewellery")
    )
    country = rng.choice(FAR) if name == "abroad at night" or (name == "burst" and rng.random() < 0.4) else HOME
    entry = "online" if name == "burst" else rng.choice(("online", "chip"))
    second = day * 86_400 + hour * 3600 + gaps
    return pd.DataFrame({"second": second, "amount": amount, "kind": rng.choice(kind, size), "country": country, "entry": entry})
