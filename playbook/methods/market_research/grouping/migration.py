"""Migration: who moved from which segment to which, and what they brought before and after."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import YEAR
from playbook.methods.market_research.grouping.ways import customer_measures
from playbook.result.formats import Formats

__all__ = ["NEW_SINCE", "Moves", "ago", "days_back", "migrate", "moves"]

NEW_SINCE = mark("New since")
FEWEST_DAYS = 28  # of which a flow can be told
FEWEST_CUSTOMERS = 30


@dataclass(frozen=True)
class Moves:
    """Customers of then: how many there were, how many stand in a better and in a weaker segment now, how much more and how much
    less these brought, what all of them brought since, the best segment, how many it held and how many of them fell; ``chance``:
    that up and down differ as much by chance alone."""

    customers: int
    up: int
    down: int
    gained: float
    lost: float
    revenue: float
    best: str
    best_then: int
    best_fallen: int
    chance: float


def days_back(span: int) -> int:
    """How long ago the other day lies: a year, or half of the ``span`` of the data (days) where they hold less than two years."""
    return YEAR if span >= 2 * YEAR else span // 2


def ago(back: int, fmt: Formats) -> str:
    """How long ago ``back`` days are, in words."""
    return fmt.say("a year ago") if back == YEAR else fmt.say("{days} ago", days=fmt.days(back))


def migrate(
    order_totals: pd.DataFrame,
    now: pd.DataFrame,
    as_of: pd.Timestamp,
    span: int,
    sort: Callable[[pd.DataFrame], pd.Series],
    by_totals: bool,
) -> pd.DataFrame:
    """Flows between the segments of then and of now: then, now, customers, revenue_before, revenue_after (equal numbers of days).

    ``now`` has customer_id and segment; ``sort`` names the segments of customers by their measures of then, with today's model.
    ``by_totals``: the model sees orders and revenue in all; those of then are scaled up to the span of the data of today, since
    otherwise a longer history alone would move everybody up. Customers who came later have ``NEW_SINCE`` as then. Empty where the
    data are too short.
    """
    back = days_back(span)
    then_day = as_of - pd.Timedelta(days=back)
    columns = ["then", "now", "customers", "revenue_before", "revenue_after"]
    measures = customer_measures(order_totals, then_day)
    if back < FEWEST_DAYS or len(measures) < FEWEST_CUSTOMERS:
        return pd.DataFrame(columns=columns)
    if by_totals:
        measures[["orders", "revenue"]] *= span / (span - back)
    then = pd.Series(sort(measures).to_numpy(), index=measures["customer_id"])
    rows = now[["customer_id", "segment"]].assign(then=now["customer_id"].map(then).fillna(NEW_SINCE))
    for name, end in (("revenue_before", then_day), ("revenue_after", as_of)):
        window = order_totals[(order_totals["day"] > end - pd.Timedelta(days=back)) & (order_totals["day"] <= end)]
        rows[name] = rows["customer_id"].map(window.groupby("customer_id")["revenue"].sum()).fillna(0.0)
    flows = rows.groupby(["then", "segment"], sort=True).agg(
        customers=("customer_id", "size"), revenue_before=("revenue_before", "sum"), revenue_after=("revenue_after", "sum")
    )
    return flows.reset_index().rename(columns={"segment": "now"})[columns]


def moves(flows: pd.DataFrame, ranking: list[str]) -> Moves | None:
    """What ``migrate`` found, with segments ranked from the best to the weakest. None where nobody was a customer then."""
    rank = {name: place for place, name in enumerate(ranking)}
    known = flows[flows["then"].isin(rank)]
    if known.empty:
        return None
    step = known["then"].map(rank) - known["now"].map(rank)
    change = known["revenue_after"] - known["revenue_before"]
    up, down = (int(known.loc[side, "customers"].sum()) for side in (step > 0, step < 0))
    best = known[known["then"] == ranking[0]]
    return Moves(
        customers=int(known["customers"].sum()),
        up=up,
        down=down,
        gained=float(change[step > 0].sum()),
        lost=float(-change[step < 0].sum()),
        revenue=float(known["revenue_after"].sum()),
        best=ranking[0],
        best_then=int(best["customers"].sum()),
        best_fallen=int(best.loc[best["now"] != ranking[0], "customers"].sum()),
        chance=float(binomtest(up, up + down).pvalue) if up + down else np.nan,
    )
