"""Service: the tickets customers write, and the standing answers to some of them."""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.planted import REFERENCE_CUSTOMERS

__all__ = ["LATE", "SERVICE_DAYS", "draw_tickets", "faq_truth", "standing_answers", "words"]

TICKETS = 900  # for REFERENCE_CUSTOMERS
SERVICE_DAYS = 730
CHINESE_SPEAKERS = 0.25  # share of questions in Chinese
CLOSING_HOURS = 9.0  # mean time until a ticket is settled
LATE = "late delivery"  # the topic of tickets and of answers to surveys that tells of a late parcel


@cache
def words(file: str = "service.yml") -> dict:
    """What customers and the service desk write, by topic and by driver."""
    return YAML(typ="safe", pure=True).load(files("playbook.generate").joinpath(file).read_text(encoding="utf-8"))


def draw_tickets(
    lines: pd.DataFrame,
    last: pd.Timestamp,
    customers: int,
    rng: np.random.Generator,
    written: dict | None = None,
    chinese: float = CHINESE_SPEAKERS,
) -> pd.DataFrame:
    """Questions with answers over about twelve topics, each a week or so after a line of a real order (``order_id``).

    ``written``: the words, the shop's if not given. ``chinese``: the share of questions in Chinese.
    """
    written = written or words()
    names = list(written["topics"])
    rows = []
    for line in _moments(lines, last, round(TICKETS * customers / REFERENCE_CUSTOMERS), rng).itertuples():
        weight = np.array(
            [entry["weight"] * entry.get("busy", {}).get(line.at.month, 1.0) for entry in written["topics"].values()]
        )
        topic = names[rng.choice(len(names), p=weight / weight.sum())]
        entry = written["topics"][topic]
        fitting = entry.get("only", [line.product])
        product = line.product if line.product in fitting else fitting[rng.integers(len(fitting))]
        slots = {"product": product, "days": int(rng.integers(3, 15))}
        language = "zh" if rng.random() < chinese else "en"
        said, before = (entry["chinese"], "chinese ") if language == "zh" else (entry, "")
        parts = (written[f"{before}openings"], said["questions"], written[f"{before}closings"], said["answers"])
        opening, question, closing, answer = (part[rng.integers(len(part))] for part in parts)
        question = opening + (question if opening else question[0].upper() + question[1:]) + closing
        closed = line.at + pd.Timedelta(minutes=int(60 * rng.exponential(CLOSING_HOURS)) + 5)
        rows.append((line.at, question.format(**slots), answer, topic, closed, language, line.customer_id, line.order_id))
    columns = ["created_at", "question", "answer", "topic", "closed_at", "language", "customer_id", "order_id"]
    tickets = pd.DataFrame(rows, columns=columns).sort_values("created_at", kind="stable", ignore_index=True)
    tickets.loc[tickets["closed_at"] >= last + pd.Timedelta(days=1), "closed_at"] = pd.NaT
    tickets.insert(0, "ticket_id", [f"T{number}" for number in range(5001, 5001 + len(tickets))])
    return tickets


def standing_answers(written: dict | None = None) -> pd.DataFrame:
    """The FAQ: question, answer, topic, language. Topics without any are gaps."""
    rows = [
        (question, answer, topic, language)
        for language, part in (("en", "faq"), ("zh", "faq chinese"))
        for topic, entry in (written or words())["topics"].items()
        for question, answer in entry.get(part, [])
    ]
    return pd.DataFrame(rows, columns=["question", "answer", "topic", "language"])


def faq_truth(written: dict | None = None) -> dict[str, list[str]]:
    """Topics that the standing answers cover, and those that they leave out."""
    topics = (written or words())["topics"]
    return {"covered": [t for t in topics if "faq" in topics[t]], "gaps": [t for t in topics if "faq" not in topics[t]]}


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
