"""Service: the tickets customers write."""

from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.planted import REFERENCE_CUSTOMERS

__all__ = ["CRISIS_MONTH", "LATE", "SERVICE_DAYS", "draw_tickets", "words"]

TICKETS = 600  # for REFERENCE_CUSTOMERS
SERVICE_DAYS = 730
CHINESE_SPEAKERS = 0.16  # share of questions in Chinese, on topics whose words are there in Chinese
CLOSING_HOURS = 9.0  # mean time until a ticket is settled
CRISIS_MONTH, CRISIS_FACTOR = 12, 3.0  # parcels are late in December
LATE = "late delivery"  # the topic of tickets and of answers to surveys that tells of a late parcel


def words() -> dict:
    """What customers and the service desk write, by topic and by driver."""
    return YAML(typ="safe", pure=True).load(files("playbook.generate").joinpath("service.yml").read_text(encoding="utf-8"))


def draw_tickets(lines: pd.DataFrame, last: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Questions with answers over about twelve topics, each a week or so after a line of a real order (``order_id``)."""
    written = words()
    names = list(written["topics"])
    rows = []
    for line in _moments(lines, last, round(TICKETS * customers / REFERENCE_CUSTOMERS), rng).itertuples():
        weight = np.array([written["topics"][n]["weight"] for n in names])
        weight[0] *= CRISIS_FACTOR if line.at.month == CRISIS_MONTH else 1.0
        topic = names[rng.choice(len(names), p=weight / weight.sum())]
        entry = written["topics"][topic]
        fitting = entry.get("only", [line.product])
        product = line.product if line.product in fitting else fitting[rng.integers(len(fitting))]
        slots = {"product": product, "days": int(rng.integers(3, 15))}
        if entry.get("chinese") and rng.random() < CHINESE_SPEAKERS:
            question, answer = entry["chinese"][rng.integers(len(entry["chinese"]))]
            language = "zh"
        else:
            opening, closing = (written[part][rng.integers(len(written[part]))] for part in ("openings", "closings"))
            question = opening + entry["questions"][rng.integers(len(entry["questions"]))] + closing
            question = question if opening else question[0].upper() + question[1:]
            answer = entry["answers"][rng.integers(len(entry["answers"]))]
            language = "en"
        closed = line.at + pd.Timedelta(minutes=int(60 * rng.exponential(CLOSING_HOURS)) + 5)
        rows.append((line.at, question.format(**slots), answer, topic, closed, language, line.customer_id, line.order_id))
    columns = ["created_at", "question", "answer", "topic", "closed_at", "language", "customer_id", "order_id"]
    tickets = pd.DataFrame(rows, columns=columns).sort_values("created_at", kind="stable", ignore_index=True)
    tickets.loc[tickets["closed_at"] >= last + pd.Timedelta(days=1), "closed_at"] = pd.NaT
    tickets.insert(0, "ticket_id", [f"T{number}" for number in range(5001, 5001 + len(tickets))])
    return tickets


def _moments(lines: pd.DataFrame, last: pd.Timestamp, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Moments (at, customer_id, product, order_id) a few days after random order lines of two years.

    ``lines``: order_date, customer_id, name, order_id.
    """
    recent = lines[
        (lines["order_date"] > last - pd.Timedelta(days=SERVICE_DAYS)) & (lines["order_date"] < last - pd.Timedelta(days=15))
    ]
    drawn = recent.iloc[np.sort(rng.choice(len(recent), min(count, len(recent)), replace=False))]
    at = drawn["order_date"].dt.normalize() + pd.to_timedelta(rng.integers(2 * 1440, 14 * 1440, len(drawn)), "min")
    daytime = at.dt.normalize() + pd.to_timedelta(8 * 60 + rng.integers(0, 13 * 60, len(drawn)), "min")
    return pd.DataFrame(
        {"at": daytime, "customer_id": drawn["customer_id"], "product": drawn["name"], "order_id": drawn["order_id"]}
    )
