"""Service: the tickets customers write and the surveys they answer."""

from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.planted import REFERENCE_CUSTOMERS

__all__ = ["draw_surveys", "draw_tickets", "survey_truth"]

TICKETS, SURVEYS = 600, 900  # for REFERENCE_CUSTOMERS
SERVICE_DAYS = 730
CHINESE_SPEAKERS = 0.16  # share of questions in Chinese, on topics whose words are there in Chinese
CLOSING_HOURS = 9.0  # mean time until a ticket is settled
CRISIS_MONTH, CRISIS_FACTOR = 12, 3.0  # parcels are late in December
BASE_SCORE, SCORE_SPREAD = 8.1, 1.3
SATISFACTION_FROM = (2.5, 4.5, 6.5, 8.5)  # recommend scores where satisfaction goes up by one


def _words() -> dict:
    return YAML(typ="safe", pure=True).load(files("playbook.generate").joinpath("service.yml").read_text(encoding="utf-8"))


def survey_truth() -> dict[str, dict[str, float]]:
    """Planted drivers of satisfaction: share of answers and effect in points on the 0 to 10 scale."""
    return {name: {"share": d["share"], "effect": d["effect"]} for name, d in _words()["drivers"].items()}


def draw_tickets(lines: pd.DataFrame, last: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Questions with answers over about twelve topics, each a week or so after a real order line."""
    words = _words()
    names = list(words["topics"])
    rows = []
    for line in _moments(lines, last, round(TICKETS * customers / REFERENCE_CUSTOMERS), rng).itertuples():
        weight = np.array([words["topics"][n]["weight"] for n in names])
        weight[0] *= CRISIS_FACTOR if line.at.month == CRISIS_MONTH else 1.0
        topic = names[rng.choice(len(names), p=weight / weight.sum())]
        entry = words["topics"][topic]
        fitting = entry.get("only", [line.product])
        product = line.product if line.product in fitting else fitting[rng.integers(len(fitting))]
        slots = {"product": product, "days": int(rng.integers(3, 15))}
        if entry.get("chinese") and rng.random() < CHINESE_SPEAKERS:
            question, answer = entry["chinese"][rng.integers(len(entry["chinese"]))]
            language = "zh"
        else:
            opening, closing = (words[part][rng.integers(len(words[part]))] for part in ("openings", "closings"))
            question = opening + entry["questions"][rng.integers(len(entry["questions"]))] + closing
            question = question if opening else question[0].upper() + question[1:]
            answer = entry["answers"][rng.integers(len(entry["answers"]))]
            language = "en"
        closed = line.at + pd.Timedelta(minutes=int(60 * rng.exponential(CLOSING_HOURS)) + 5)
        rows.append((line.at, question.format(**slots), answer, topic, closed, language, line.customer_id))
    columns = ["created_at", "question", "answer", "topic", "closed_at", "language", "customer_id"]
    tickets = pd.DataFrame(rows, columns=columns).sort_values("created_at", kind="stable", ignore_index=True)
    tickets.loc[tickets["closed_at"] >= last + pd.Timedelta(days=1), "closed_at"] = pd.NaT
    tickets.insert(0, "ticket_id", [f"T{number}" for number in range(5001, 5001 + len(tickets))])
    return tickets


def draw_surveys(
    lines: pd.DataFrame, last: pd.Timestamp, customers: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Answers after real orders, and what truly moved each answer."""
    drivers = _words()["drivers"]
    names = list(drivers)
    asked = _moments(lines, last, round(SURVEYS * customers / REFERENCE_CUSTOMERS), rng)
    share = np.array([drivers[n]["share"] for n in names])
    rows, moved = [], []
    for line in asked.itertuples():
        weight = share * np.where(
            np.array(names) == "late delivery", CRISIS_FACTOR if line.at.month == CRISIS_MONTH else 1.0, 1.0
        )
        name = names[rng.choice(len(names), p=weight / weight.sum())]
        recommend = int(np.clip(round(BASE_SCORE + drivers[name]["effect"] + rng.normal(0, SCORE_SPREAD)), 0, 10))
        satisfaction = 1 + int(np.searchsorted(SATISFACTION_FROM, recommend + rng.normal(0, 0.5)))
        comment = drivers[name]["comments"][rng.integers(len(drivers[name]["comments"]))]
        rows.append(
            (
                line.at.normalize(),
                recommend,
                satisfaction,
                comment.format(product=line.product, days=int(rng.integers(3, 15))),
                line.customer_id,
            )
        )
        moved.append(name)
    surveys = pd.DataFrame(rows, columns=["date", "recommend", "satisfaction", "comment", "customer_id"])
    order = np.argsort(surveys["date"].to_numpy(), kind="stable")
    return surveys.iloc[order].reset_index(drop=True), np.array(moved, dtype=object)[order]


def _moments(lines: pd.DataFrame, last: pd.Timestamp, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Moments (at, customer_id, product) a few days after random order lines (order_date, customer_id, name) of two years."""
    recent = lines[
        (lines["order_date"] > last - pd.Timedelta(days=SERVICE_DAYS)) & (lines["order_date"] < last - pd.Timedelta(days=15))
    ]
    drawn = recent.iloc[np.sort(rng.choice(len(recent), min(count, len(recent)), replace=False))]
    at = drawn["order_date"].dt.normalize() + pd.to_timedelta(rng.integers(2 * 1440, 14 * 1440, len(drawn)), "min")
    daytime = at.dt.normalize() + pd.to_timedelta(8 * 60 + rng.integers(0, 13 * 60, len(drawn)), "min")
    return pd.DataFrame({"at": daytime, "customer_id": drawn["customer_id"], "product": drawn["name"]})
