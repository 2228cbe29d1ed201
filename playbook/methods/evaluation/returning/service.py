"""Service: satisfaction and the cost to serve, before the first intervention and since."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from playbook.locale import mark
from playbook.methods.evaluation.measuring.windows import WEEK
from playbook.methods.needs_analysis.feedback.satisfaction import difference, net_promoter, satisfied
from playbook.result.formats import LEVEL

__all__ = ["COLUMNS", "YEAR", "before_and_after"]

YEAR = 365
SHORTEST = 28  # days since the first intervention
FEWEST = 20  # answers or tickets on either side
COLUMNS = ("measure", "unit", "good", "before", "after", "change", "low", "high", "n", "days")
COST = mark("Cost to serve an order")
RATINGS = (
    ("recommend", mark("Net promoter score"), "number", net_promoter),
    ("satisfaction", mark("Customer satisfaction"), "share", satisfied),
)


def before_and_after(
    first: date,
    as_of: date,
    survey_answers: pd.DataFrame | None,
    service_tickets: pd.DataFrame | None,
    order_totals: pd.DataFrame,
    service_cost: float | None,
) -> pd.DataFrame:
    """One row a measure with ``COLUMNS``: the last ``days`` days against as many before ``first``; at most a year.

    The change of ratings is a difference (see ``satisfaction.difference``), of the cost to serve an order a relative one: tickets
    are counts, orders their exposure. One customer writes many tickets and bad weeks come together, so the range is widened by
    how much more the weeks scatter than counts would (quasi-Poisson: McCullagh & Nelder 1989, ch. 6.2). Empty where the first
    intervention is younger than four weeks, or with too few answers.
    """
    days = min((as_of - first).days + 1, YEAR)
    end, start = pd.Timestamp(as_of) + pd.Timedelta(days=1), pd.Timestamp(first)
    span = pd.Timedelta(days=days)
    windows = ((start - span, start), (end - span, end))
    rows = []
    if days >= SHORTEST:
        rows += _ratings(survey_answers, windows) if survey_answers is not None else []
        if service_tickets is not None and service_cost and order_totals["day"].min() <= windows[0][0]:
            rows += _cost_to_serve(service_tickets, order_totals, service_cost, windows)
    return pd.DataFrame([(*row, days) for row in rows], columns=list(COLUMNS))


def _ratings(answers: pd.DataFrame, windows: tuple) -> Iterator[tuple]:
    for column, label, unit, rate in RATINGS:
        if column not in answers:
            continue
        before, after = (rate(_inside(answers, "date", window)[column]) for window in windows)
        if before and after and min(before.n, after.n) >= FEWEST:
            yield label, unit, "up", before.value, after.value, *difference(after, before), before.n + after.n


def _cost_to_serve(tickets: pd.DataFrame, orders: pd.DataFrame, cost: float, windows: tuple) -> Iterator[tuple]:
    counts = [len(_inside(tickets, "created_at", window)) for window in windows]
    sold = [len(_inside(orders, "day", window)) for window in windows]
    if min(*counts, *sold) < FEWEST:
        return
    before, after = (cost * count / orders for count, orders in zip(counts, sold, strict=True))
    half = _half_width(tickets, orders, windows)
    low, high = (after / before * np.exp(side * half) - 1 for side in (-1, 1))
    yield COST, "unit_money", "down", before, after, after / before - 1, low, high, sum(counts)


def _half_width(tickets: pd.DataFrame, orders: pd.DataFrame, windows: tuple) -> float:
    """Half the width of the range of the logarithm of the ratio of two rates of tickets an order, at LEVEL.

    Weeks are counted from the start of each window; a week without an order has no part in the scatter. The scatter is taken to
    be that of counts at least: that of a few weeks may be small by luck.
    """
    terms, weeks, scatter = 0.0, 0, 0.0
    for window in windows:
        came, sold = (
            frame.groupby((pd.to_datetime(frame[column]) - window[0]).dt.days // WEEK).size()
            for frame, column in ((_inside(tickets, "created_at", window), "created_at"), (_inside(orders, "day", window), "day"))
        )
        expected = sold * came.sum() / sold.sum()
        scatter += float(((came.reindex(sold.index, fill_value=0) - expected) ** 2 / expected).sum())
        weeks, terms = weeks + len(sold), terms + 1 / came.sum()
    more = max(scatter / (weeks - 2), 1.0) if weeks > 2 else 1.0
    quantile = stats.t.ppf((1 + LEVEL) / 2, weeks - 2) if weeks > 2 else stats.norm.ppf((1 + LEVEL) / 2)
    return float(quantile * np.sqrt(more * terms))


def _inside(frame: pd.DataFrame, column: str, window: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    day = pd.to_datetime(frame[column])
    return frame[(day >= window[0]) & (day < window[1])]
