"""Voices: what customers of the bank ask, and what they answer when asked."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CUSTOMERS
from playbook.generate.service import draw_tickets, standing_answers, words

__all__ = ["CHINESE", "SERVICE_FILE", "answers_of", "draw_answers", "tickets_of"]

SERVICE_FILE = "bank/service.yml"
CHINESE = 0.55  # share of questions in Chinese
SURVEYS, SURVEY_DAYS = 1_700, 700  # for CUSTOMERS, over the last days
BASE_SCORE, SCORE_SPREAD = 7.9, 1.4
SATISFACTION_FROM, SATISFACTION_SPREAD = (2.5, 4.5, 6.5, 8.5), 0.5  # recommend scores where satisfaction goes up by one


def tickets_of(lines: pd.DataFrame, last: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Tickets of two years, about ten topics, in Chinese and English; ``lines``: order_date, customer_id, name, order_id."""
    return draw_tickets(lines, last, customers, rng, words(SERVICE_FILE), CHINESE)


def answers_of() -> pd.DataFrame:
    """The bank's FAQ."""
    return standing_answers(words(SERVICE_FILE))


def draw_answers(people: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.Series]:
    """date, customer_id, recommend, satisfaction, comment of each answer, and what moved it."""
    drivers = words(SERVICE_FILE)["drivers"]
    count = round(SURVEYS * len(people) / CUSTOMERS)
    person = people.iloc[np.sort(rng.choice(len(people), count, replace=False))]
    date = last.normalize() - pd.to_timedelta(rng.integers(1, SURVEY_DAYS, count), "D")
    there = ((person["acquired_on"] < date) & ~(person["left_on"] < date)).to_numpy()
    share = np.array([d["share"] for d in drivers.values()])
    moved = rng.choice(list(drivers), count, p=share / share.sum())
    mean = BASE_SCORE + np.array([drivers[name]["effect"] for name in moved])
    score = np.clip(np.round(rng.normal(mean, SCORE_SPREAD)), 0, 10).astype(int)
    graded = score + rng.normal(0, SATISFACTION_SPREAD, count)
    pick = rng.random(count)
    comments = [
        drivers[name]["comments"][int(draw * len(drivers[name]["comments"]))] for name, draw in zip(moved, pick, strict=True)
    ]
    told = pd.DataFrame(
        {
            "date": date,
            "customer_id": person["customer_id"].to_numpy(),
            "recommend": score,
            "satisfaction": 1 + np.searchsorted(SATISFACTION_FROM, graded),
            "comment": comments,
            "driver": moved,
        }
    )
    told = told[there].sort_values(["date", "customer_id"], ignore_index=True)
    return told.drop(columns="driver"), told["driver"]
