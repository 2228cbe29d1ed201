"""Credit: applications, how risky each was, and what became of it."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CREDIT, CUSTOMERS, LOSS_SHARE

__all__ = ["draw_applications"]

APPLICATIONS = 4_900  # for CUSTOMERS
MONTHS_BACK, SETTLED_MONTHS, SETTLED_EARLY = 29, 9, 0.25  # younger ones are open, but for a share that failed or was paid early
TERMS = (12, 24, 36, 48, 60)
PURPOSES = {"car": 0.3, "home": 0.25, "furniture": 0.15, "study": 0.1, "other": 0.2}
LOSS_CERTAINTY = 8.0  # sum of the beta distribution's parameters


def draw_applications(people: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Applications with features known on the day, and the truth: application_id, chance (of not being paid back).

    The chance is logistic in the features (CREDIT). ``loss`` is LOSS_SHARE of the amount on average, where it was not paid back.
    """
    count = round(APPLICATIONS * len(people) / CUSTOMERS)
    row = rng.integers(0, len(people), count)
    asked = pd.DataFrame(
        {"applied_on": last.normalize() - pd.to_timedelta(rng.integers(1, 30 * MONTHS_BACK, count), "D"), "row": row}
    )
    person = people.iloc[asked["row"]].reset_index(drop=True)
    there = (person["acquired_on"] < asked["applied_on"]) & ~(person["left_on"] < asked["applied_on"])
    asked = asked[there].sort_values(["applied_on", "row"], kind="stable", ignore_index=True)
    person = people.iloc[asked["row"]].reset_index(drop=True)
    size = len(asked)
    asked["customer_id"] = person["customer_id"]
    income = person["income"].to_numpy() * 1000
    burden = np.clip(rng.lognormal(np.log(0.32), 0.6, size), 0.04, 2.0)
    asked["amount"] = np.round(income * burden, -3).clip(2000)
    asked["months"] = rng.choice(TERMS, size, p=(0.15, 0.25, 0.28, 0.2, 0.12))
    asked["purpose"] = rng.choice(list(PURPOSES), size, p=list(PURPOSES.values()))
    for name in ("gender", "age_group", "employment", "income"):
        asked[name] = person[name]
    asked["debt_ratio"] = rng.beta(2.0, 3.6, size).round(2)
    asked["late_payments"] = rng.poisson(0.35 + 0.5 * (asked["debt_ratio"] > 0.5), size).clip(0, 6)
    asked["years_employed"] = np.where(asked["employment"] == "student", 0, rng.gamma(1.6, 4.0, size)).clip(0, 35).round(0)
    asked["housing"] = np.where(rng.random(size) < np.where(asked["age_group"] == "18-29", 0.2, 0.6), "owner", "tenant")
    asked["savings"] = (person["balance"].to_numpy() * rng.lognormal(0, 0.4, size)).round(-3)
    chance = _chance(asked)
    failed = rng.random(size) < chance
    recent = asked["applied_on"] > last - pd.DateOffset(months=SETTLED_MONTHS)
    asked["defaulted"] = pd.Series(failed, dtype="boolean").mask(recent & (rng.random(size) >= SETTLED_EARLY))
    share = rng.beta(LOSS_SHARE * LOSS_CERTAINTY, (1 - LOSS_SHARE) * LOSS_CERTAINTY, size)
    asked["loss"] = (asked["amount"] * share).round(-2).where(asked["defaulted"].fillna(False).astype(bool))
    asked.insert(0, "application_id", [f"K{number}" for number in range(70_001, 70_001 + size)])
    truth = pd.DataFrame({"application_id": asked["application_id"], "chance": chance.round(4)})
    return asked.drop(columns="row"), truth


def _chance(asked: pd.DataFrame) -> np.ndarray:
    odds = (
        CREDIT["all"]
        + CREDIT["debt_ratio"] * asked["debt_ratio"]
        + CREDIT["late_payments"] * asked["late_payments"]
        + CREDIT["burden"] * asked["amount"] / (asked["income"] * 1000)
        + CREDIT["years_employed"] * asked["years_employed"]
        + CREDIT["owner"] * (asked["housing"] == "owner")
        + CREDIT["employment part-time"] * (asked["employment"] == "part-time")
        + CREDIT["employment self-employed"] * (asked["employment"] == "self-employed")
        + CREDIT["savings, per 100,000 CNY"] * asked["savings"] / 100_000
    ).to_numpy(dtype=float)
    return 1 / (1 + np.exp(-odds))
