"""Customer flow: who stayed, who left, who came and who came back between two windows, in customers and to the cent in
revenue."""

from fractions import Fraction

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import CENT
from playbook.methods.needs_analysis.revenue.shapley import to_the_cent
from playbook.methods.needs_analysis.windows import Windows

__all__ = ["GROUPS", "customer_flow", "customer_windows"]

GROUPS = {
    "lost": mark("Lost: bought before, not since"),
    "kept": mark("Kept: bought in both"),
    "new": mark("New: first bought since"),
    "regained": mark("Regained: bought long before, and again since"),
    "returns": mark("Returns only"),
    "unknown": mark("Orders without a known customer"),
}


def customer_windows(order_totals: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """One row a customer with an order in either window: customer_id, group, before and after (net revenue, client's currency).

    Takes [customer_id, day, revenue]; a customer bought in a window when an order did not come back whole. Regained: bought
    before the earlier window, not in it, and in the later one; without earlier data such customers count as new.
    """
    rows = order_totals[order_totals["customer_id"].notna() & (order_totals["day"] <= windows.end)]
    codes, customers = pd.factorize(rows["customer_id"], sort=True)
    day, bought = rows["day"], (rows["revenue"] > CENT).to_numpy()
    when = {
        "history": (day < windows.start).to_numpy(),
        "before": day.between(windows.start, windows.middle, inclusive="left").to_numpy(),
        "after": (day >= windows.middle).to_numpy(),
    }
    everyone = range(len(customers))
    revenue, seen = rows["revenue"].set_axis(codes), {}
    frame = pd.DataFrame({"customer_id": customers})
    for name in ("before", "after"):
        sums = revenue[when[name]].groupby(level=0).sum()
        seen[name] = np.isin(everyone, sums.index)
        frame[name] = sums.reindex(everyone, fill_value=0.0).to_numpy()
    history, before, after = (np.isin(everyone, codes[inside & bought]) for inside in when.values())
    group = np.select([before & after, before, after & history, after], ["kept", "lost", "regained", "new"], "returns")
    frame.insert(1, "group", group)
    return frame[seen["before"] | seen["after"]].reset_index(drop=True)


def customer_flow(customers: pd.DataFrame, order_totals: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """One row a group: group, label, customers, before, after, change; they add up to all revenue of both windows, to the cent.

    ``customers`` as ``customer_windows`` gives them. Groups without customers are left out, but for lost, kept and new.
    """
    sums = customers.groupby("group").agg(customers=("customer_id", "size"), before=("before", "sum"), after=("after", "sum"))
    sums = sums.reindex(list(GROUPS), fill_value=0.0)
    spans = {"before": (windows.start, windows.middle - pd.Timedelta(days=1)), "after": (windows.middle, windows.end)}
    for name, (start, end) in spans.items():
        inside = order_totals[order_totals["day"].between(start, end)]
        unknown = inside[inside["customer_id"].isna()]
        sums.loc["unknown", name] = unknown["revenue"].sum()
        total = round(float(inside["revenue"].sum()) * 100)
        sums[name] = np.array(to_the_cent([Fraction(float(value)) * 100 for value in sums[name]], total)) / 100
    shown = sums[
        (sums["customers"] > 0) | (sums[["before", "after"]] != 0).any(axis=1) | sums.index.isin(["lost", "kept", "new"])
    ]
    frame = shown.astype({"customers": int}).assign(change=(shown["after"] - shown["before"]).round(2))
    return frame.rename_axis("group").reset_index().assign(label=lambda f: f["group"].map(GROUPS))
