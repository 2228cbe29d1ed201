"""Voices: what customers ask the service desk, what they answer when asked, and what they spend with all suppliers."""

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.planted import LATE, WALLET
from playbook.generate.planted import REFERENCE_CUSTOMERS
from playbook.generate.service import TICKETS, draw_tickets, standing_answers, words

__all__ = ["SERVICE_FILE", "answers_of", "covered", "draw_answers", "tickets_of"]

SERVICE_FILE = "manufacturer/service.yml"
QUESTIONS = 750  # of two years
SURVEYS, SURVEY_DAYS = 800, 730
BASE_SCORE, SCORE_SPREAD = 8.0, 1.4
SATISFACTION_FROM, SATISFACTION_SPREAD = (2.5, 4.5, 6.5, 8.5), 0.5  # recommend scores where satisfaction goes up by one
SAYS_LATE = 0.8  # of those whose delivery was late
WITHHELD, GUESS, WALLET_SPREAD = 0.3, 0.15, 0.25  # share without a word on spending; sigmas on the log scale
STEP = 10_000  # CNY, to which people round


def tickets_of(lines: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Questions of two years, all in Chinese, each some days after a line of a real order."""
    known = lines[lines["customer_id"].notna() & (lines["quantity"] > 0) & (lines["kind"] != "服务")]
    return draw_tickets(known, last, round(QUESTIONS / TICKETS * REFERENCE_CUSTOMERS), rng, words(SERVICE_FILE), 1.0)


def answers_of() -> pd.DataFrame:
    """The standing answers."""
    return standing_answers(words(SERVICE_FILE))


def covered() -> dict[str, list[str]]:
    """Topics that the standing answers cover, and those that they leave out."""
    topics = words(SERVICE_FILE)["topics"]
    return {
        "covered": [t for t in topics if "faq chinese" in topics[t]],
        "gaps": [t for t in topics if "faq chinese" not in topics[t]],
    }


def draw_answers(
    lines: pd.DataFrame, firms: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """date, customer_id, recommend, satisfaction, comment, total_spend of each answer; and date, customer_id, driver of it.

    At most one answer a customer and year, some days after a delivery; who was served late mostly says so.
    """
    drivers = words(SERVICE_FILE)["drivers"]
    served = lines[lines["delivered_on"].notna() & lines["customer_id"].notna()].drop_duplicates("order_id")
    served = served.assign(date=served["delivered_on"] + pd.to_timedelta(rng.integers(4, 20, len(served)), "D"))
    served = served[(served["date"] <= last) & (served["date"] > last - pd.Timedelta(days=SURVEY_DAYS))]
    mixed = served.iloc[rng.permutation(len(served))]
    mixed = mixed[~mixed.assign(year=(last - mixed["date"]).dt.days // 365).duplicated(["customer_id", "year"])]
    asked = mixed.head(SURVEYS).sort_values(["date", "order_id"], ignore_index=True)
    share = np.array([d["share"] for d in drivers.values()])
    moved = rng.choice(list(drivers), len(asked), p=share / share.sum())
    moved = np.where(asked["late"] & (rng.random(len(asked)) < SAYS_LATE), LATE, moved)
    mean = BASE_SCORE + np.array([drivers[name]["effect"] for name in moved])
    score = np.clip(np.round(rng.normal(mean, SCORE_SPREAD)), 0, 10).astype(int)
    graded = score + rng.normal(0, SATISFACTION_SPREAD, len(asked))
    pick = rng.random(len(asked))
    told = pd.DataFrame(
        {
            "date": asked["date"],
            "customer_id": asked["customer_id"],
            "recommend": score,
            "satisfaction": 1 + np.searchsorted(SATISFACTION_FROM, graded),
            "comment": [
                drivers[name]["comments"][int(draw * len(drivers[name]["comments"]))]
                for name, draw in zip(moved, pick, strict=True)
            ],
            "total_spend": _wallet(asked, lines, firms, rng),
        }
    )
    return told, told[["date", "customer_id"]].assign(driver=moved)


def _wallet(asked: pd.DataFrame, lines: pd.DataFrame, firms: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """What they say to spend a year with all suppliers: their own year with us over our planted share, rounded; or nothing."""
    pairs = asked[["customer_id", "date"]].reset_index().merge(lines[["customer_id", "order_date", "revenue"]], on="customer_id")
    since = (pairs["date"] - pairs["order_date"]).dt.days
    own = pairs[(since >= 0) & (since < 365)].groupby("index")["revenue"].sum().reindex(asked.index, fill_value=0.0).to_numpy()
    industry = firms.set_index("customer_id").loc[asked["customer_id"], "industry"]
    share = industry.map(WALLET).to_numpy(dtype=float) * rng.lognormal(0, WALLET_SPREAD, len(asked))
    said = np.maximum(np.round(own / share.clip(0.05, 0.95) * rng.lognormal(0, GUESS, len(asked)) / STEP) * STEP, STEP)
    return np.where((rng.random(len(asked)) < WITHHELD) | (own <= 0), np.nan, said)
