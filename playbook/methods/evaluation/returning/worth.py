"""Worth: how the customers who got something differ today from those who did not, in what they are still worth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.evaluation.measuring.groups import CONTROL, members_of
from playbook.result.formats import LEVEL
from playbook.result.remembered import Remembered, one_of_kind

__all__ = ["FEWEST", "worth_by_group", "worth_since"]

FEWEST = 20  # customers in each group; below it means of skewed values are not near normal
DRAWN = "control group"


def worth_by_group(effects: pd.DataFrame, memberships: pd.DataFrame | None, customers: pd.DataFrame) -> pd.DataFrame:
    """One row an intervention with a control group drawn by lot: id, label, got, left_out (mean value of a customer), more, low,
    high (difference and its range by Welch's t), n.

    ``customers``: customer_id, value (``LifetimeValue.customers``); who is not among them has no value left.
    """
    columns = ["id", "label", "got", "left_out", "more", "low", "high", "n"]
    value, rows = customers.astype({"customer_id": str}).set_index("customer_id")["value"], []
    for row in effects[effects["design"] == DRAWN].itertuples() if memberships is not None else ():
        listed, _ = members_of(row.id, memberships)
        if listed is None:
            continue
        held = value.reindex(listed.index.astype(str)).fillna(0.0).to_numpy()
        control = listed["group"].eq(CONTROL).to_numpy()
        got, left_out = held[~control], held[control]
        if min(len(got), len(left_out)) < FEWEST or np.ptp(held) == 0:
            continue
        low, high = stats.ttest_ind(got, left_out, equal_var=False).confidence_interval(LEVEL)
        means = got.mean(), left_out.mean()
        rows.append((row.id, row.label, *means, means[0] - means[1], float(low), float(high), len(held)))
    return pd.DataFrame(rows, columns=columns)


def worth_since(now: Sequence[tuple[str, float, float, float]], past: Sequence[Remembered]) -> pd.DataFrame:
    """What customers were worth in the last report and are now: id, before, now, change (relative), sure (ranges apart).

    ``now``: id, value, low, high as in the ``worth`` figures of ``past``.
    """
    held, rows = one_of_kind(tuple(past), "worth"), []
    for id, value, low, high in now:
        was = held.get(id)
        if was is None or was.value <= 0:
            continue
        apart = was.ranged and (low > was.high or high < was.low)
        rows.append((id, was.value, value, value / was.value - 1, apart))
    return pd.DataFrame(rows, columns=["id", "before", "now", "change", "sure"])
