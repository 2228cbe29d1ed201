"""Offers: who was offered what, who was called and who was left alone by lot, and how it ended."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CUSTOMERS, OFFER, OFFER_CALL, SUBJECTS

__all__ = ["SELDOM_LOGINS", "draw_offers"]

CASES, OPEN = 9_000, 1_100  # closed ones, and those still to be worked on, for CUSTOMERS
OFFER_MONTHS, OPEN_DAYS = 16, 25
CALLED = 0.60  # share of the closed cases that the lot had called
CALL_COST, LETTER_COST = 24.0, 1.5  # CNY
SELDOM_LOGINS = 4  # a month; below, a customer seldom uses the app
MIDDLE_BALANCE = 50_000
TALK = {True: (540, 0.35), False: (125, 0.45)}  # seconds of the closing talk by outcome: median, sigma on the log scale


def draw_offers(
    people: pd.DataFrame, activity: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cases with features known before, one column that leaks (talk_seconds), and the truth of each case.

    The chance of a yes is logistic in the features (OFFER, SUBJECTS) and in the call (OFFER_CALL). ``talk_seconds`` is written
    when a case is closed and is long where it ended with a yes. Truth: case_id, the chances left alone and called, and kind.
    """
    count = round(CASES * len(people) / CUSTOMERS)
    waiting = round(OPEN * len(people) / CUSTOMERS)
    ages = rng.integers(OPEN_DAYS, 30 * OFFER_MONTHS, count)
    opened = last.normalize() - pd.to_timedelta(np.concatenate([ages, rng.integers(0, OPEN_DAYS, waiting)]), "D")
    cases = pd.DataFrame({"opened_on": opened, "open": np.arange(count + waiting) >= count})
    cases["row"] = rng.integers(0, len(people), len(cases))
    person = people.iloc[cases["row"]].reset_index(drop=True)
    there = (person["acquired_on"] < cases["opened_on"] - pd.Timedelta(days=60)) & ~(
        person["left_on"] < cases["opened_on"] + pd.Timedelta(days=30)
    )
    cases = cases[there].sort_values(["opened_on", "row"], kind="stable", ignore_index=True)
    person = people.iloc[cases["row"]].reset_index(drop=True)
    cases["customer_id"] = person["customer_id"]
    for name in ("gender", "age_group", "employment", "income"):
        cases[name] = person[name]
    cases["subject"] = rng.choice(list(SUBJECTS), len(cases), p=(0.38, 0.37, 0.25))
    cases["tenure_years"] = ((cases["opened_on"] - person["acquired_on"]).dt.days / 365.25).round(1)
    cases = _use(cases, activity)
    cases["products_held"] = 1 + rng.binomial(5, np.clip(0.12 + 0.16 * person["bookings"].to_numpy(), 0, 0.8))
    cases["earlier_offers"] = rng.poisson(1.3, len(cases)).clip(0, 6)
    alone, called = _chances(cases)
    call = rng.random(len(cases)) < CALLED
    yes = rng.random(len(cases)) < np.where(call, called, alone)
    margin = cases["subject"].map({name: margin for name, (margin, _) in SUBJECTS.items()})
    cases["value"] = (margin * rng.lognormal(0, 0.15, len(cases))).round(-1)
    cases["treatment"] = np.where(cases["open"] | ~call, None, "call")
    cases["cost"] = np.where(cases["open"] | call, CALL_COST, LETTER_COST)
    cases["outcome"] = pd.Series(yes, dtype="boolean").mask(cases["open"])
    middle, spread = (np.where(yes, TALK[True][n], TALK[False][n]) for n in (0, 1))
    talk = np.round(middle * np.exp(spread * rng.normal(size=len(cases))))
    cases["talk_seconds"] = pd.Series(talk).mask(cases["open"])
    cases.insert(0, "case_id", [f"F{number}" for number in range(30_001, 30_001 + len(cases))])
    truth = pd.DataFrame(
        {"case_id": cases["case_id"], "chance alone": alone.round(4), "chance called": called.round(4), "kind": _kind(cases)}
    )
    return cases.drop(columns=["row", "open"]), truth


def _use(cases: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Balance and log-ins of the last whole month before the case."""
    month = cases["opened_on"].dt.to_period("M").dt.start_time - pd.DateOffset(months=1)
    seen = cases[["customer_id"]].assign(period=month)
    use = seen.merge(activity, on=["customer_id", "period"], how="left")[["balance", "app_logins"]]
    return cases.assign(balance=use["balance"].to_numpy(), app_logins=use["app_logins"].to_numpy())


def _chances(cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Chance of a yes for those left alone and those called."""
    odds = (
        OFFER["all"]
        + OFFER["balance"] * np.log(cases["balance"].fillna(0).clip(lower=500) / MIDDLE_BALANCE)
        + OFFER["products held, above 2"] * (cases["products_held"] - 2)
        + OFFER["earlier offers"] * cases["earlier_offers"]
        + OFFER["employment part-time"] * (cases["employment"] == "part-time")
        + OFFER["age 65+"] * (cases["age_group"] == "65+")
        + OFFER["age 18-29"] * (cases["age_group"] == "18-29")
        + cases["subject"].map({name: odds for name, (_, odds) in SUBJECTS.items()})
    ).to_numpy(dtype=float)
    call = (
        OFFER_CALL["all"]
        + OFFER_CALL["seldom in the app"] * (cases["app_logins"].fillna(0) < SELDOM_LOGINS)
        + OFFER_CALL["three earlier offers"] * (cases["earlier_offers"] >= 3)
    ).to_numpy(dtype=float)
    return 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(-odds - call))


def _kind(cases: pd.DataFrame) -> np.ndarray:
    tired = cases["earlier_offers"] >= 3
    return np.select([tired, cases["app_logins"].fillna(0) < SELDOM_LOGINS], ["tired of offers", "persuadable"], "undecided")
