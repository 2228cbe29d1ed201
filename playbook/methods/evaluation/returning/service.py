"""Service: satisfaction and the cost to serve, before the first intervention and since."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
from statsmodels.stats.rates import confint_poisson_2indep

from playbook.methods.needs_analysis.feedback.satisfaction import difference, net_promoter, satisfied
from playbook.result.formats import LEVEL

__all__ = ["COLUMNS", "YEAR", "before_and_after"]

YEAR = 365
SHORTEST = 28  # days since the first intervention
FEWEST = 20  # answers or tickets on either side
COLUMNS = ("measure", "unit", "good", "before", "after", "change", "low", "high", "n", "days")
RATINGS = (
    ("recommend", "Net promoter score", "number", net_promoter),
    ("satisfaction", "Customer satisfaction", "share", satisfied),
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
    are counts, orders their exposure (ratio of two Poisson rates, score test inverted: Gu and others 2008). Empty where the first
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
    low, high = confint_poisson_2indep(counts[1], sold[1], counts[0], sold[0], method="score", compare="ratio", alpha=1 - LEVEL)
    yield "Cost to serve an order", "unit_money", "down", before, after, after / before - 1, low - 1, high - 1, sum(counts)


def _inside(frame: pd.DataFrame, column: str, window: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    day = pd.to_datetime(frame[column])
    return frame[(day >= window[0]) & (day < window[1])]
