"""Trials: campaigns with a control group, followed day by day from their first to their last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.engagement import Intervention
from playbook.methods.monitoring.campaigning.first_orders import FirstOrders, first_orders

__all__ = ["Trial", "follow_trials"]

FEWEST = 30  # customers in each group
WATCHED = 365  # days a campaign stays in the section after its end


@dataclass(frozen=True)
class Trial:
    """A campaign with its groups: whether it still runs, and what ``first_orders`` found."""

    id: str
    label: str
    start: pd.Timestamp
    end: pd.Timestamp  # last day that was looked at
    runs: bool
    found: FirstOrders

    @property
    def last(self) -> pd.Series:
        """The latest look."""
        return self.found.days.iloc[-1]


def follow_trials(
    interventions: Sequence[Intervention], memberships: pd.DataFrame, order_totals: pd.DataFrame, as_of: date
) -> tuple[Trial, ...]:
    """Campaigns of the last year with at least FEWEST customers in each group, the one that began last first; none of a time
    before the first order.

    ``memberships`` [intervention_id, customer_id, group]; who stands in both groups of a campaign counts in neither.
    """
    today, trials = pd.Timestamp(as_of), []
    orders = order_totals[(order_totals["revenue"] > 0) & order_totals["customer_id"].notna()]
    known_from = orders["day"].min()  # NaT without an order: nothing can be followed
    for one in interventions:
        start = pd.Timestamp(one.start)
        end = min(pd.Timestamp(one.end or as_of), today)
        mine = memberships[memberships["intervention_id"] == one.id].drop_duplicates(["customer_id", "group"])
        mine = mine.drop_duplicates("customer_id", keep=False).set_index("customer_id")["group"]
        mine = mine[mine.isin(["treated", "control"])]
        sizes = [int((mine == group).sum()) for group in ("treated", "control")]
        if not start >= known_from or start > today or end < today - pd.Timedelta(days=WATCHED) or min(sizes) < FEWEST:
            continue
        ordered = orders[orders["day"].between(start, end) & orders["customer_id"].isin(mine.index)]
        first = ordered.groupby("customer_id")["day"].min()
        bought = pd.DataFrame({"day": first.to_numpy(), "treated": (mine.reindex(first.index) == "treated").to_numpy()})
        found = first_orders(bought, *sizes, pd.date_range(start, end))
        trials.append(Trial(one.id, one.label, start, end, end == today and (one.end is None or one.end >= as_of), found))
    return tuple(sorted(trials, key=lambda t: t.start, reverse=True))
