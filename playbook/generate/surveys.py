"""Surveys: what customers answer some days after an order, and what they say to spend with all shops."""

import numpy as np
import pandas as pd

from playbook.generate.moods import planted_moods
from playbook.generate.planted import REFERENCE_CUSTOMERS, WALLET
from playbook.generate.service import SERVICE_DAYS, words

__all__ = ["ask", "draw_answers", "draw_wallets"]

SURVEYS = 1500  # for REFERENCE_CUSTOMERS
ANSWER_DAYS = (6, 16)  # after the order
YEAR_DAYS = 365
WALLET_CERTAINTY = 9.0  # sum of the beta distribution's parameters: how alike customers of a segment are
WITHHELD = 0.22  # share of the answers without a word on spending
GUESS = 0.15  # sigma, log scale: people do not know to the euro what they spend


def ask(lines: pd.DataFrame, last: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Answers to come after random orders of two years, at most one a customer and year: order_id, customer_id, name (a product
    bought), date."""
    orders = lines.drop_duplicates("order_id")
    recent = orders[
        (orders["order_date"] > last - pd.Timedelta(days=SERVICE_DAYS))
        & (orders["order_date"] < last - pd.Timedelta(days=ANSWER_DAYS[1]))
    ]
    mixed = recent.iloc[rng.permutation(len(recent))]
    year = (last - mixed["order_date"]).dt.days // YEAR_DAYS
    once = mixed[~mixed.assign(year=year).duplicated(["customer_id", "year"])]
    drawn = once.head(round(SURVEYS * customers / REFERENCE_CUSTOMERS)).sort_index()
    days = rng.integers(ANSWER_DAYS[0], ANSWER_DAYS[1] + 1, len(drawn))
    asked = drawn[["order_id", "customer_id", "name"]].assign(
        date=drawn["order_date"].dt.normalize() + pd.to_timedelta(days, "D")
    )
    return asked.sort_values(["date", "order_id"], ignore_index=True)


def draw_answers(asked: pd.DataFrame, delivered: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """``asked`` with recommend, satisfaction and comment, and what truly moved each answer.

    ``delivered`` has promised_on, delivered_on, late and satisfied by order_id: who says that the parcel was late waited for it.
    """
    moods, told = planted_moods(), words()["drivers"]
    order = delivered.set_index("order_id").loc[asked["order_id"]]
    driver, recommend, satisfaction = moods.draw(order["late"].to_numpy(), order["satisfied"].to_numpy(), rng)
    moved = np.array(moods.drivers, dtype=object)[driver]
    days = (order["delivered_on"] - order["promised_on"]).dt.days.to_numpy()
    pick = rng.random(len(asked))
    comments = []
    for name, product, late_days, draw in zip(moved, asked["name"], days, pick, strict=True):
        options = told[name]["comments"]
        options = [o for o in options if late_days > 1 or "{days}" not in o]  # "1 days late" is no English
        comments.append(options[int(draw * len(options))].format(product=product, days=int(late_days)))
    return asked.assign(recommend=recommend, satisfaction=satisfaction, comment=comments), moved


def draw_wallets(
    answers: pd.DataFrame, table: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator
) -> tuple[np.ndarray, pd.Series]:
    """What customers say to spend a year with all shops (NaN where they do not), and each customer's true share that is ours.

    The true spending is the customer's own of the year before the answer over that share; the answer is a rounded guess of it.
    """
    mean = people["segment"].map(WALLET).fillna(np.mean(list(WALLET.values()))).to_numpy()
    share = pd.Series(rng.beta(mean * WALLET_CERTAINTY, (1 - mean) * WALLET_CERTAINTY).clip(0.03, 1.0), people["customer_id"])
    lines = table.loc[table["customer_id"].isin(answers["customer_id"]), ["customer_id", "order_date", "revenue"]]
    pairs = answers[["customer_id", "date"]].reset_index().merge(lines, on="customer_id")
    since = pairs["date"] - pairs["order_date"].dt.normalize()
    year = pairs[(since >= pd.Timedelta(0)) & (since < pd.Timedelta(days=YEAR_DAYS))]
    own = year.groupby("index")["revenue"].sum().reindex(answers.index, fill_value=0.0).clip(lower=0).to_numpy()
    spend = own / share[answers["customer_id"]].to_numpy() * rng.lognormal(0, GUESS, len(answers))
    step = np.where(spend < 500, 10, np.where(spend < 3000, 50, 100))
    said = np.maximum(np.round(spend / step) * step, step)
    return np.where((rng.random(len(answers)) < WITHHELD) | (own <= 0), np.nan, said), share
