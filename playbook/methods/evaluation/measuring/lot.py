"""Lot: was the control group kept as it was drawn, and which part of what customers spend did the intervention move?"""

from datetime import date

import pandas as pd

from playbook.locale import mark, said
from playbook.methods.evaluation.measuring.trial import RARE, contrast, same_loss, sample_ratio
from playbook.methods.evaluation.measuring.windows import Windows

__all__ = ["METRICS", "drawn", "metrics_of"]

METRICS = {"bought": mark("Customers who bought"), "order_value": mark("Order value"), "revenue": mark("Revenue a customer")}


def drawn(group: pd.Series, treated: pd.Series, control_share: float | None) -> str:
    """Empty where the sizes of the groups fit the lot, else what is wrong with them, in a sentence.

    ``group`` of all who were listed, ``treated`` of those who can be compared. Without the planned ``control_share`` only losses
    on the way can be checked: they cannot depend on the lot.
    """
    listed = int(group.ne("control").sum()), int(group.eq("control").sum())
    if control_share is not None and sample_ratio(*listed, control_share) < RARE:
        return said(
            "The control group holds {control} of {all} customers, not the share that was to be set aside: the lot was not kept.",
            control=f"{listed[1]:,}",
            all=f"{sum(listed):,}",
        )
    if same_loss(listed, (int(treated.sum()), int((~treated).sum()))) < RARE:
        return said("Far more customers of one group than of the other cannot be compared: the lot was not kept.")
    return ""


def metrics_of(order_totals: pd.DataFrame, windows: Windows, treated: pd.Series, start: date, end: date) -> pd.DataFrame:
    """Effects on the share who bought, on order value and on revenue a customer, allowing for revenue before the start: metric,
    control, treated, effect, low, high (relative), explained. Order value is left out where a group has no orders."""
    orders = order_totals[order_totals["day"].between(pd.Timestamp(start), pd.Timestamp(end)) & (order_totals["revenue"] > 0)]
    sums = orders.groupby("customer_id")["revenue"].agg(["size", "sum"]).reindex(treated.index, fill_value=0).astype(float)
    given = {
        "bought": (sums["size"].gt(0).astype(float), None),
        "order_value": (sums["sum"], sums["size"]),
        "revenue": (windows.during * windows.weeks_during, None),
    }
    rows = []
    for metric, (top, bottom) in given.items():
        if bottom is not None and not bottom.groupby(treated).sum().gt(0).all():
            continue
        found = contrast(top, treated, bottom, windows.before)
        span = (found.relative, found.relative_low, found.relative_high)
        rows.append((metric, found.control, found.treated, *span, found.explained))
    return pd.DataFrame(rows, columns=["metric", "control", "treated", "effect", "low", "high", "explained"])
